"""Loudness against EBU Tech 3341 and 3342, ffmpeg and pyloudnorm."""

from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile

from adapters.audio.taps.loudness import Loudness
from adapters.audio.taps.true_peak import TruePeak
from tests.adapters.audio.reference import ebur128, numbers, run
from tests.sounds import Signal, joined, noise, silence, tone


def steps(*parts: tuple[float, float], rate: int = 48000, channels: int = 2) -> Signal:
    """A 1 kHz sine through (dBFS, seconds)."""
    return joined(*(tone(seconds, rate, channels, 1000.0, dbfs) for dbfs, seconds in parts))


# EBU Tech 3341, table 1: signals 1 to 5, which are sines of 1 kHz in both channels.
TECH_3341 = {
    1: (((-23, 20),), -23.0),
    2: (((-33, 20),), -33.0),
    3: (((-36, 10), (-23, 60), (-36, 10)), -23.0),
    4: (((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)), -23.0),
    5: (((-26, 20), (-20, 20.1), (-26, 20)), -23.0),
}


@pytest.mark.parametrize("case", TECH_3341)
def test_integrated_loudness_of_ebu_tech_3341(case: int, tmp_path: Path) -> None:
    parts, expected = TECH_3341[case]
    heard = numbers(run(Loudness, steps(*parts), 48000, tmp_path))
    assert heard["integrated_loudness"] == pytest.approx(expected, abs=0.1)


def test_surround_channels_weigh_more_and_the_lfe_nothing(tmp_path: Path) -> None:
    """EBU Tech 3341, signal 6: -28 dBFS in front, -24 in the centre, -30 in the surrounds; here with a loud LFE."""
    levels = (-28, -28, -24, 0, -30, -30)
    signal = np.concatenate([tone(20, 48000, 1, 1000.0, level) for level in levels], axis=1)
    assert numbers(run(Loudness, signal, 48000, tmp_path))["integrated_loudness"] == pytest.approx(-23.0, abs=0.1)


# EBU Tech 3342, table 1: loudness range of steps of 20 s.
TECH_3342 = {
    1: ((-20, -30), 10.0),
    2: ((-20, -15), 5.0),
    3: ((-40, -20), 20.0),
    4: ((-50, -35, -20, -35, -50), 15.0),
}


@pytest.mark.parametrize("case", TECH_3342)
def test_loudness_range_of_ebu_tech_3342(case: int, tmp_path: Path) -> None:
    levels, expected = TECH_3342[case]
    heard = numbers(run(Loudness, steps(*((level, 20) for level in levels)), 48000, tmp_path))
    assert heard["loudness_range"] == pytest.approx(expected, abs=1.0)


def test_momentary_and_short_term_maxima(tmp_path: Path) -> None:
    signal = joined(silence(2, 48000), steps((-23, 0.4)), silence(3.6, 48000), steps((-26, 3.0)), silence(1, 48000))
    heard = numbers(run(Loudness, signal, 48000, tmp_path))
    assert heard["momentary_loudness_max"] == pytest.approx(-23.0, abs=0.1)
    assert heard["short_term_loudness_max"] == pytest.approx(-26.0, abs=0.1)


def dull(signal: Signal) -> Signal:
    """Without its highest octave, as recordings are: white noise up to half the rate has no one true peak."""
    window = np.hanning(11)[1:-1] / np.hanning(11).sum()
    return np.stack([np.convolve(channel, window, "same") for channel in signal.T], axis=1).astype(np.float32)


MATERIAL: dict[str, tuple[Signal, int]] = {
    "bursts, stereo, 44.1 kHz": (
        dull(
            joined(noise(3, dbfs=-6), silence(2), tone(4, hz=97), noise(2, dbfs=-30, seed=2), tone(5, hz=6000, dbfs=-9))
        ),
        44100,
    ),
    "mono, 16 kHz": (dull(joined(noise(4, 16000, 1, -20), tone(4, 16000, 1, 300, -10))), 16000),
    "5.1, 48 kHz": (dull(noise(6, 48000, 6, -12)), 48000),
    "96 kHz": (dull(joined(noise(3, 96000, dbfs=-20), tone(3, 96000, hz=2500))), 96000),
    "192 kHz": (dull(joined(noise(3, 192000, dbfs=-20), tone(3, 192000, hz=2500))), 192000),
    "8 kHz": (dull(joined(noise(4, 8000, 1), tone(4, 8000, 1, 1000, -30))), 8000),
}


@pytest.mark.parametrize("name", MATERIAL)
def test_agrees_with_ffmpeg(name: str, tmp_path: Path) -> None:
    signal, rate = MATERIAL[name]
    soundfile.write(tmp_path / "x.wav", signal, rate, "FLOAT")
    reference = ebur128(tmp_path / "x.wav")
    heard = numbers(run(Loudness, signal, rate, tmp_path)) | numbers(run(TruePeak, signal, rate, tmp_path))
    assert heard["integrated_loudness"] == pytest.approx(reference["I"], abs=0.02)
    assert heard["true_peak"] == pytest.approx(reference["TP"], abs=0.1)


def test_loudness_range_agrees_with_ffmpeg(tmp_path: Path) -> None:
    swell = 10 ** (-0.6 * (1 + np.sin(np.arange(60 * 16000) / 16000 / 3)))
    signal = noise(60, 16000, 2, 0.0) * swell.astype(np.float32)[:, None]
    soundfile.write(tmp_path / "x.wav", signal, 16000, "FLOAT")
    heard = numbers(run(Loudness, signal, 16000, tmp_path))
    assert heard["loudness_range"] == pytest.approx(ebur128(tmp_path / "x.wav")["LRA"], abs=0.1)


@pytest.mark.parametrize("name", ["bursts, stereo, 44.1 kHz", "mono, 16 kHz", "96 kHz"])
def test_agrees_with_pyloudnorm(name: str, tmp_path: Path) -> None:
    signal, rate = MATERIAL[name]
    reference = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(signal.astype(np.float64))
    assert numbers(run(Loudness, signal, rate, tmp_path))["integrated_loudness"] == pytest.approx(reference, abs=0.02)


@pytest.mark.parametrize(
    ("signal", "rate", "reason"),
    [
        (tone(0.39), 44100, "the recording is shorter than 400 ms"),
        (silence(5), 44100, "nothing is louder than -70 LUFS"),
        (tone(5, 1000), 1000, "K-weighting needs a sample rate of 4000 Hz or more"),
        (tone(5, channels=7), 44100, "the places of 7 channels are not known"),
    ],
)
def test_says_why_there_is_no_loudness(signal: Signal, rate: int, reason: str, tmp_path: Path) -> None:
    integrated = run(Loudness, signal, rate, tmp_path).descriptors[0]
    assert (integrated.value, integrated.reason) == (None, reason)


def test_long_silence_between_sounds_changes_nothing_but_time(tmp_path: Path) -> None:
    """The filters' states fade to denormals in it and are cut to zero."""
    signal = joined(tone(2), silence(30), tone(2))
    reference = pyloudnorm.Meter(44100, filter_class="DeMan").integrated_loudness(signal.astype(np.float64))
    assert numbers(run(Loudness, signal, 44100, tmp_path))["integrated_loudness"] == pytest.approx(reference, abs=0.02)
