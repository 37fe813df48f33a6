"""Tempo by the autocorrelation of the onset strength, as librosa.feature.tempo estimates it (Ellis 2007)."""

import ducc0
import numpy as np
from numpy.typing import NDArray

from adapters.audio.taps.onsets import Envelope

WINDOW_SECONDS = 8.0
START_BPM = 120.0
"""Middle of the prior, whose deviation is an octave: where people tap when two levels of the metre offer themselves."""

MAX_BPM = 320.0

_LEAST, _STRIDE = 256, 16
"""Windows that are looked at at least, where there are so many, and frames between two of them at most."""

_BATCH = 32


def estimate(envelope: Envelope, frames_per_second: float) -> tuple[float, float] | None:
    """Beats per minute, and how sure they are: 0 to 1. None where nothing rises.

    The tempogram is averaged over every 16th frame, since neighbouring windows of 8 s hardly differ. Sureness is the
    autocorrelation coefficient of the envelope at the beat's lag, within such windows: about 0 for noise, 1 for a
    metronome.
    """
    length = int(WINDOW_SECONDS * frames_per_second)
    salience = _tempogram_mean(envelope, length)
    if not salience[0]:
        return None
    bpms = 60 * frames_per_second / np.arange(1, length)
    prior = -0.5 * np.log2(bpms / START_BPM) ** 2
    prior[bpms >= MAX_BPM] = -np.inf
    lag = 1 + int(np.argmax(np.log1p(1e6 * salience[1:]) + prior))
    return float(bpms[lag - 1]), _sureness(envelope, length, lag)


def _sureness(envelope: Envelope, length: int, lag: int) -> float:
    length = min(length, len(envelope))
    windows = envelope[: len(envelope) // length * length].reshape(-1, length)
    moves = windows - windows.mean(axis=1, keepdims=True)
    # The beat's true period lies between two lags.
    shares = [
        float((moves[:, k:] * moves[:, :-k]).sum()) / (1 - k / length)
        for k in (lag - 1, lag, lag + 1)
        if 0 < k < length
    ]
    return min(max([0.0, *shares]) / max(float((moves**2).sum()), 1e-9), 1.0)


def _tempogram_mean(envelope: Envelope, length: int) -> NDArray[np.float64]:
    """Mean over the windows of their autocorrelations, each with 1 at lag 0: shape (length,)."""
    stride = min(max(1, len(envelope) // _LEAST), _STRIDE)
    padded = np.pad(envelope, length // 2, mode="linear_ramp")
    windows = np.lib.stride_tricks.sliding_window_view(padded, length)[: len(envelope) : stride]
    hann = _hann(length).astype(np.float32)
    size = ducc0.fft.good_size(2 * length - 1, True)
    padded_batch = np.zeros((_BATCH, size), np.float32)
    total = np.zeros(length)
    for start in range(0, len(windows), _BATCH):
        part = windows[start : start + _BATCH]
        room = padded_batch[: len(part)]
        room[:, :length] = part * hann
        spectra = ducc0.fft.r2c(room, axes=(1,))
        powers = (spectra * spectra.conj()).astype(np.complex64)
        correlations = ducc0.fft.c2r(powers, axes=(1,), lastsize=size, forward=False, inorm=2)[:, :length]
        loudest = correlations[:, :1]
        total += (correlations / np.where(loudest > np.finfo(np.float32).tiny, loudest, 1)).sum(axis=0)
    return total / len(windows)


def _hann(length: int) -> NDArray[np.float64]:
    window: NDArray[np.float64] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    return window
