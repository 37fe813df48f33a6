"""Runs of samples that are alike, found across chunks, and ranges of them."""

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import CELL, Samples
from adapters.audio.compiled import compiled

MAX_RANGES = 100
"""More ranges than this help nobody; the finding's words say how many there were."""


@compiled
def quiet_runs(  # noqa: PLR0917 - numba takes positional arguments
    samples: Samples,
    peaks: Samples,
    below: float,
    shortest: int,
    at: int,
    state: NDArray[np.int64],
    found: NDArray[np.int64],
) -> int:
    """Runs of frames whose every channel stays below; those that end in this chunk go to `found` as (start, end).

    `shortest` is longer than a cell, so that of a cell that is not quiet throughout (`peaks` are the cells' highest
    samples) only the first and the last loud frame matter. `at` is the place of the chunk's first frame, state[0] the
    start of the run that is open, -1 without one.
    """
    count, start = 0, state[0]
    channels, frames = samples.shape
    for cell in range(peaks.shape[1]):
        quiet = True
        for channel in range(channels):
            quiet = quiet and peaks[channel, cell] < below
        first = cell * CELL
        if quiet:
            start = at + first if start < 0 else start
            continue
        end = min(first + CELL, frames)
        if start >= 0:
            i = first
            while not _loud(samples, i, below):
                i += 1
            if at + i - start >= shortest:
                found[count, 0], found[count, 1] = start, at + i
                count += 1
        i = end - 1
        while not _loud(samples, i, below):
            i -= 1
        start = at + i + 1 if i < end - 1 else -1
    state[0] = start
    return count


@compiled
def _loud(samples: Samples, i: int, below: float) -> bool:
    loud = False
    for channel in range(samples.shape[0]):
        loud = loud or abs(samples[channel, i]) >= below
    return loud


class Ranges:
    """Ranges that are added in order: those no further apart than `gap` are one, the first MAX_RANGES are kept.

    `count` and `frames` are of all of them, kept or not.
    """

    def __init__(self, gap: int = 0) -> None:
        self._gap, self._end = gap, 0
        self.kept: list[tuple[int, int]] = []
        self.count = self.frames = 0

    def add(self, start: int, end: int) -> None:
        if self.count and start - self._end <= self._gap:
            self.frames += max(end - self._end, 0)
            if self.count <= MAX_RANGES:
                self.kept[-1] = (self.kept[-1][0], max(end, self._end))
        else:
            self.count += 1
            self.frames += end - start
            if self.count <= MAX_RANGES:
                self.kept.append((start, end))
        self._end = max(end, self._end)

    def seconds(self, rate: int) -> tuple[tuple[float, float], ...]:
        return tuple((start / rate, end / rate) for start, end in self.kept)
