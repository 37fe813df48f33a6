"""Windows of loudness, and the gates over them: bounded memory for any duration."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from adapters.audio.compiled import compiled
from adapters.audio.taps.kweighting import PARTS

ABSOLUTE_GATE = -70.0
"""LUFS."""

TOP = 30.0
"""LUFS: beyond it windows are not told from each other. Only floats that are none of a recording come to that."""

_STEP = 0.01  # of the histograms, in LU
_BINS = round((TOP - ABSOLUTE_GATE) / _STEP)


def lufs(energy: float) -> float:
    """Of a weighted mean square; ITU-R BS.1770-4, Annex 1, equation 2."""
    return -0.691 + 10 * math.log10(energy)


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of `length` parts: the loudest one, of those that end with any part, and of those that end with a
    hop the ones above the absolute gate, counted in steps of 0.01 LU.

    Their energies themselves are summed, so that only the gates are rounded to a step, never the result.
    """

    length: int
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(_BINS, np.int64))
    sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros(_BINS))
    loudest: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))

    def add(self, parts: NDArray[np.float64], fresh: int, heard: int, hop: int) -> NDArray[np.float64]:
        """Those that end with one of the `fresh` last energies of parts; `heard` parts came before these.

        Returns the mean energy of each, 0 where there is no whole window yet.
        """
        means = np.zeros(fresh)
        _slide(parts, heard, self.length, hop, means, self.counts, self.sums, self.loudest)
        return means

    def gated(self, gate: float) -> tuple[NDArray[np.int64], float] | None:
        """Counts above the gate relative to the mean, and the mean energy of those; None when nothing is.

        Nor is there anything to say where the gate lies beyond the histogram's end, some 30 dB above full scale.
        """
        count = int(self.counts.sum())
        if not count:
            return None
        relative = lufs(float(self.sums.sum()) / count) + gate
        first = max(0, math.ceil((relative - ABSOLUTE_GATE) / _STEP - 0.5))
        if first >= _BINS:
            return None
        counts = self.counts.copy()
        counts[:first] = 0
        return counts, float(self.sums[first:].sum()) / int(counts.sum())

    def spread(self, gate: float, low: float, high: float) -> float | None:
        """LU between two shares of what is above the gate."""
        above = self.gated(gate)
        if above is None:
            return None
        ranks = np.cumsum(above[0])
        last = int(ranks[-1]) - 1
        places = np.searchsorted(ranks, [round(last * low) + 1, round(last * high) + 1])
        if places[1] == _BINS - 1:  # which holds all that is louder
            return None
        return float(places[1] - places[0]) * _STEP


@compiled
def _slide(  # noqa: PLR0917 - numba takes positional arguments
    parts: NDArray[np.float64],
    heard: int,
    length: int,
    hop: int,
    means: NDArray[np.float64],
    counts: NDArray[np.int64],
    sums: NDArray[np.float64],
    loudest: NDArray[np.float64],
) -> None:
    first = len(parts) - len(means)
    so_far = np.zeros(len(parts) + 1)  # from a new zero each time: a running sum would keep what is rounded off
    for i in range(len(parts)):
        so_far[i + 1] = so_far[i] + parts[i]
    for i in range(first, len(parts)):
        if heard + i - first + 1 < length:
            continue
        mean = (so_far[i + 1] - so_far[i + 1 - length]) / (length // PARTS * hop)
        means[i - first] = mean
        loudest[0] = max(loudest[0], mean)
        if (heard + i - first + 1) % PARTS == 0 and mean > 0:
            level = -0.691 + 10 * math.log10(mean)
            if level > ABSOLUTE_GATE:
                place = min(int((level - ABSOLUTE_GATE) / _STEP), len(counts) - 1)
                counts[place] += 1
                sums[place] += mean
