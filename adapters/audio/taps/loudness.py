"""Loudness by ITU-R BS.1770-4 and EBU R 128: integrated, momentary, short-term, range (EBU Tech 3342)."""

import math

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk
from adapters.audio.taps.decibels import level
from adapters.audio.taps.kweighting import LOWEST_RATE, coefficients, hop_energies
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Descriptor

# Weights of the channels in the usual order of wav and ffmpeg; BS.1770-4, table 3: 1.41 at the side, 0 for the LFE.
_WEIGHTS: dict[int, tuple[float, ...]] = {
    1: (1,),
    2: (1, 1),
    3: (1, 1, 1),
    4: (1, 1, 1.41, 1.41),
    5: (1, 1, 1, 1.41, 1.41),
    6: (1, 1, 1, 0, 1.41, 1.41),
    8: (1, 1, 1, 0, 1, 1, 1.41, 1.41),
}
_ABSOLUTE_GATE, _RELATIVE_GATE, _RANGE_GATE = -70.0, -10.0, -20.0  # LUFS, LU, LU
_MOMENTARY, _SHORT_TERM = 4, 30  # hops of 100 ms
_STEP, _TOP = 0.01, 30.0  # the histograms' step in LU and their end in LUFS


class _Histogram:
    """Energies above the absolute gate, in steps of 0.01 LU: bounded for any duration.

    The energies themselves are summed, so that only the gates are rounded to a step, never the result.
    """

    def __init__(self) -> None:
        bins = round((_TOP - _ABSOLUTE_GATE) / _STEP)
        self._counts = np.zeros(bins, np.int64)
        self._sums = np.zeros(bins)

    def add(self, energies: NDArray[np.float64]) -> None:
        energies = energies[energies > 0]
        lufs = -0.691 + 10 * np.log10(energies)
        heard = lufs > _ABSOLUTE_GATE
        bins = np.minimum((lufs[heard] - _ABSOLUTE_GATE) / _STEP, len(self._counts) - 1).astype(np.int64)
        np.add.at(self._counts, bins, 1)
        np.add.at(self._sums, bins, energies[heard])

    def gated(self, gate: float) -> tuple[NDArray[np.int64], float] | None:
        """Counts above the gate relative to the mean, and the mean energy of those; None when nothing is."""
        count = int(self._counts.sum())
        if not count:
            return None
        relative = _lufs(float(self._sums.sum()) / count) + gate
        first = max(0, math.ceil((relative - _ABSOLUTE_GATE) / _STEP - 0.5))
        counts = self._counts.copy()
        counts[:first] = 0
        return counts, float(self._sums[first:].sum()) / int(counts.sum())

    def spread(self, gate: float, low: float, high: float) -> float | None:
        """LU between two shares of what is above the gate."""
        above = self.gated(gate)
        if above is None:
            return None
        ranks = np.cumsum(above[0])
        last = int(ranks[-1]) - 1
        places = np.searchsorted(ranks, [round(last * low) + 1, round(last * high) + 1])
        return float(places[1] - places[0]) * _STEP


class Loudness:
    """`integrated_loudness`, `momentary_loudness_max`, `short_term_loudness_max` in LUFS, `loudness_range` in LU."""

    def __init__(self, stream: Stream) -> None:
        self._refused = _why_not(stream)
        self._hop = (stream.rate + 5) // 10
        if not self._refused:
            self._coefficients = coefficients(stream.rate)
        self._weights = np.array(_WEIGHTS.get(stream.channels, ()), np.float64)
        self._states = np.zeros((stream.channels, 4))
        self._open = np.zeros(stream.channels)
        self._recent = np.empty(0)
        self._frames = 0
        self._histograms = {_MOMENTARY: _Histogram(), _SHORT_TERM: _Histogram()}
        self._loudest = {_MOMENTARY: 0.0, _SHORT_TERM: 0.0}

    def feed(self, chunk: Chunk) -> None:
        if self._refused:
            return
        energies = np.empty((self._frames % self._hop + len(chunk)) // self._hop)
        count = hop_energies(
            chunk.samples,
            self._coefficients,
            self._weights,
            self._states,
            self._hop,
            self._frames % self._hop,
            self._open,
            energies,
        )
        self._frames += len(chunk)
        if count:
            self._slide(energies)

    def _slide(self, energies: NDArray[np.float64]) -> None:
        """Windows that end with each new hop; the hops of the longest window are kept for the next block."""
        hops = np.concatenate([self._recent, energies])
        for length, histogram in self._histograms.items():
            first = max(0, len(self._recent) - length + 1)
            if len(hops) - first >= length:
                windows = np.lib.stride_tricks.sliding_window_view(hops[first:], length)
                means = windows.sum(axis=1) / (length * self._hop)
                histogram.add(means)
                self._loudest[length] = max(self._loudest[length], float(means.max()))
        self._recent = hops[-(_SHORT_TERM - 1) :]

    def result(self) -> Told:
        integrated = self._histograms[_MOMENTARY].gated(_RELATIVE_GATE)
        spread = self._histograms[_SHORT_TERM].spread(_RANGE_GATE, 0.1, 0.95)
        gated = "BS.1770-4, gated at -70 LUFS and -10 LU"
        return Told(
            descriptors=(
                self._said("integrated_loudness", _MOMENTARY, integrated and _lufs(integrated[1]), "LUFS", gated),
                self._loudest_of("momentary_loudness_max", _MOMENTARY, "BS.1770-4, highest of 400 ms windows"),
                self._loudest_of("short_term_loudness_max", _SHORT_TERM, "EBU R 128, highest of 3 s windows"),
                self._said("loudness_range", _SHORT_TERM, spread, "LU", "EBU Tech 3342, 10 % to 95 %"),
            )
        )

    def _loudest_of(self, name: str, window: int, method: str) -> Descriptor:
        loudest = self._loudest[window]
        return self._said(name, window, _lufs(loudest) if loudest > 0 else None, "LUFS", method)

    def _said(self, name: str, window: int, value: float | None, unit: str, method: str) -> Descriptor:
        reason = self._refused or "nothing is louder than -70 LUFS"
        if not self._refused and self._frames < window * self._hop:
            reason = f"the recording is shorter than {'400 ms' if window == _MOMENTARY else '3 s'}"
        return level(name, value, unit, method, reason)


def _lufs(energy: float) -> float:
    return -0.691 + 10 * math.log10(energy)


def _why_not(stream: Stream) -> str:
    if stream.rate < LOWEST_RATE:
        return f"K-weighting needs a sample rate of {LOWEST_RATE} Hz or more"
    if stream.channels not in _WEIGHTS:
        return f"the places of {stream.channels} channels are not known"
    return ""
