"""Clipping: cut tops are found wherever they stand, and round ones are not."""

from pathlib import Path

import numpy as np
import pytest

from adapters.audio.chunks import CHUNK_FRAMES
from adapters.audio.taps.clipping import Clipping
from adapters.audio.taps.spans import MAX_RANGES
from domain.analysis import Finding
from tests.adapters.audio.reference import run
from tests.sounds import Signal, joined, noise, silence, tone


def in_bits(signal: Signal, bits: int = 16, dither: bool = False) -> Signal:
    """As a converter of that many bits takes it: cut off at its highest and lowest code."""
    scale = 2 ** (bits - 1)
    if dither:
        signal = signal + (noise(len(signal) / 44100) + noise(len(signal) / 44100, seed=2)) * 4 / scale
    coded: Signal = (np.clip(np.round(signal * scale), -scale, scale - 1) / scale).astype(np.float32)
    return coded


def found(signal: Signal, rate: int = 44100, bits: int | None = 16) -> Finding | None:
    findings = run(Clipping, signal, rate, Path(), bit_depth=bits).findings
    assert len(findings) <= 1
    return findings[0] if findings else None


def test_clipping_is_found_with_its_ranges_merged() -> None:
    hot = in_bits(tone(0.5, dbfs=6.0))
    finding = found(joined(tone(1), hot, tone(1), hot))
    assert finding is not None
    assert finding.code == "clipping"
    assert "at full scale" in finding.detail
    assert len(finding.ranges) == 2
    assert finding.ranges[0] == pytest.approx((1.0, 1.5), abs=0.01)
    assert finding.ranges[1] == pytest.approx((2.5, 3.0), abs=0.01)


@pytest.mark.parametrize(("bits", "dbfs"), [(8, 3.0), (16, 0.5), (24, 0.5), (32, 0.5)])
@pytest.mark.parametrize("hz", [440, 997])
def test_a_little_too_much_is_found_in_any_resolution(bits: int, dbfs: float, hz: float) -> None:
    assert found(in_bits(tone(1, hz=hz, dbfs=dbfs), bits), bits=bits) is not None


@pytest.mark.parametrize("bits", [8, 16, 24])
@pytest.mark.parametrize("hz", [20, 50, 440, 997, 11025])
@pytest.mark.parametrize("dbfs", [0.0, -0.3, -6.0, -30.0])
def test_a_sine_touches_its_top_and_is_not_clipped(bits: int, hz: float, dbfs: float) -> None:
    highest = np.float32(1 - 2.0 ** (1 - bits))
    assert found(in_bits(highest * tone(1, hz=hz, dbfs=dbfs), bits), bits=bits) is None


def test_one_flat_top_at_full_scale_is_enough_also_across_chunks() -> None:
    for start in (1000, CHUNK_FRAMES - 5, CHUNK_FRAMES - 1, CHUNK_FRAMES):
        signal = in_bits(noise(4, dbfs=-3.0))
        signal[start : start + 6, 1] = -1.0
        finding = found(signal)
        assert finding is not None
        assert finding.ranges == ((start / 44100, (start + 6) / 44100),)
        assert "6 samples in one flat top" in finding.detail


@pytest.mark.parametrize("run_of", [2, 3])
def test_two_samples_at_the_top_are_chance(run_of: int) -> None:
    signal = in_bits(noise(2, dbfs=-3.0))
    signal[5000 : 5000 + run_of, 0] = 1 - 2**-15
    assert (found(signal) is not None) == (run_of == 3)


@pytest.mark.parametrize("dither", [False, True])
def test_sound_that_was_clipped_and_then_attenuated_is_found(dither: bool) -> None:
    clipped = np.clip(tone(1, hz=300, dbfs=3.0), -1, 1)
    finding = found(in_bits(joined(tone(1), 0.5 * clipped), dither=dither))
    assert finding is not None
    assert "-6.0 dBFS" in finding.detail
    assert finding.ranges[0] == pytest.approx((1.0, 2.0), abs=0.01)


@pytest.mark.parametrize(("tops", "is_found"), [(9, False), (10, True)])
def test_below_full_scale_it_takes_several_flat_tops(tops: int, is_found: bool) -> None:
    signal = in_bits(noise(2, dbfs=-12.0))
    for n in range(tops):
        signal[1000 + 3000 * n : 1004 + 3000 * n, 0] = 0.5
    assert (found(signal) is not None) == is_found


@pytest.mark.parametrize("bits", [16, None])
def test_noise_silence_and_constants_are_not_clipped(bits: int | None) -> None:
    for signal in (noise(2, dbfs=0.0), noise(2, dbfs=-70.0), silence(2), silence(2) + np.float32(0.5)):
        assert found(in_bits(signal), bits=bits) is None


@pytest.mark.parametrize(("dbfs", "is_found"), [(0.05, False), (0.5, True)])
def test_lossy_sound_beyond_full_scale_is_noted(dbfs: float, is_found: bool) -> None:
    """Nothing is cut off yet, but will be: in a file of floats it is true-peak-over that says so."""
    finding = found(joined(tone(1), tone(1, dbfs=dbfs), tone(1)), bits=None)
    assert (finding is not None) == is_found
    if finding is not None:
        assert (finding.code, finding.severity) == ("decoded-over", "info")
        assert "+0.5 dB" in finding.detail
        assert finding.ranges[0] == pytest.approx((1.0, 2.0), abs=0.02)
    assert found(tone(1, dbfs=dbfs), bits=32) is None


def test_the_list_of_ranges_is_capped_and_words_and_seconds_count_them_all() -> None:
    signal = in_bits(noise(30, 8000, 2, dbfs=-3.0))
    for n in range(150):
        for start in (1000 + 1500 * n, 1500 + 1500 * n):  # which are near enough to be one range
            signal[start : start + 4] = 1 - 2**-15
    finding = found(signal, 8000)
    assert finding is not None
    assert len(finding.ranges) == MAX_RANGES
    assert "600 flat tops" in finding.detail
    assert finding.lasts == pytest.approx(150 * 504 / 8000)


def test_lossy_sound_beyond_full_scale_in_many_places_counts_them_all() -> None:
    signal = joined(*[part for _ in range(150) for part in (tone(0.5, 8000, dbfs=1.0), tone(0.2, 8000))])
    (finding,) = run(Clipping, signal, 8000, Path(), bit_depth=None).findings
    assert len(finding.ranges) == MAX_RANGES
    assert finding.lasts == pytest.approx(75, rel=0.1)  # in whole cells
