"""Onsets: where the spectrum grows, as librosa.onset has it. Bello et al. 2005 and Böck et al. 2012 explain it."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from adapters.audio.compiled import compiled
from adapters.audio.mel_bands import mel_bands

DELTA = 0.07
"""How far a peak must stand above the mean around it, as a share of the envelope's span."""

LEAST_RISE_DB = 1.0
"""An envelope that stays below has no onsets: a steady tone gives up to 0.5, white noise 3, a soft note more."""

FLOOR_DB = -90.0
"""What is softer does not rise: the noise of 16 bits, dithered or not, stays below it in every band, a full-scale sine
in the middle of the band being 0. Without a floor it would be heard through every steady tone."""

Envelope = NDArray[np.float32]
"""Onset strength in dB, one a frame: the mean rise of the mel bands. Its first two are 0."""


@lru_cache(maxsize=4)
def floor(rate: int, window: int) -> NDArray[np.float32]:
    """FLOOR_DB in the decibels of each mel band, (bands,)."""
    corners = mel_bands(rate, window).corners
    tops = (window / 4) ** 2 * 2 / (corners[2:] - corners[:-2])  # a Hann window sums to half its length
    return np.asarray(10 * np.log10(tops) + FLOOR_DB, np.float32)


class Strength:
    """librosa.onset.onset_strength(S=mel in dB and at least `floor`, hop_length=half of n_fft), streamed.

    A rise between two frames is put one frame after the second one: half a window, by which an STFT sees it early.
    """

    def __init__(self, floor: NDArray[np.float32]) -> None:
        self._floor = floor
        self._before: Envelope | None = None
        self._waiting = np.zeros(1, np.float32)

    def feed(self, mel_db: NDArray[np.float32]) -> Envelope:
        """As many as there are frames, shape (frames, bands)."""
        if not len(mel_db):
            return np.empty(0, np.float32)
        before = mel_db[0] if self._before is None else self._before
        rises = np.concatenate([self._waiting, _rises(mel_db, before, self._floor)])
        self._before, self._waiting = mel_db[-1].copy(), rises[-1:]
        return rises[:-1]


@compiled
def _rises(mel_db: NDArray[np.float32], before: NDArray[np.float32], floor: NDArray[np.float32]) -> Envelope:
    """Mean over the bands of what each frame has above the one before it, and above the floor."""
    rises = np.empty(len(mel_db), np.float32)
    for n in range(len(mel_db)):
        total = np.float32(0)
        for band in range(mel_db.shape[1]):
            total += max(mel_db[n, band] - max(before[band], floor[band]), np.float32(0))
        rises[n] = total / np.float32(mel_db.shape[1])
        before = mel_db[n]
    return rises


def detect(envelope: Envelope, frames_per_second: float) -> NDArray[np.int64]:
    """Frames of the onsets: librosa.onset.onset_detect with its default settings and normalisation."""
    low, high = float(envelope.min()), float(envelope.max())
    if high < LEAST_RISE_DB:
        return np.empty(0, np.int64)
    around = math.floor(0.1 * frames_per_second)
    behind = math.floor(0.03 * frames_per_second)
    # Normalised in the threshold, not in a copy: an hour of it is a megabyte.
    return _pick(envelope, behind, around, DELTA * (high - low))


@compiled
def _pick(x: Envelope, behind: int, around: int, delta: float) -> NDArray[np.int64]:
    """Peaks of the last `behind` frames that are `delta` above the mean of `around` frames on either side.

    After a peak so many frames as `behind` are passed over.
    """
    peaks = np.empty(len(x) // (behind + 1) + 1, np.int64)
    count = n = 0
    while n < len(x):
        top = x[n]
        for i in range(max(0, n - behind), n):
            top = max(top, x[i])
        if x[n] == top:
            first, end = max(0, n - around), min(n + around + 1, len(x))
            mean = 0.0
            for i in range(first, end):
                mean += float(x[i])
            if x[n] >= mean / (end - first) + delta:
                peaks[count] = n
                count += 1
                n += behind
        n += 1
    return peaks[:count]
