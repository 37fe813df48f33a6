"""Mel power of the STFT's frames: as librosa.feature.melspectrogram gives it, and as it is drawn."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from adapters.audio import mel
from adapters.audio.compiled import reassociated
from adapters.audio.scales import mel_frequencies

BANDS = 128

Floats = NDArray[np.float32]


class MelBands:
    """Triangles between `corners` in Hz, (bands + 2,), of the heights in `matrix`, (bands, bins).

    Neighbours overlap by half, so each FFT bin belongs to two bands at most: it rises in one and falls in the one
    below. The weights are kept by bin, and applied in a fiftieth of the multiplications of the matrix.
    """

    def __init__(self, corners: NDArray[np.float64], matrix: Floats, rate: int, window: int) -> None:
        self.corners, self.matrix = corners, matrix
        count = len(matrix)
        bins = np.fft.rfftfreq(window, 1 / rate)
        intervals = np.clip(np.searchsorted(corners, bins, side="right") - 1, 0, count)
        self._starts = np.searchsorted(intervals, np.arange(count + 2)).astype(np.int64)
        each = np.arange(len(bins))
        self._rising = np.where(intervals < count, self.matrix[np.minimum(intervals, count - 1), each], 0)
        self._falling = np.where(intervals > 0, self.matrix[np.maximum(intervals - 1, 0), each], 0)

    def power(self, power: Floats) -> Floats:
        """Of (frames, bins) the sums in each band, (frames, bands)."""
        bands = np.empty((len(power), len(self.matrix)), np.float32)
        _sum_bands(power, self._starts, self._rising, self._falling, bands)
        return bands


@lru_cache(maxsize=4)  # recordings of one rate follow each other
def mel_bands(rate: int, window: int) -> MelBands:
    """In librosa's default shape, equal to librosa.filters.mel: Slaney's scale and norm, from 0 to half the rate."""
    corners = np.asarray(mel_frequencies(BANDS + 2, fmin=0.0, fmax=rate / 2), np.float64)
    norm = 2 / (corners[2:] - corners[:-2])
    return MelBands(corners, mel.weights(corners, rate, window) * norm.astype(np.float32)[:, None], rate, window)


@lru_cache(maxsize=4)
def picture_bands(rate: int, window: int) -> MelBands:
    """Of height 1, as many as the window can tell apart."""
    corners = mel.edges(rate, window)
    return MelBands(corners, mel.weights(corners, rate, window), rate, window)


@reassociated
def _sum_bands(power: Floats, starts: NDArray[np.int64], rising: Floats, falling: Floats, bands: Floats) -> None:
    count = bands.shape[1]
    for i in range(power.shape[0]):
        below = np.float32(0)
        for interval in range(count + 1):
            first, end = starts[interval], starts[interval + 1]
            row, rise, fall = power[i, first:end], rising[first:end], falling[first:end]  # which vectorises
            up = down = np.float32(0)
            for k in range(end - first):
                up += row[k] * rise[k]
                down += row[k] * fall[k]
            if interval:
                bands[i, interval - 1] = below + down
            below = up
