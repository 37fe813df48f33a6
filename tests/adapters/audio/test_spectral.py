"""Descriptors of every frame against librosa's over the whole file, and their summaries."""

import json
from collections.abc import Callable
from pathlib import Path

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.audio.listening import TAPS
from adapters.audio.one_pass import FRAMES_PART
from adapters.audio.stft import Stft
from adapters.audio.taps import contrast, summary
from adapters.audio.taps.chroma import Chroma
from adapters.audio.taps.contrast import Contrast
from adapters.audio.taps.mfcc import Mfcc
from adapters.audio.taps.sounding import Sounding
from adapters.audio.taps.spectral_shape import SpectralShape
from adapters.audio.taps.tap import Stream, Tap
from adapters.audio.taps.temporal import Temporal
from tests.adapters.audio.by_librosa import SOUNDS, Measured, measured
from tests.adapters.audio.reference import run, run_all
from tests.sounds import joined, tone

every_sound = pytest.mark.parametrize("name", SOUNDS)

COLUMNS = (
    "spectral_centroid",
    "spectral_bandwidth",
    "spectral_rolloff",
    "spectral_flatness",
    "spectral_flux",
    "spectral_contrast",
    "mfcc",
    "zero_crossing_rate",
    "rms",
)

CLOSE = 1e-5
"""Share of a descriptor's range."""


def octaves(rate: int) -> int:
    """As many as begin below half the rate; six at most."""
    return sum(200 * 2**octave < rate / 2 for octave in range(6))


def contrast_by_librosa(
    magnitude: NDArray[np.float32], rate: int, monkeypatch: pytest.MonkeyPatch
) -> NDArray[np.float64]:
    """Without the floor of 80 dB below the loudest frame, which librosa gives no way to leave out."""
    monkeypatch.setattr(
        "librosa.feature.spectral.power_to_db", lambda power: librosa.power_to_db(power, top_db=None), raising=True
    )
    return librosa.feature.spectral_contrast(S=magnitude, sr=rate, n_bands=octaves(rate)).T


@every_sound
def test_the_centroid_is_librosas(name: str) -> None:
    heard = measured(name)
    (expected,) = librosa.feature.spectral_centroid(S=heard.magnitude, sr=heard.rate)
    assert heard.columns["spectral_centroid"] == pytest.approx(expected, abs=CLOSE * heard.rate / 2)


@every_sound
def test_the_bandwidth_is_librosas(name: str) -> None:
    heard = measured(name)
    (expected,) = librosa.feature.spectral_bandwidth(S=heard.magnitude, sr=heard.rate)
    assert heard.columns["spectral_bandwidth"] == pytest.approx(expected, abs=CLOSE * heard.rate / 2)


@every_sound
def test_the_rolloff_is_librosas_or_in_the_bin_beside_it(name: str) -> None:
    heard = measured(name)
    (expected,) = librosa.feature.spectral_rolloff(S=heard.magnitude, sr=heard.rate)
    assert heard.columns["spectral_rolloff"] == pytest.approx(expected, abs=1.01 * heard.rate / heard.window)


@every_sound
def test_the_flatness_is_librosas(name: str) -> None:
    heard = measured(name)
    (expected,) = librosa.feature.spectral_flatness(S=heard.magnitude)
    assert heard.columns["spectral_flatness"] == pytest.approx(expected, abs=CLOSE)
    assert heard.columns["spectral_flatness"].max() <= 1


@every_sound
def test_the_flux_is_how_far_magnitudes_move(name: str) -> None:
    heard = measured(name)
    moved = np.linalg.norm(np.diff(heard.magnitude, axis=1), axis=0) * 4 / heard.window
    assert heard.columns["spectral_flux"] == pytest.approx(np.r_[0, moved], abs=CLOSE)


@every_sound
def test_the_contrast_is_librosas(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = measured(name)
    expected = contrast_by_librosa(heard.magnitude, heard.rate, monkeypatch)
    assert heard.columns["spectral_contrast"].shape == expected.shape
    assert heard.columns["spectral_contrast"] == pytest.approx(expected, abs=CLOSE * max(60.0, float(np.ptp(expected))))


@pytest.mark.parametrize("rate", [1000, 8000, 44100, 192000])
def test_the_contrast_of_the_same_magnitudes_is_librosas_to_the_last_digit(
    rate: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With many equal values and zeros, which bisection must not stumble over."""
    draw = np.random.default_rng(1)
    bins = Stft(rate, 1).bins
    magnitude = draw.exponential(1, (9, bins)).astype(np.float32) ** 3
    magnitude[1] = np.round(magnitude[1])
    magnitude[2] = 1
    magnitude[3] = 0
    magnitude[4, ::2] = 0
    edges = contrast.bands(rate, 2 * (bins - 1))
    extremes = np.empty((2, len(magnitude), len(edges)), np.float32)
    contrast.extremes_of(magnitude, magnitude.view(np.int32), edges, extremes)
    decibels = librosa.power_to_db(extremes, top_db=None)
    expected = contrast_by_librosa(magnitude.T, rate, monkeypatch)
    assert decibels[0] - decibels[1] == pytest.approx(expected, abs=1e-4)


@every_sound
def test_mfcc_are_librosas(name: str) -> None:
    heard = measured(name)
    mel = librosa.feature.melspectrogram(S=np.square(heard.magnitude), sr=heard.rate)
    expected = librosa.feature.mfcc(S=librosa.power_to_db(mel, top_db=None), n_mfcc=20).T
    assert heard.columns["mfcc"] == pytest.approx(expected, abs=CLOSE * max(600.0, float(np.ptp(expected))))


@every_sound
def test_the_zero_crossing_rate_is_librosas_exactly(name: str) -> None:
    heard = measured(name)
    (expected,) = librosa.feature.zero_crossing_rate(
        heard.mono, frame_length=heard.window, hop_length=heard.window // 2
    )
    assert heard.columns["zero_crossing_rate"].tolist() == expected.astype(np.float32).tolist()


@every_sound
def test_the_rms_of_frames_is_librosas(name: str) -> None:
    heard = measured(name)
    (expected,) = librosa.feature.rms(y=heard.mono, frame_length=heard.window, hop_length=heard.window // 2)
    assert heard.columns["rms"] == pytest.approx(expected, abs=1e-7)


def of_sound(heard: Measured, name: str) -> NDArray[np.float64]:
    """The column's frames that are not digital silence."""
    return heard.columns[name][heard.magnitude.any(axis=0)].astype(np.float64)


@pytest.mark.parametrize("name", ["music", "noise between silences", "one sample"])
@pytest.mark.parametrize("column", ["spectral_centroid", "spectral_flatness", "zero_crossing_rate", "rms"])
def test_summaries_leave_out_digital_silence(name: str, column: str) -> None:
    heard = measured(name)
    values = of_sound(heard, column)
    told = heard.descriptors
    assert told[f"{column}_mean"].value == pytest.approx(values.mean(), rel=1e-5)
    assert told[f"{column}_variance"].value == pytest.approx(values.var(), rel=1e-4, abs=1e-12)
    expected = np.percentile(values, (5, 25, 50, 75, 95))
    assert told[f"{column}_percentiles"].value == pytest.approx(expected.tolist(), rel=1e-5)


@pytest.mark.parametrize("name", ["music", "noise between silences"])
@pytest.mark.parametrize("column", ["mfcc", "spectral_contrast"])
def test_vectors_have_a_mean_and_a_variance_of_each_number(name: str, column: str) -> None:
    heard = measured(name)
    values = of_sound(heard, column)
    told = heard.descriptors
    assert told[f"{column}_mean"].value == pytest.approx(values.mean(axis=0).tolist(), rel=1e-5, abs=1e-4)
    assert told[f"{column}_variance"].value == pytest.approx(values.var(axis=0).tolist(), rel=1e-4)


@pytest.mark.parametrize("name", ["music", "noise between silences"])
@pytest.mark.parametrize("column", ["mfcc", "spectral_contrast"])
@pytest.mark.parametrize("at_a_time", [1, 1 << 26])
def test_vectors_have_quartiles_of_each_number(
    name: str, column: str, at_a_time: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few of the numbers are read at a time."""
    monkeypatch.setattr(summary, "_AT_A_TIME", at_a_time)
    rate, make = SOUNDS[name]
    tap: Callable[[Stream], Tap] = Mfcc if column == "mfcc" else Contrast
    told = run(tap, make(rate), rate, tmp_path).descriptors
    values = of_sound(measured(name), column)
    for descriptor, percent in zip(told[2:], (25, 50, 75), strict=True):
        assert descriptor.value == pytest.approx(np.percentile(values, percent, axis=0).tolist(), rel=1e-4, abs=1e-4)
    assert [each.name for each in told[2:]] == [f"{column}_p25", f"{column}_median", f"{column}_p75"]


def test_the_file_says_where_each_row_is(tmp_path: Path) -> None:
    (_, artefact) = run_all({FRAMES_PART: TAPS[FRAMES_PART]}, tone(4), 44100, tmp_path, [0])[-2:]
    said = json.loads(str(artefact.artefacts[0].settings["columns"]))
    assert {name: said[name]["hop_samples"] for name in ("rms", "mfcc", "f0", "chroma")} == {
        "rms": 1024,
        "mfcc": 1024,
        "f0": 4096,
        "chroma": 4096,
    }
    assert said["chroma"]["first_sample"] == 1536
    assert {said[name]["first_sample"] for name in said} == {0, 1536}
    assert said["spectral_centroid"]["unit"] == "Hz"


def test_silence_has_frames_but_no_summaries() -> None:
    heard = measured("silence")
    assert heard.columns["spectral_centroid"].tolist() == [0.0] * 13
    for name in ("spectral_centroid_mean", "rms_percentiles", "mfcc_variance"):
        assert heard.descriptors[name].value is None
        assert heard.descriptors[name].reason == "the mean of the channels is digital silence throughout"


@pytest.mark.parametrize("tap", [Temporal, SpectralShape, Contrast, Mfcc, Chroma])
def test_float_files_may_hold_samples_of_any_size(tap: Callable[[Stream], Tap], tmp_path: Path) -> None:
    """What overflows is left out of the summaries, and is nothing to stop at."""
    some = joined(tone(0.5), tone(0.5) * np.float32(1e30))
    for descriptor in run(tap, some, 44100, tmp_path).descriptors:
        if not descriptor.name.startswith("key"):  # a second has none
            assert np.isfinite(np.array(descriptor.value, np.float64)).all()
    for descriptor in run(tap, tone(0.5) * np.float32(1e30), 44100, tmp_path).descriptors:
        if not descriptor.name.startswith("zero_crossing"):
            assert descriptor.value is None
            assert descriptor.reason


@pytest.mark.parametrize("name", ["music", "tone at 8 kHz", "silence"])
def test_every_summary_says_what_it_is_and_keeps_to_its_range(name: str) -> None:
    for column in COLUMNS:
        for descriptor in (measured(name).descriptors[f"{column}_{what}"] for what in ("mean", "variance")):
            assert descriptor.method
            assert descriptor.source.startswith("librosa")
            low, high = descriptor.range
            for value in np.atleast_1d(np.array(descriptor.value if descriptor.value is not None else [])):
                assert low is None or low <= value
                assert high is None or value <= high


@pytest.mark.parametrize("lengths", [(), (0,), (3,), (8, 8), (1, 6, 1, 9), (129, 0, 128)])
def test_which_frames_sound_comes_back_as_it_was_added(lengths: tuple[int, ...]) -> None:
    draw, sounding = np.random.default_rng(2), Sounding()
    parts = [draw.random(length) < 0.5 for length in lengths]
    for part in parts:
        sounding.add(part)
    np.testing.assert_array_equal(sounding.all(), np.concatenate([np.empty(0, bool), *parts]))
