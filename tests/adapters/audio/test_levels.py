"""Sample peak, RMS and DC offset of all channels and of each."""

from pathlib import Path

import numpy as np
import pytest

from adapters.audio.taps.channels import Channels
from adapters.audio.taps.decibels import SILENT
from adapters.audio.taps.levels import Levels
from adapters.audio.taps.programme import Programme
from domain.analysis import Descriptor
from tests.adapters.audio.reference import run
from tests.sounds import Signal, noise, silence, tone


def levels(signal: Signal, rate: int = 44100) -> dict[str, Descriptor]:
    return {each.name: each for each in run(Levels, signal, rate, Path()).descriptors}


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44100, 2), (48000, 6), (384_000, 3)])
def test_they_are_those_of_the_whole_in_double_precision(rate: int, channels: int) -> None:
    signal = noise(1.7, rate, channels, dbfs=-3.0) + np.linspace(-0.2, 0.2, channels, dtype=np.float32)
    heard, exact = levels(signal, rate), signal.astype(np.float64)
    peaks, rms = np.abs(exact).max(axis=0), np.sqrt((exact**2).mean(axis=0))
    assert heard["sample_peak"].value == pytest.approx(20 * np.log10(peaks.max()), abs=6e-4)
    assert heard["channel_sample_peak"].value == pytest.approx(20 * np.log10(peaks), abs=6e-4)
    assert heard["rms"].value == pytest.approx(10 * np.log10((rms**2).mean()), abs=6e-4)
    assert heard["channel_rms"].value == pytest.approx(20 * np.log10(rms), abs=6e-4)
    assert heard["dc_offset"].value == pytest.approx(exact.mean(axis=0), abs=1e-7)


def test_a_full_scale_sine() -> None:
    heard = levels(tone(1, hz=441, dbfs=0.0))
    assert heard["rms"].value == pytest.approx(-3.01, abs=0.001)
    assert heard["channel_sample_peak"].value == (0.0, 0.0)


def test_a_channel_of_digital_silence_has_no_level() -> None:
    signal = tone(1, dbfs=-6.0)
    signal[:, 1] = 0
    heard = levels(signal)
    for name, sounding in (("channel_sample_peak", -6.0), ("channel_rms", -9.01)):
        value = heard[name].value
        assert isinstance(value, tuple)
        assert value[0] == pytest.approx(sounding, abs=0.001)
        assert value[1:] == (None,)
        assert "null for digital silence" in heard[name].method
    assert heard["dc_offset"].value == pytest.approx((0.0, 0.0), abs=1e-6)


def test_all_digital_silence_has_a_reason_and_no_level() -> None:
    heard = levels(silence(1))
    for name in ("sample_peak", "channel_sample_peak", "rms", "channel_rms"):
        assert (heard[name].value, heard[name].reason) == (None, SILENT)
    assert heard["dc_offset"].value == (0.0, 0.0)


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("dbfs", [-12.0, -300.0])
def test_every_level_says_its_unit_its_method_and_where_that_is_defined(
    channels: int, dbfs: float, tmp_path: Path
) -> None:
    for make in (Levels, Programme, Channels):
        for each in run(make, noise(4, 8000, channels, dbfs), 8000, tmp_path).descriptors:
            assert each.unit, each.name
            assert each.method, each.name
            assert each.source, each.name
            low, high = each.range
            for value in each.value if isinstance(each.value, tuple) else (each.value,):
                if isinstance(value, float):
                    assert (-np.inf if low is None else low) <= value <= (np.inf if high is None else high), each.name
