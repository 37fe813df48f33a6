"""High-pass and low-pass: as scipy says that Butterworth filters are."""

import numpy as np
import pytest
from scipy import signal as scipy_signal

from domain.errors import UnsupportedParameters
from tests.adapters.audio.process.through import done, tone_at
from tests.sounds import Signal, noise, tone


def response(kind: str, rate: int, frequency_hz: float, slope: str) -> tuple[Signal, Signal]:
    """Frequencies and levels in dB, by what becomes of a click behind a silence."""
    click = np.zeros((rate, 1), np.float32)
    click[64] = 1.0
    out, _ = done(kind, click, rate, frequency_hz=frequency_hz, slope=slope)
    return np.fft.rfftfreq(rate, 1 / rate), 20 * np.log10(np.abs(np.fft.rfft(out[:, 0].astype(float))) + 1e-12)


@pytest.mark.parametrize("slope", ["12", "24", "48"])
@pytest.mark.parametrize(("kind", "mode"), [("high_pass", "highpass"), ("low_pass", "lowpass")])
def test_the_response_is_that_of_a_butterworth_filter(kind: str, mode: str, slope: str) -> None:
    hz, levels = response(kind, 44100, frequency_hz=500, slope=slope)
    zeros, poles, gain = scipy_signal.butter(int(slope) // 6, 500, mode, fs=44100, output="zpk")
    places = [60, 125, 250, 400, 500, 700, 1000, 2000, 4000, 15000]
    _, expected = scipy_signal.freqz_zpk(zeros, poles, gain, worN=places, fs=44100)
    wanted = 20 * np.log10(np.abs(expected))
    found = np.interp(places, hz, levels)
    heard = wanted > -100
    np.testing.assert_allclose(found[heard], wanted[heard], atol=0.05)
    assert found[4] == pytest.approx(-3.01, abs=0.02)
    assert (found[~heard] < -98).all()


@pytest.mark.parametrize(("slope", "an_octave"), [("12", 12), ("24", 24), ("48", 48)])
def test_the_slope_is_that_many_decibels_an_octave(slope: str, an_octave: float) -> None:
    hz, levels = response("low_pass", 48000, frequency_hz=200, slope=slope)
    assert np.interp(400, hz, levels) - np.interp(800, hz, levels) == pytest.approx(an_octave, abs=1)


def test_a_tone_that_passes_keeps_its_level() -> None:
    out, _ = done("high_pass", tone(1, 48000, hz=1000, dbfs=-12), 48000, frequency_hz=80)
    assert tone_at(out[4800:], 48000, 1000) == pytest.approx(-12, abs=0.01)


@pytest.mark.parametrize("kind", ["high_pass", "low_pass"])
def test_a_sound_that_begins_away_from_zero_begins_without_a_click(kind: str) -> None:
    steady = np.full((4410, 2), 0.5, np.float32)
    out, _ = done(kind, steady, 44100, frequency_hz=300, slope="48")
    np.testing.assert_allclose(out, 0.0 if kind == "high_pass" else 0.5, atol=1e-6)


def test_the_lowest_and_steepest_filter_is_stable_at_the_highest_rate() -> None:
    out, _ = done("high_pass", noise(2, 192_000, 1, -6), 192_000, frequency_hz=5, slope="48")
    assert np.isfinite(out).all()
    assert np.abs(out).max() < 0.7


def test_each_channel_is_filtered_by_itself() -> None:
    three = np.concatenate([tone(0.5, channels=1, hz=hz) for hz in (100.0, 1000.0, 5000.0)], axis=1)
    out, _ = done("low_pass", three, 44100, frequency_hz=1500, slope="48")
    for channel in range(3):
        alone, _ = done("low_pass", three[:, channel : channel + 1], 44100, frequency_hz=1500, slope="48")
        assert out[:, channel].tobytes() == alone[:, 0].tobytes()


@pytest.mark.parametrize("sizes", [(4096,), (1, 5000, 333)])
def test_how_it_is_cut_changes_no_bit(sizes: tuple[int, ...]) -> None:
    sound = noise(0.5)
    cut, _ = done("high_pass", sound, 44100, frequency_hz=100, sizes=sizes)
    whole, _ = done("high_pass", sound, 44100, frequency_hz=100)
    assert cut.tobytes() == whole.tobytes()


@pytest.mark.parametrize("kind", ["high_pass", "low_pass"])
def test_half_the_sample_rate_is_too_high(kind: str) -> None:
    with pytest.raises(UnsupportedParameters) as refused:
        done(kind, noise(0.1, 8000), 8000, frequency_hz=4000)
    assert refused.value.data == {"frequency_hz": 4000.0, "sample_rate_hz": 8000}
