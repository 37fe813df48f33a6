"""Clipping: samples that stay at full scale."""

import numpy as np

from adapters.audio.chunks import Chunk
from adapters.audio.taps.spans import MAX_RANGES, hot_runs
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Finding, Severity

SHORTEST_RUN = 3
"""Samples: a peak that only touches full scale gives one or two."""

MERGE_SECONDS = 0.1


class Clipping:
    """Runs of SHORTEST_RUN samples of a channel at full scale, where a step less than the file's own is left."""

    def __init__(self, stream: Stream) -> None:
        self._rate = stream.rate
        # The highest positive code is one step below 1; lossy and float sound is taken as if it had 16 bits.
        self._above = 1 - 1.5 / (1 << min(stream.bit_depth or 16, 16) - 1)
        self._gap = round(MERGE_SECONDS * stream.rate)
        self._runs = np.zeros(stream.channels, np.int64)
        self._state = np.array([-1, -1, 0], np.int64)
        self._ranges: list[tuple[int, int]] = []
        self._count = 0

    def feed(self, chunk: Chunk) -> None:
        found = np.empty((len(chunk) // (self._gap + 1) + 2, 2), np.int64)
        peaks = chunk.cells.peaks
        count = hot_runs(
            chunk.samples, peaks, self._above, SHORTEST_RUN, self._gap, chunk.at, self._runs, self._state, found
        )
        self._keep(found[:count].tolist())

    def _keep(self, ranges: list[list[int]]) -> None:
        self._count += len(ranges)
        for start, end in ranges[: MAX_RANGES - len(self._ranges)]:
            self._ranges.append((start, end))

    def result(self) -> Told:
        start, end, samples = self._state.tolist()
        if start >= 0:
            self._keep([[start, end]])
        if not self._ranges:
            return Told()
        places = "one place" if self._count == 1 else f"{self._count} places"
        finding = Finding(
            "clipping",
            Severity.WARNING,
            f"{samples} samples stay at full scale, in {places}: the tops of the wave are cut off.",
            "Record or export with a lower level; a declipper can guess what is lost.",
            tuple((a / self._rate, b / self._rate) for a, b in self._ranges),
        )
        return Told(findings=(finding,))
