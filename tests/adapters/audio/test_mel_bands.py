"""The shared mel power against librosa's."""

import warnings

import librosa
import numpy as np
import pytest

from adapters.audio.mel_bands import mel_bands
from adapters.audio.stft import Stft, window_of
from tests.sounds import joined, noise, tone

RATES = (1000, 8000, 11025, 22050, 44100, 48000, 96000, 192000, 384000)


@pytest.mark.parametrize("rate", RATES)
def test_the_weights_are_librosas(rate: int) -> None:
    window = window_of(rate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # narrow bands that hold no bin are empty there too
        expected = librosa.filters.mel(sr=rate, n_fft=window)
    assert np.abs(mel_bands(rate, window).matrix - expected).max() <= 1e-6 * expected.max()


@pytest.mark.parametrize("rate", RATES)
def test_the_sums_are_those_of_the_weights(rate: int) -> None:
    bands = mel_bands(rate, window_of(rate))
    power = np.square(noise(1, bands.matrix.shape[1], 5)).T.copy()
    expected = power.astype(np.float64) @ bands.matrix.T
    assert bands.power(power) == pytest.approx(expected, rel=2e-6)


@pytest.mark.parametrize("rate", [8000, 44100, 192000])
def test_mel_decibels_are_librosas(rate: int) -> None:
    mono = joined(noise(0.3, rate, 1), tone(0.2, rate, 1) + noise(0.2, rate, 1, -70.0))[:, 0]
    window = window_of(rate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        power = librosa.feature.melspectrogram(
            y=mono, sr=rate, n_fft=window, hop_length=window // 2, pad_mode="constant"
        )
    expected = librosa.power_to_db(power, ref=1.0, top_db=None).T
    decibels = Stft(rate, 1).feed(mono[None], mono, last=True).mel_db
    assert decibels == pytest.approx(expected, abs=1e-3)
