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
from tests.adapters.audio.reference import columns, run, run_all
from tests.sounds import Signal, joined, noise, tone

RATES = (1000, 8000, 11025, 44100, 48000, 384000)

SHORT = ("one sample", "one frame and one sample")
PITCHED = [name for name in SOUNDS if name not in {"silence", "high tone at 48 kHz", *SHORT}]


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
    """librosa's power, (bins, frames), in means of EACH frames, without offsets and what is below -90 dBFS."""
    power = np.square(heard.magnitude.astype(np.float64))
    means = np.array([power[:, start : start + EACH].mean(axis=1) for start in range(0, power.shape[1], EACH)]).T
    means[:2] = 0
    means[:, means.max(axis=0) < (heard.window / 4) ** 2 * 1e-9] = 0
    return np.asarray(means, np.float32)


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


TOO_LITTLE = "less than 0.28 s of it are louder than -90 dBFS above 43.1 Hz"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("noise", "all pitch classes are about as strong, as in noise"),
        ("noise at 192 kHz", "all pitch classes are about as strong, as in noise"),
        ("silence", "the mean of the channels is digital silence throughout"),
        ("one sample", TOO_LITTLE),
        ("one frame and one sample", TOO_LITTLE),
    ],
)
def test_what_has_no_pitch_has_no_key(name: str, reason: str) -> None:
    for descriptor in ("key", "key_confidence", "key_margin"):
        assert (measured(name).descriptors[descriptor].value, measured(name).descriptors[descriptor].reason) == (
            None,
            reason,
        )


@pytest.mark.parametrize(
    ("signal", "reason"),
    [
        (np.full((5 * 44100, 1), 0.5, np.float32), TOO_LITTLE),
        (noise(1)[:441], TOO_LITTLE),
        (noise(5, dbfs=-93), TOO_LITTLE),
        (tone(4) * np.float32(1e30), "the samples are too large to compute with"),
    ],
    ids=["offset", "10 ms", "the noise of 16 bits", "too large"],
)
def test_what_has_too_little_sound_has_no_chroma_no_tuning_and_no_key(
    signal: Signal, reason: str, tmp_path: Path
) -> None:
    heard = told(signal, tmp_path)
    assert {each.reason for each in heard.values()} == {reason}


@pytest.mark.parametrize(
    ("signal", "reason"),
    [
        (tone(5), "fewer than 3 pitch classes stand out"),
        (joined(*[chord(0)] * 4), "fewer than 3 pitch classes stand out"),
        (tone(5) + tone(5, hz=660), "fewer than 3 pitch classes stand out"),
        (cadence(4, 0)[:120_000], "less than 3 s of it sound"),
    ],
    ids=["a sine", "a note", "a fifth", "a moment"],
)
def test_a_key_takes_time_and_three_notes(signal: Signal, reason: str, tmp_path: Path) -> None:
    heard = told(signal, tmp_path)
    assert heard["chroma_mean"].value is not None
    assert {heard[name].reason for name in ("key", "key_confidence", "key_margin")} == {reason}


def test_an_offset_changes_no_chroma_but_where_it_begins_and_ends(tmp_path: Path) -> None:
    music = 0.2 * cadence(4, 0)
    means = [told(each, tmp_path)["chroma_mean"].value for each in (music, music + np.float32(0.4))]
    assert means[1] == pytest.approx(means[0], abs=0.04)


def test_what_overflows_is_marked_and_the_rest_is_told(tmp_path: Path) -> None:
    result = run_all({"descriptors": [Chroma]}, joined(cadence(4, 0), tone(1) * np.float32(1e30)), 44100, tmp_path, [0])
    (key,) = (each.value for each in result[0].descriptors if each.name == "key")
    assert key == "C major"
    chroma = columns(result)["chroma"]
    assert np.isfinite(chroma[:50]).all()
    assert np.isnan(chroma[-9:]).all()
