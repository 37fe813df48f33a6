"""Silence and clipping: where they are found and where not."""

from pathlib import Path

import numpy as np
import pytest

from adapters.audio.taps.clipping import Clipping
from adapters.audio.taps.silence import Silence
from adapters.audio.taps.spans import MAX_RANGES
from domain.analysis import Finding
from tests.adapters.audio.reference import run
from tests.sounds import Signal, joined, noise, silence, tone


def silences(signal: Signal) -> dict[str, Finding]:
    return {finding.code: finding for finding in run(Silence, signal, 44100, Path()).findings}


def test_silence_at_both_edges_and_inside_with_its_times() -> None:
    found = silences(joined(silence(1), tone(1), silence(2.5), tone(1), silence(0.75)))
    assert set(found) == {"leading-silence", "inner-silence", "trailing-silence"}
    assert found["leading-silence"].ranges[0] == pytest.approx((0, 1), abs=0.001)
    assert found["inner-silence"].ranges[0] == pytest.approx((2, 4.5), abs=0.001)
    assert found["trailing-silence"].ranges[0] == pytest.approx((5.5, 6.25), abs=0.001)


def test_short_pauses_and_quiet_sound_are_no_findings() -> None:
    assert not silences(joined(silence(0.4), tone(1), silence(1.9), tone(1, dbfs=-55), silence(0.4)))


def test_all_silence_is_said_once_and_also_of_a_file_shorter_than_any_edge() -> None:
    assert set(silences(silence(3))) == {"all-silence"}
    assert set(silences(noise(3, dbfs=-61))) == {"all-silence"}
    assert set(silences(silence(0.001))) == {"all-silence"}


def test_one_loud_channel_is_not_silence() -> None:
    signal = silence(3)
    signal[:, 1] = tone(3, channels=1)[:, 0]
    assert not silences(signal)


def test_the_list_of_ranges_is_capped_and_words_and_seconds_count_them_all() -> None:
    signal = joined(*[part for _ in range(120) for part in (tone(0.01, 8000), silence(2.0, 8000))], tone(0.01, 8000))
    (found,) = run(Silence, signal, 8000, Path()).findings
    assert len(found.ranges) == MAX_RANGES
    assert "120 times" in found.detail
    assert found.lasts == pytest.approx(240.0, abs=0.1)


def test_clipping_is_found_with_its_ranges_merged() -> None:
    hot = np.clip(tone(0.5, dbfs=6.0), -1, 1)
    (found,) = run(Clipping, joined(tone(1), hot, tone(1), hot), 44100, Path()).findings
    assert found.code == "clipping"
    assert len(found.ranges) == 2
    assert found.ranges[0] == pytest.approx((1.0, 1.5), abs=0.01)
    assert found.ranges[1] == pytest.approx((2.5, 3.0), abs=0.01)


def test_a_full_scale_sine_touches_the_top_and_is_not_clipped() -> None:
    assert not run(Clipping, tone(1, hz=997, dbfs=0.0), 44100, Path()).findings
