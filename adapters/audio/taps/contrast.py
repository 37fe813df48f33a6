"""Spectral contrast: how far the peaks of each octave stand above its valleys.

Jiang, Lu, Zhang, Tao & Cai, "Music type classification by spectral contrast feature", ICME 2002; with librosa's bands.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk
from adapters.audio.compiled import reassociated
from adapters.audio.taps.sounding import Sounding
from adapters.audio.taps.summary import LIBROSA, Column, VectorSummary
from adapters.audio.taps.tap import Stream, Told

LOWEST_HZ = 200.0
MOST_OCTAVES = 6
QUANTILE = 0.02

_FLOOR = np.float32(1e-10)

_AS_IT_IS, _REVERSED = np.int32(0), np.int32(-1)
"""What the bits are combined with by exclusive or."""

Floats = NDArray[np.float32]


@lru_cache(maxsize=4)
def bands(rate: int, window: int) -> NDArray[np.int64]:
    """First bin, end and quantile (in bins) of each band, shape (bands, 3): up to 200 Hz, and each octave above it.

    As many octaves as begin below half the rate, six at most; the last one takes all that is above it. Edges are
    librosa's: a band also has the bin below its corner, and lacks the last one, but for the highest.
    """
    frequencies = np.fft.rfftfreq(window, 1 / rate)
    corners = LOWEST_HZ * 2.0 ** np.arange(MOST_OCTAVES)
    corners = np.r_[0.0, corners[corners < rate / 2]]
    starts = np.searchsorted(frequencies, corners)
    ends = np.searchsorted(frequencies, 2 * corners[1:], side="right")
    found = np.empty((len(corners), 3), np.int64)
    found[:, 0] = np.maximum(starts - 1, 0)
    found[:, 1] = np.r_[np.searchsorted(frequencies, LOWEST_HZ, side="right"), ends]
    found[-1, 1] = len(frequencies)
    found[:, 2] = np.maximum(np.rint(QUANTILE * (found[:, 1] - found[:, 0])), 1)
    found[:-1, 1] -= 1
    return found


class Contrast:
    """The column and summaries of `spectral_contrast`, one number a band, from low to high."""

    def __init__(self, stream: Stream) -> None:
        self._bands = bands(stream.rate, stream.window)
        corners = ", ".join(f"{LOWEST_HZ * 2**octave:g}" for octave in range(len(self._bands) - 1))
        method = (
            f"mean of the highest over mean of the lowest {QUANTILE:.0%} of the magnitudes of the mean of the "
            f"channels, in bands from 0, {corners} Hz on"
        )
        source = f"{LIBROSA} feature.spectral_contrast"
        column = Column("spectral_contrast", "dB", (0.0, None), method, source)
        self._sounding = Sounding()
        self._summary = VectorSummary(stream, column, self._sounding)

    def feed(self, chunk: Chunk) -> None:
        magnitude = chunk.spectra.magnitude
        extremes = np.empty((2, len(magnitude), len(self._bands)), np.float32)
        extremes_of(magnitude, magnitude.view(np.int32), self._bands, extremes)
        decibels = np.float32(10) * np.log10(np.maximum(extremes, _FLOOR))
        with np.errstate(invalid="ignore"):  # float files may hold samples of any size
            self._summary.add(decibels[0] - decibels[1])
        self._sounding.add(chunk.spectra.sounding)

    def result(self) -> Told:
        return Told(self._summary.descriptors())


@reassociated
def extremes_of(magnitude: Floats, bits: NDArray[np.int32], bands: NDArray[np.int64], extremes: Floats) -> None:
    """Means of the highest and of the lowest magnitudes of each band."""
    for i in range(magnitude.shape[0]):
        for band in range(bands.shape[0]):
            first, end, count = bands[band]
            row, order = magnitude[i, first:end], bits[i, first:end]
            if count == 1:
                low, high = row[0], row[0]
                for k in range(end - first):
                    low, high = min(low, row[k]), max(high, row[k])
                extremes[0, i, band], extremes[1, i, band] = high, low
            else:
                extremes[0, i, band] = _mean_of_lowest(row, order, count, _REVERSED)
                extremes[1, i, band] = _mean_of_lowest(row, order, count, _AS_IT_IS)


@reassociated
def _mean_of_lowest(row: Floats, order: NDArray[np.int32], count: int, direction: np.int32) -> float:
    """Of the `count` lowest (highest, when _REVERSED), found by bisection: floats that are not negative are ordered as
    their bits are, and to count those below a bound is many times faster than to sort.
    """
    reached = np.int32(order[0] ^ direction)
    below = reached
    for k in range(len(order)):
        place = np.int32(order[k] ^ direction)
        reached, below = max(reached, place), min(below, place)
    below = np.int32(below - 1)
    found = len(row)
    while found != count and reached - below > 1:
        middle = np.int32(below + (reached - below) // 2)
        within = np.int32(0)
        for k in range(len(order)):
            within = np.int32(within + np.int32(np.int32(order[k] ^ direction) <= middle))
        if within >= count:
            reached, found = middle, int(within)
        else:
            below = middle
    total = np.float32(0)
    for k in range(len(row)):
        total += row[k] if np.int32(order[k] ^ direction) <= reached else np.float32(0)
    equal = np.int32(reached ^ direction).view(np.float32)  # where more than asked for are within, they are this
    return float(total - (found - count) * equal) / count
