"""Speech, music, noise and silence: clear cases of each, made of formants, strings, drums and noise."""

from pathlib import Path

import numpy as np
import pytest

from adapters.audio.taps.speech_music import SpeechMusic
from adapters.audio.taps.tap import Told
from tests.adapters.audio.reference import run
from tests.adapters.audio.voices import as_signal, speech
from tests.sounds import Signal, joined, noise, silence, tone

RATE = 16000


def heard(signal: Signal, rate: int = RATE, block: int = 65536) -> Told:
    return run(SpeechMusic, signal, rate, Path(), block)


def shares(signal: Signal, rate: int = RATE) -> dict[str, float]:
    return {each.name: each.value for each in heard(signal, rate).descriptors if isinstance(each.value, float)}


def notes(seconds: float, each: float, fade: float, pitches: tuple[float, ...], rate: int = RATE) -> Signal:
    """One after the other, of six harmonics, falling by `fade` nepers a second and ringing on."""
    wave = np.zeros(round(seconds * rate))
    for count, first in enumerate(range(0, len(wave), round(each * rate))):
        t = np.arange(len(wave) - first) / rate
        pitch = pitches[count % len(pitches)]
        wave[first:] += sum(np.sin(2 * np.pi * pitch * k * t) / k for k in range(1, 7)) * np.exp(-fade * t)
    return as_signal(wave)


def coloured(seconds: float, slope: float, rate: int = RATE) -> Signal:
    """Noise whose power falls with the frequency to that power: 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(noise(seconds, rate, 1)[:, 0])
    hz = np.maximum(np.fft.rfftfreq(round(seconds * rate), 1 / rate), 20)
    return as_signal(np.fft.irfft(spectrum / hz ** (slope / 2), round(seconds * rate)))


def waves(seconds: float, hz: float, rate: int = RATE) -> Signal:
    """Pink noise that comes and goes, by up to 34 dB."""
    swell = 0.02 + np.abs(np.sin(np.pi * hz * np.arange(round(seconds * rate)) / rate)) ** 3
    return np.asarray(coloured(seconds, 1, rate) * swell[:, None], np.float32)


def drums(seconds: float, rate: int = RATE) -> Signal:
    """Eighth notes at 120 BPM."""
    t = np.arange(round(seconds * rate)) % (rate // 4) / rate
    return as_signal(np.random.default_rng(2).normal(size=len(t)) * np.exp(-60 * t))


SCALE = (220.0, 247.5, 275.0, 293.3, 330.0)
MUSIC = {
    "plucked": notes(20, 0.25, 3.0, SCALE),
    "slow": notes(20, 1.0, 0.5, SCALE),
    "chords": notes(20, 2.0, 0.8, SCALE[::2]) + notes(20, 2.0, 0.8, SCALE[1::2]),
    "drums": drums(20),
    "band": notes(20, 0.25, 3.0, SCALE) + notes(20, 0.5, 4.0, (55.0, 82.5)) + drums(20),
    "tone": tone(20, RATE, 1),
}
NOISE = {
    "white": lambda rate: coloured(20, 0, rate),
    "pink": lambda rate: coloured(20, 1, rate),
    "brown": lambda rate: coloured(20, 2, rate),
    "wind": lambda rate: waves(20, 0.5, rate),
    "sea": lambda rate: waves(20, 0.15, rate),
}


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_speech_is_speech(rate: int) -> None:
    assert shares(speech(20, rate), rate)["speech_ratio"] > 0.9


@pytest.mark.parametrize("dbfs", [-30.0, -24.0])
def test_speech_in_noise_is_speech(dbfs: float) -> None:
    assert shares(speech(20) + noise(20, RATE, 1, dbfs))["speech_ratio"] > 0.9


@pytest.mark.parametrize("name", MUSIC)
def test_music_is_music(name: str) -> None:
    assert shares(MUSIC[name]) == {"speech_ratio": 0.0, "music_ratio": 1.0, "other_ratio": 0.0, "silence_ratio": 0.0}


@pytest.mark.parametrize("rate", [8000, 44100])
@pytest.mark.parametrize("name", NOISE)
def test_noise_is_neither_speech_nor_music(name: str, rate: int) -> None:
    found = shares(NOISE[name](rate), rate)
    assert found["other_ratio"] >= 0.95
    assert found["music_ratio"] == 0


def test_a_constant_is_nothing_but_its_beginning_and_its_end() -> None:
    constant = np.full((5 * RATE, 1), 0.25, np.float32)
    assert shares(constant) == {"speech_ratio": 0.0, "music_ratio": 0.0, "other_ratio": 0.4, "silence_ratio": 0.6}


def test_the_shares_of_a_programme() -> None:
    found = shares(joined(speech(20), silence(10, RATE, 1), MUSIC["plucked"], coloured(10, 1)))
    assert found["speech_ratio"] == pytest.approx(2 / 6, abs=0.05)
    assert found["music_ratio"] == pytest.approx(2 / 6, abs=0.05)
    assert found["other_ratio"] == pytest.approx(1 / 6, abs=0.05)
    assert found["silence_ratio"] == pytest.approx(1 / 6, abs=0.03)
    assert sum(found.values()) == pytest.approx(1)


@pytest.mark.parametrize(("dbfs", "silent"), [(-55.0, 0.0), (-59.0, 1.0)])
def test_how_quiet_silence_is(dbfs: float, silent: float) -> None:
    """A sine has its RMS 3 dB lower."""
    assert shares(tone(10, RATE, 1, dbfs=dbfs))["silence_ratio"] == pytest.approx(silent, abs=0.11)


def test_digital_silence_is_all_silence() -> None:
    assert shares(silence(5, RATE)) == {
        "speech_ratio": 0.0,
        "music_ratio": 0.0,
        "other_ratio": 0.0,
        "silence_ratio": 1.0,
    }


def test_less_than_a_second_is_too_short_and_a_second_is_enough() -> None:
    assert {each.reason for each in heard(tone(0.99, RATE)).descriptors} == {"the recording is shorter than a second"}
    assert sum(shares(tone(1, RATE)).values()) == 1


@pytest.mark.parametrize("rate", [1000, 192000])
def test_any_rate_gives_shares(rate: int) -> None:
    assert sum(shares(noise(3, rate), rate).values()) == 1


def test_where_the_blocks_end_changes_nothing() -> None:
    signal = joined(speech(10), MUSIC["slow"])
    assert heard(signal) == heard(signal, block=9_999)
