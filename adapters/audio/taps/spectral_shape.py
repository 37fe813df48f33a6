"""Where a frame's spectrum lies, how wide and how noise-like it is, and how much it changes."""

import math

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk
from adapters.audio.compiled import reassociated
from adapters.audio.taps.sounding import Sounding
from adapters.audio.taps.summary import LIBROSA, Column, Summary
from adapters.audio.taps.tap import Stream, Told

ROLL_SHARE = 0.85

_BLOCK = 64
"""Bins summed in single precision at a time; their sums are added up in double precision."""

_RAMPS = np.array([np.arange(_BLOCK), np.square(np.arange(_BLOCK))], np.float32)

_FLATNESS_FLOOR = np.float32(1e-10)

Floats = NDArray[np.float32]


def columns(rate: int) -> tuple[Column, ...]:
    of, hz = "of the magnitudes of the mean of the channels", (0.0, rate / 2)
    flatness = "geometric over arithmetic mean of the powers of the mean of the channels"
    flux = "Euclidean distance of a frame's magnitudes from the last one's, a full-scale sine being 1; 0 in the first"
    rolloff = f"frequency up to which {ROLL_SHARE:.0%} of the sum {of} lie"
    bandwidth = f"standard deviation about the centroid {of}"
    return (
        Column("spectral_centroid", "Hz", hz, f"mean frequency {of}", f"{LIBROSA} feature.spectral_centroid"),
        Column("spectral_bandwidth", "Hz", hz, bandwidth, f"{LIBROSA} feature.spectral_bandwidth"),
        Column("spectral_rolloff", "Hz", hz, rolloff, f"{LIBROSA} feature.spectral_rolloff"),
        Column("spectral_flatness", "1", (0.0, 1.0), flatness, f"{LIBROSA} feature.spectral_flatness"),
        Column("spectral_flux", "full scale", (0.0, None), flux, f"{LIBROSA} stft, one frame less the one before"),
    )


class SpectralShape:
    """Columns and summaries of `spectral_centroid`, `_bandwidth`, `_rolloff`, `_flatness` and `_flux`."""

    def __init__(self, stream: Stream) -> None:
        self._bin = stream.rate / stream.window  # Hz
        self._flux_scale = 4 / stream.window  # of a full-scale sine to 1: a Hann window sums to half its length
        self._before = np.empty(0, np.float32)
        self._sounding = Sounding()
        self._summaries = tuple(Summary(stream, column, self._sounding) for column in columns(stream.rate))

    def feed(self, chunk: Chunk) -> None:
        spectra = chunk.spectra
        if not len(spectra):
            return
        magnitude = spectra.magnitude
        if not len(self._before):
            self._before = magnitude[0]
        columns = np.empty((5, len(spectra)), np.float32)
        _shapes(spectra.mix, magnitude, self._before, _RAMPS, columns)
        columns[:3] *= self._bin
        columns[4] *= self._flux_scale
        columns[:, np.isinf(spectra.loudest)] = np.nan
        self._before = magnitude[-1].copy()
        for summary, column in zip(self._summaries, columns, strict=True):
            summary.add(column)
        self._sounding.add(spectra.sounding)

    def result(self) -> Told:
        return Told(tuple(descriptor for summary in self._summaries for descriptor in summary.descriptors()))


@reassociated
def _shapes(power: Floats, magnitude: Floats, before: Floats, ramps: Floats, columns: Floats) -> None:
    """All in one pass over blocks of bins; frequencies in bins.

    Moments are taken about the block's first bin and moved afterwards, so that nothing is lost when a lone line is
    far up. For the geometric mean exponents are added and mantissas, which lie in [1, 2), multiplied: one logarithm a
    block.
    """
    bins = magnitude.shape[1]
    offsets, squares = ramps[0], ramps[1]
    sums = np.empty((bins + _BLOCK - 1) // _BLOCK)
    for i in range(magnitude.shape[0]):
        previous = magnitude[i - 1] if i else before
        total = first = second = change = logs = energy = 0.0
        for block in range(len(sums)):
            start = block * _BLOCK
            stop = min(start + _BLOCK, bins)
            row, last, squared = magnitude[i, start:stop], previous[start:stop], power[i, start:stop]
            s0 = s1 = s2 = distance = floored = np.float32(0)
            for k in range(stop - start):
                x = row[k]
                s0 += x
                s1 += x * offsets[k]
                s2 += x * squares[k]
                step = x - last[k]
                distance += step * step
            mantissas, exponents = np.float32(1), np.int32(0)
            for k in range(stop - start):
                p = max(squared[k], _FLATNESS_FLOOR)
                floored += p
                bits = np.float32(p).view(np.int32)
                exponents = np.int32(exponents + np.int32(bits >> np.int32(23)))
                mantissa = np.int32(np.int32(bits & np.int32(0x7FFFFF)) | np.int32(0x3F800000))
                mantissas *= np.int32(mantissa).view(np.float32)
            sums[block] = s0
            total += float(s0)
            first += float(s1) + start * float(s0)
            second += float(s2) + 2 * start * float(s1) + float(start) * start * float(s0)
            change += float(distance)
            energy += float(floored)
            logs += math.log2(mantissas) + exponents - 127 * (stop - start)
        centroid = first / total if total > 0 else 0.0
        variance = second / total - centroid * centroid if total > 0 else 0.0
        columns[0, i] = centroid
        columns[1, i] = math.sqrt(max(variance, 0.0))
        columns[2, i] = _reached(magnitude[i], sums, ROLL_SHARE * total)
        columns[3, i] = min(2 ** (logs / bins) / (energy / bins), 1.0)
        columns[4, i] = math.sqrt(change)


@reassociated
def _reached(row: Floats, sums: NDArray[np.float64], threshold: float) -> int:
    """The first bin up to which the sum of the row reaches the threshold."""
    block, below = 0, 0.0
    while block < len(sums) - 1 and below + sums[block] < threshold:
        below += sums[block]
        block += 1
    for k in range(block * _BLOCK, len(row)):
        below += row[k]
        if below >= threshold:
            return k
    return len(row) - 1
