"""Hum of the mains: where it is found, and the notes, tones and noises that are none."""

from pathlib import Path

import numpy as np
import pytest

from adapters.audio.taps.decimation import Decimator
from adapters.audio.taps.hum import Hum
from domain.analysis import Finding, Severity
from tests.adapters.audio.reference import run
from tests.sounds import Signal, joined, noise, silence, tone

LINES = {1: -50.0, 2: -56.0, 3: -60.0}
"""Levels in dBFS of a fundamental and its multiples."""


def lines(hz: float, levels: dict[int, float], seconds: float = 10.0, rate: int = 44100) -> Signal:
    return np.asarray(sum(tone(seconds, rate, 1, k * hz, level) for k, level in levels.items()), np.float32)


def found(signal: Signal, rate: int = 44100, block: int = 65536) -> Finding | None:
    return next(iter(run(Hum, signal, rate, Path(), block).findings), None)


@pytest.mark.parametrize("rate", [1000, 8000, 22050, 44100, 48000, 96000])
def test_a_hum_is_found_at_any_rate(rate: int) -> None:
    hum = found(lines(50.2, LINES, rate=rate) + noise(10, rate, 1, -70), rate)
    assert hum is not None
    assert hum.code == "hum"
    assert "50.2 Hz" in hum.detail
    assert "-50 dBFS" in hum.detail


@pytest.mark.parametrize("hz", [49.6, 50.0, 50.4, 59.6, 60.0, 60.4])
def test_half_a_hertz_off_the_mains_is_still_a_hum(hz: float) -> None:
    assert found(lines(hz, LINES) + noise(10, channels=1, dbfs=-40)) is not None


@pytest.mark.parametrize("hz", [48.99, 49.3, 50.7, 51.91, 58.27, 59.3, 60.7, 61.74])
def test_the_bass_notes_beside_the_mains_are_none(hz: float) -> None:
    assert found(lines(hz, LINES) + noise(10, channels=1, dbfs=-40)) is None


def test_a_lone_line_is_a_tone() -> None:
    assert found(lines(50, {1: -20.0})) is None
    assert found(lines(60, {2: -20.0}) + noise(10, channels=1, dbfs=-40)) is None


def test_harmonics_without_the_first_two_are_no_hum() -> None:
    """What 150 and 250 Hz have in common may be any chord."""
    assert found(lines(50, {3: -30.0, 5: -30.0})) is None
    assert found(lines(50, {2: -30.0, 5: -30.0})) is not None


def test_lines_of_different_fundamentals_do_not_belong_together() -> None:
    assert found(lines(50.2, {1: -40.0}) + lines(49.8, {2: -40.0})) is None


@pytest.mark.parametrize(("level", "severity"), [(-58.0, "warning"), (-62.0, "info"), (-79.0, "info"), (-81.0, None)])
def test_how_loud_it_must_be(level: float, severity: str | None) -> None:
    hum = found(lines(50, {1: level, 2: level - 3}) + noise(10, channels=1, dbfs=-90))
    assert (None if hum is None else hum.severity.value) == severity


def test_it_stands_out_of_a_noise_or_is_not_found() -> None:
    """A window spreads white noise so thin that it lies 48 dB below its peak; two lines must be 12 dB above that."""
    assert found(lines(50, LINES) + noise(10, channels=1, dbfs=-24)) is not None
    assert found(lines(50, LINES) + noise(10, channels=1, dbfs=-16)) is None


def test_it_must_be_there_most_of_the_time_and_silence_does_not_count() -> None:
    hum, hiss = lines(60, LINES, 12), noise(12, channels=1, dbfs=-60)
    assert found(joined(hum + hiss, hiss[: 44100 * 9])) is not None
    assert found(joined(hum + hiss, hiss, hiss[: 44100 * 3])) is None
    assert found(joined(hum + hiss, silence(60, channels=1))) is not None


def test_where_it_is() -> None:
    hiss = noise(10, channels=1, dbfs=-60)
    hum = found(joined(lines(50, LINES, 20), hiss, lines(50, LINES, 20)))
    assert hum is not None
    first, second = hum.ranges
    assert first == pytest.approx((0, 20), abs=3)
    assert second == pytest.approx((30, 50), abs=3)


def test_notes_at_the_mains_frequency_that_come_and_go_are_none() -> None:
    """A bass that plays a sharp G: 12 dB up and down within a bar of six seconds."""
    swell = 10 ** (-0.6 * (1 + np.sin(np.arange(24 * 44100) * 2 * np.pi / 6 / 44100))).astype(np.float32)
    assert found(lines(50, LINES, 24) * swell[:, None]) is None


@pytest.mark.parametrize(("hz", "bpm"), [(47, 128), (50, 128), (48, 140), (55, 120), (60, 120), (62, 140)])
def test_a_kick_drum_as_steady_as_a_clock_is_none(hz: int, bpm: int) -> None:
    """A bar that repeats has lines at the multiples of its rate: at 128 BPM the 28th is at 59.7 Hz."""
    t = np.arange(24 * 8000) % round(8000 * 60 / bpm) / 8000
    kick = 0.4 * np.sin(2 * np.pi * (hz * t + 2 * (1 - np.exp(-30 * t)))) * np.exp(-8 * t)
    assert found(kick[:, None].astype(np.float32) + noise(24, 8000, 1, -40), 8000) is None


def test_a_hum_is_found_between_loud_noises() -> None:
    """Which are there for two seconds and away for three."""
    gate = (np.arange(30 * 44100) % (5 * 44100) >= 3 * 44100)[:, None]
    assert found(lines(50, LINES, 30) + noise(30, channels=1, dbfs=-18) * gate) is not None


@pytest.mark.parametrize("hz", [50.0, 59.7])
def test_a_drone_may_be_meant(hz: float) -> None:
    drone = found(lines(hz, {k: -14 - 20 * np.log10(k) for k in range(1, 12)}))
    assert drone is not None
    assert drone.severity == Severity.INFO
    assert "the sound itself" in drone.detail


@pytest.mark.parametrize(("level", "severity"), [(-29.0, Severity.INFO), (-31.0, Severity.WARNING)])
def test_a_hum_is_well_below_the_sound(level: float, severity: Severity) -> None:
    """Below an RMS of -13 dBFS; each line's own RMS is 3 dB below its peak."""
    hum = found(lines(60, {1: level, 2: level - 3}) + tone(10, channels=1, hz=1000, dbfs=-10))
    assert hum is not None
    assert hum.severity == severity


def test_a_hum_of_opposite_polarity_is_found() -> None:
    """It cancels in the mean of the channels."""
    hum, hiss = lines(50, LINES), noise(10, dbfs=-40)
    opposite = found(np.concatenate([hum, -hum], axis=1) + hiss)
    assert opposite is not None
    assert "-50 dBFS" in opposite.detail
    assert found(hiss) is None


def test_two_seconds_are_the_least() -> None:
    assert found(lines(60, LINES, 2.1)) is not None
    assert found(lines(60, LINES, 1.9)) is None


def test_where_the_blocks_end_changes_nothing() -> None:
    signal = lines(50, LINES) + noise(10, channels=1, dbfs=-40)
    assert found(signal) == found(signal, block=9_999)


def test_noise_has_none() -> None:
    for seed in range(20):
        assert found(noise(4, 8000, 1, -20, seed)) is None


@pytest.mark.parametrize("rate", [1000, 8000, 44100])
def test_the_decimator_keeps_what_is_below_and_takes_away_what_would_fold_onto_it(rate: int) -> None:
    low, high = Decimator(rate), Decimator(rate)
    kept = low.feed(np.ascontiguousarray(tone(2, rate, 1, 300, 0)[: 2 * rate // 64 * 64, 0]))
    assert np.sqrt(2 * np.square(kept[100:-100]).mean()) == pytest.approx(1, abs=0.03)
    if rate > 2000:
        folded = high.feed(np.ascontiguousarray(tone(2, rate, 1, low.rate - 300, 0)[: 2 * rate // 64 * 64, 0]))
        assert np.abs(folded[100:-100]).max() < 0.001
