"""Noise floor: pauses with noise in them, and sounds that have none."""

from pathlib import Path

import numpy as np
import pytest

from adapters.audio.taps.noise_floor import NoiseFloor
from adapters.audio.taps.tap import Told
from tests.adapters.audio.reference import numbers, run
from tests.adapters.audio.voices import speech
from tests.sounds import Signal, joined, noise, silence, tone


def heard(signal: Signal, rate: int = 44100, block: int = 65536) -> Told:
    return run(NoiseFloor, signal, rate, Path(), block)


def phrases(pause: float = 0.6, rate: int = 44100, count: int = 10) -> Signal:
    """Tones of -18 dBFS (RMS -21) of a second each, with pauses between them."""
    notes = [part for k in range(count) for part in (tone(1, rate, 1, 300 + 50 * k), silence(pause, rate, 1))]
    return joined(*notes)


def behind(signal: Signal, rms: float, rate: int = 44100) -> Signal:
    """With white noise of that RMS in dBFS."""
    return signal + noise(len(signal) / rate, rate, 1, rms + 10 * np.log10(3))


def spoken(ratio: float, seed: int = 1) -> Signal:
    """Speech with breaths of 0.6 s, and noise so much below the RMS of its syllables."""
    words = speech(20, 16000, 0.6)
    power = np.square(words).reshape(-1, 1000).mean(axis=1)
    rms = 10 * np.log10(power[power > 1e-5].mean())
    return words + noise(20, 16000, 1, rms - ratio + 10 * np.log10(3), seed)


@pytest.mark.parametrize("rms", [-48.0, -61.0])
@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_the_ratio_of_tones_and_noise_of_known_levels(rms: float, rate: int) -> None:
    found = numbers(heard(behind(phrases(rate=rate), rms, rate), rate))
    assert found["noise_floor"] == pytest.approx(rms, abs=0.5)
    assert found["snr_estimate"] == pytest.approx(-21 - rms, abs=0.7)


@pytest.mark.parametrize("ratio", [8.0, 15.0, 25.0, 40.0])
def test_the_ratio_of_speech_and_noise(ratio: float) -> None:
    assert numbers(heard(spoken(ratio), 16000))["snr_estimate"] == pytest.approx(ratio, abs=2)


@pytest.mark.parametrize(("ratio", "low"), [(8, True), (17, True), (24, False), (40, False)])
def test_a_low_ratio_of_speech_is_a_finding(ratio: float, low: bool) -> None:
    told = heard(spoken(ratio), 16000)
    assert [finding.code for finding in told.findings] == ["low-snr"] * low
    assert all(f"{numbers(told)['noise_floor']:.0f} dBFS" in finding.detail for finding in told.findings)


@pytest.mark.parametrize("rms", [-31.0, -41.0, -44.0])
def test_a_low_ratio_of_music_is_not_believed(rms: float) -> None:
    told = heard(behind(phrases(), rms))
    assert {each.reason for each in told.descriptors} == {
        "most of it is music, whose quietest passages are not much quieter than the rest"
    }
    assert not told.findings


@pytest.mark.parametrize("least", [0.02, 0.3])
def test_gusts_of_noise_are_no_signal(least: float) -> None:
    swell = least + np.abs(np.sin(0.3 * np.arange(30 * 16000) / 16000))[:, None]
    told = heard(np.asarray(noise(30, 16000, 1) * swell, np.float32), 16000)
    assert told.descriptors[0].value is not None
    assert told.descriptors[1].reason == "most of it is noise itself"
    assert not told.findings


def test_noise_of_any_colour_is_noise() -> None:
    brown = np.cumsum(noise(16, channels=1) - noise(16, channels=1).mean(), axis=0)
    brown = 10 ** (-20 / 20) * brown / np.sqrt(np.mean(np.square(brown)))  # most of it below 100 Hz
    assert 20 < numbers(heard((phrases() + brown).astype(np.float32)))["snr_estimate"] < 40


def dying_away() -> Signal:
    """Strokes of noise that fall by 20 dB a second, and the next one."""
    fall = 10 ** (-(np.arange(10 * 44100) % 44100) / 44100)
    return noise(10, channels=1) * fall[:, None].astype(np.float32)


@pytest.mark.parametrize(
    ("signal", "reason"),
    [
        (silence(5), "digital silence has no noise"),
        (noise(0.4), "the recording is too short to have pauses"),
        (phrases(), "the pauses are digitally silent"),
        (behind(phrases(pause=0.1), -60), "what is quietest is no noise"),
        (joined(tone(3, dbfs=-40), tone(3, dbfs=-18)), "what is quietest is no noise"),
        (dying_away(), "there are no pauses in which the noise could be heard"),
    ],
    ids=["silence", "short", "gated", "no pauses", "soft and loud tones", "strokes"],
)
def test_says_why_there_is_no_noise_floor(signal: Signal, reason: str) -> None:
    told = heard(signal)
    assert [each.reason for each in told.descriptors] == [reason, reason]
    assert not told.findings


def test_steady_noise_is_its_own_floor_and_has_no_ratio() -> None:
    floor, ratio = heard(noise(5, dbfs=-20)).descriptors
    assert floor.value == pytest.approx(-20 - 10 * np.log10(6), abs=0.5)  # of the mean of two channels
    assert ratio.reason == "the level hardly changes: there is nothing to tell the noise from"


def test_samples_beyond_all_measure_have_no_floor_and_give_no_warning() -> None:
    assert not numbers(heard(np.full((100_000, 1), 1e30, np.float32)))


def test_where_the_blocks_end_changes_nothing() -> None:
    signal = behind(phrases(), -41)
    assert heard(signal) == heard(signal, block=10_007)
