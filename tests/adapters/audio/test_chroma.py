"""Chroma and tuning against librosa's over the whole file, and the key of cadences."""

from pathlib import Path
from tempfile import SpooledTemporaryFile

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.audio.stft import window_of
from adapters.audio.taps.chroma import EACH, Chroma
from adapters.audio.taps.chroma_bank import ChromaBank, weights
from adapters.audio.taps.tuning import Tuning
from domain.analysis import Descriptor
from tests.adapters.audio.by_librosa import SOUNDS, Measured, measured
from tests.adapters.audio.reference import run
from tests.sounds import Signal, joined, tone

RATES = (1000, 8000, 11025, 44100, 48000, 384000)

PITCHED = [name for name in SOUNDS if name not in {"silence", "one sample", "high tone at 48 kHz"}]


@pytest.mark.parametrize("tuning", [-0.5, -0.13, 0.0, 0.49])
@pytest.mark.parametrize("rate", RATES)
def test_the_weights_are_librosas(rate: int, tuning: float) -> None:
    window = window_of(rate)
    expected = librosa.filters.chroma(sr=rate, n_fft=window, tuning=tuning)
    assert np.abs(weights(rate, window, tuning, window // 2 + 1) - expected).max() < 1e-6


@pytest.mark.parametrize("rate", [1000, 44100, 192000])
def test_projections_give_the_weights_of_any_tuning(rate: int) -> None:
    window = window_of(rate)
    bank = ChromaBank(rate, window)
    for tuning in np.linspace(-0.5, 0.5, 101):
        expected = weights(rate, window, tuning, window // 2 + 1)
        assert np.abs((bank.projection @ bank.at(tuning)).T - expected).max() < 5e-6


def averaged(heard: Measured) -> NDArray[np.float32]:
    """librosa's power, (bins, frames), in means of EACH frames."""
    power = np.square(heard.magnitude.astype(np.float64))
    means = [power[:, start : start + EACH].mean(axis=1) for start in range(0, power.shape[1], EACH)]
    return np.array(means, np.float32).T


@pytest.mark.filterwarnings("ignore:Trying to estimate tuning")  # of what has no peaks
@pytest.mark.parametrize("name", SOUNDS)
def test_the_chroma_is_librosas_with_librosas_own_tuning(name: str) -> None:
    heard = measured(name)
    expected = librosa.feature.chroma_stft(S=averaged(heard), sr=heard.rate).T
    assert heard.columns["chroma"] == pytest.approx(expected, abs=1e-5)
    assert heard.columns["chroma"].min() >= 0


@pytest.mark.parametrize("name", PITCHED)
def test_the_tuning_is_librosas(name: str) -> None:
    heard = measured(name)
    expected = librosa.estimate_tuning(S=averaged(heard), sr=heard.rate)
    assert heard.descriptors["tuning"].value == pytest.approx(expected, abs=1e-9)


def test_the_tuning_of_more_peaks_than_are_read_at_a_time_is_librosas() -> None:
    draw = np.random.default_rng(7)
    power = draw.exponential(1, (3000, 257)).astype(np.float32) ** 2 * draw.exponential(1, (3000, 1)).astype(np.float32)
    with SpooledTemporaryFile[bytes](1 << 18) as room:
        tuning = Tuning(8000, 512, room)
        for start in range(0, len(power), 128):
            tuning.feed(power[start : start + 128])
        assert tuning.estimate() == pytest.approx(librosa.estimate_tuning(S=power.T, sr=8000), abs=1e-9)


def test_without_peaks_there_is_no_tuning(tmp_path: Path) -> None:
    heard = told(tone(1, hz=60), tmp_path)
    for name in ("tuning", "key"):
        assert (heard[name].value, heard[name].reason) == (None, "no peaks between 150 and 4000 Hz")
    assert heard["chroma_mean"].value is not None


# ---- the key -----------------------------------------------------------------------------------------------------


def chord(*notes: float) -> Signal:
    """A second of notes in semitones above C5 (523 Hz), with four partials each."""
    pitches = [523.25 * 2 ** (note / 12) for note in notes]
    partials = [tone(1.0, hz=pitch * n, dbfs=-24 - 6 * n) for pitch in pitches for n in range(1, 5)]
    mixed: Signal = np.sum(partials, axis=0, dtype=np.float32)
    return mixed


def cadence(third: int, up: float) -> Signal:
    """Tonic, subdominant, dominant, tonic; a third of 4 is a major one, 3 a minor one; `up` semitones above C."""
    tonic = chord(up, up + third, up + 7)
    return joined(tonic, chord(up + 5, up + 5 + third, up + 12), chord(up + 7, up + 11, up + 14), tonic, tonic)


def told(signal: Signal, folder: Path) -> dict[str, Descriptor]:
    return {descriptor.name: descriptor for descriptor in run(Chroma, signal, 44100, folder).descriptors}


@pytest.mark.parametrize(("up", "tonic"), [(0, "C"), (3, "D#"), (9, "A")])
@pytest.mark.parametrize(("third", "mode"), [(4, "major"), (3, "minor")])
def test_the_key_of_a_cadence(third: int, mode: str, up: int, tonic: str, tmp_path: Path) -> None:
    heard = told(cadence(third, up), tmp_path)
    assert heard["key"].value == f"{tonic} {mode}"
    confidence, margin = heard["key_confidence"].value, heard["key_margin"].value
    assert isinstance(confidence, float)
    assert isinstance(margin, float)
    assert 0.65 < confidence <= 1
    assert 0 < margin < confidence


def test_a_cadence_out_of_tune_keeps_its_key_and_tells_the_tuning(tmp_path: Path) -> None:
    heard = told(cadence(4, 0.3), tmp_path)
    assert heard["key"].value == "C major"
    assert heard["tuning"].value == pytest.approx(0.3, abs=0.1)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("noise", "all pitch classes are about as strong, as in noise"),
        ("noise at 192 kHz", "all pitch classes are about as strong, as in noise"),
        ("silence", "the mean of the channels is digital silence throughout"),
        ("one sample", "no peaks between 150 and 4000 Hz"),
    ],
)
def test_what_has_no_pitch_has_no_key(name: str, reason: str) -> None:
    for descriptor in ("key", "key_confidence", "key_margin"):
        assert (measured(name).descriptors[descriptor].value, measured(name).descriptors[descriptor].reason) == (
            None,
            reason,
        )
