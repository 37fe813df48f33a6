"""Tempo by the autocorrelation of the onset strength: librosa.feature.tempo (Ellis 2007), and what it rounds away."""

import math
from functools import lru_cache

import ducc0
import numpy as np
from numpy.typing import NDArray

from adapters.audio.compiled import compiled
from adapters.audio.taps.onsets import Envelope

WINDOW_SECONDS = 8.0
START_BPM = 120.0
"""Middle of the prior, whose deviation is an octave: where people tap when two levels of the metre offer themselves."""

MAX_BPM = 320.0

_LEAST, _STRIDE = 256, 16
"""Windows that are looked at at least, where there are so many, and frames between two of them at most."""

_BATCH = 32

FACTORS = (1.0, 1.5, 2.0)
"""Of librosa's tempo, between which is chosen again: a beat between two lags loses there to its multiples on a lag."""

_MULTIPLES = (1, 2, 4, 8)
"""Of the lag, at which its fraction is read ever more finely."""

_BINOMIAL = np.array([1, 4, 6, 4, 1]) / 16
"""Wide enough that a peak between two lags is as high as one on a lag."""

Correlation = NDArray[np.float64]
"""Autocorrelation coefficients of the envelope, from lag 0 on, mean of windows of WINDOW_SECONDS."""


def estimate(envelope: Envelope, frames_per_second: float) -> tuple[float, float] | None:
    """Beats per minute, and how sure they are: 0 to 1. None where nothing rises.

    Sureness is the autocorrelation coefficient of the envelope at the beat's lag, within windows of 8 s: about 0 for
    noise, 1 for a metronome.
    """
    coarse = librosas(envelope, frames_per_second)
    if coarse is None:
        return None
    correlation = _correlation(envelope, int(WINDOW_SECONDS * frames_per_second))
    smooth = np.convolve(correlation, _BINOMIAL, mode="same")
    lags = [60 * frames_per_second / (coarse * factor) for factor in FACTORS if coarse * factor < MAX_BPM]
    found = [_refined(smooth, lag) for lag in lags]
    lag = max(found, key=lambda lag: _score(smooth, lag, frames_per_second))
    around = [correlation[k] for k in range(round(lag) - 1, round(lag) + 2) if 0 < k < len(correlation)]
    return 60 * frames_per_second / lag, float(min(max([0.0, *around]), 1.0))


def librosas(envelope: Envelope, frames_per_second: float) -> float | None:
    """What librosa.feature.tempo gives: a whole number of frames a beat, so at 43 of these a second 117.5 or 123 BPM.

    The tempogram is averaged over every 16th frame, since neighbouring windows of 8 s hardly differ.
    """
    length = int(WINDOW_SECONDS * frames_per_second)
    salience = _tempogram_mean(envelope, length)
    if not salience[0]:
        return None
    bpms = 60 * frames_per_second / np.arange(1, length)
    prior = _prior(bpms)
    prior[bpms >= MAX_BPM] = -np.inf
    return float(bpms[int(np.argmax(np.log1p(1e6 * salience[1:]) + prior))])


def _prior(bpm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Its logarithm."""
    prior: NDArray[np.float64] = -0.5 * np.log2(bpm / START_BPM) ** 2
    return prior


def _score(smooth: Correlation, lag: float, frames_per_second: float) -> float:
    height = float(np.interp(lag, np.arange(len(smooth)), smooth))
    return math.log(max(height, 1e-9)) + float(_prior(np.array(60 * frames_per_second / lag)))


def _refined(smooth: Correlation, lag: float) -> float:
    """The lag by the parabola through the peak nearest to it, then by that nearest to twice the result, and so on."""
    for multiple in _MULTIPLES:
        near = round(multiple * lag)
        if near < 2 or near + 2 >= len(smooth) // 2:
            break
        peak = near - 1 + int(np.argmax(smooth[near - 1 : near + 2]))
        left, top, right = smooth[peak - 1 : peak + 2]
        if not (top > 0 and top >= left and top >= right and left + right < 2 * top):
            break
        lag = float(peak + (right - left) / (4 * top - 2 * left - 2 * right)) / multiple
    return lag


def _correlation(envelope: Envelope, length: int) -> Correlation:
    length = min(length, len(envelope))
    windows = envelope[: len(envelope) // length * length].reshape(-1, length)
    size = ducc0.fft.good_size(2 * length - 1, True)
    powers = np.zeros(size // 2 + 1)
    for start in range(0, len(windows), _BATCH):
        part = windows[start : start + _BATCH].astype(np.float64)
        moves = np.zeros((len(part), size))
        moves[:, :length] = part - part.mean(axis=1, keepdims=True)
        powers += np.square(np.abs(ducc0.fft.r2c(moves, axes=(1,)))).sum(axis=0)
    sums = ducc0.fft.c2r(powers.astype(np.complex128), lastsize=size, forward=False, inorm=2)[:length]
    correlation: Correlation = sums / max(float(sums[0]), 1e-9) * length / (length - np.arange(length))
    return correlation


def _tempogram_mean(envelope: Envelope, length: int) -> NDArray[np.float64]:
    """Mean over the windows of their autocorrelations, each with 1 at lag 0: shape (length,).

    The mean is taken of the power spectra, each over its sum, and transformed back once.
    """
    stride = min(max(1, len(envelope) // _LEAST), _STRIDE)
    padded = np.pad(envelope, length // 2, mode="linear_ramp")
    starts = np.arange(0, len(envelope), stride)
    hann = _hann(length)
    size = ducc0.fft.good_size(2 * length - 1, True)
    room, squares = np.zeros((_BATCH, size), np.float32), np.empty(_BATCH, np.float32)
    powers = np.zeros(size // 2 + 1)
    for first in range(0, len(starts), _BATCH):
        some = starts[first : first + _BATCH]
        _shape(padded, some, hann, room, squares)
        spectra = ducc0.fft.r2c(room[: len(some)], axes=(1,))
        _add_powers(spectra, squares, powers)
    sums = ducc0.fft.c2r(powers.astype(np.complex128), lastsize=size, forward=False, inorm=2)[:length]
    mean: NDArray[np.float64] = sums / len(starts)
    return mean


@compiled
def _shape(
    padded: Envelope, starts: NDArray[np.int64], hann: Envelope, windows: NDArray[np.float32], squares: Envelope
) -> None:
    """The windows that begin there, and their sums of squares."""
    for n in range(len(starts)):
        total = np.float32(0)
        for k in range(len(hann)):
            x = padded[starts[n] + k] * hann[k]
            windows[n, k] = x
            total += x * x
        squares[n] = total


@compiled
def _add_powers(spectra: NDArray[np.complex64], squares: Envelope, powers: NDArray[np.float64]) -> None:
    """Over the window's sum of squares, which its autocorrelation has at lag 0; what is silent adds nothing."""
    for n in range(len(spectra)):
        if squares[n] > np.finfo(np.float32).tiny:
            share = 1 / float(squares[n])
            for k in range(spectra.shape[1]):
                one = spectra[n, k]
                powers[k] += share * float(one.real * one.real + one.imag * one.imag)


@lru_cache(maxsize=4)
def _hann(length: int) -> Envelope:
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    return window.astype(np.float32)
