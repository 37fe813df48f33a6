"""Clipping: tops of the wave that are cut flat, at full scale or below it."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import CELL, Chunk, Samples
from adapters.audio.compiled import compiled
from adapters.audio.taps.decibels import db
from adapters.audio.taps.spans import MAX_RANGES, Ranges
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Finding, Severity

SHORTEST_RUN = 3
"""Samples: a peak that only touches the top gives one or two."""

BAND_STEPS, COARSE_BAND_STEPS = 1.5, 0.5
"""Of the file's resolution, that a flat top may move up and down: a dithered one does, 8 bits are not dithered."""

STEEP_BANDS = 7
"""A round top that stays in the band for three samples falls by less in the next one; a cut one breaks off."""

SEVERAL_RUNS = 10
"""Below full scale: a sound that was clipped and then attenuated has all its flat tops at one height, its highest."""

LOWEST_DBFS = -40.0
"""Tops below are not looked at: a few steps of the file are flat by themselves."""

OVER_DB = 0.1
"""Beyond full scale, in lossy codecs: less is nobody's clipping."""

MERGE_SECONDS = 0.1


class Clipping:
    """`clipping`: flat tops at the highest level of a channel's positive or negative side; `decoded-over`: lossy sound
    beyond full scale, which a limiter just below it leads to, and which nothing has cut off yet."""

    def __init__(self, stream: Stream) -> None:
        self._rate, self._lossy = stream.rate, stream.bit_depth is None
        # Lossy and float sound is taken as if it had 16 bits. The highest positive code is one step below 1.
        step = 2.0 ** (1 - min(stream.bit_depth or 16, 16))
        self._full = 1 - 1.5 * step
        self._band = step * (COARSE_BAND_STEPS if (stream.bit_depth or 16) < 16 else BAND_STEPS)
        self._gap = round(MERGE_SECONDS * stream.rate)
        self._last = np.zeros(stream.channels, np.float32)
        tops = (stream.channels, 2)  # of the positive and of the negative side
        self._levels = np.full(tops, 10 ** (LOWEST_DBFS / 20))
        self._before = np.zeros(tops)
        # Length of the open run; runs and their samples; ranges, their frames, the end of the last.
        self._counts = np.zeros((*tops, 6), np.int64)
        self._ranges = np.zeros((*tops, MAX_RANGES, 2), np.int64)
        self._over = Ranges(self._gap)
        self._over_peak = 0.0

    def feed(self, chunk: Chunk) -> None:
        cells = chunk.cells
        _flat_tops(
            chunk.samples,
            cells.highest,
            cells.lowest,
            self._last,
            np.array([chunk.at, SHORTEST_RUN, self._gap]),
            np.array([self._band, STEEP_BANDS * self._band]),
            self._levels,
            self._before,
            self._counts,
            self._ranges,
        )
        self._last = chunk.samples[:, -1].copy()
        if self._lossy:
            self._look_beyond(chunk.at, cells.peaks.max(axis=0), chunk.at + len(chunk))

    def _look_beyond(self, at: int, peaks: NDArray[np.float32], end: int) -> None:
        beyond = np.flatnonzero(peaks > 10 ** (OVER_DB / 20))
        if len(beyond):
            self._over_peak = max(self._over_peak, float(peaks.max()))
            for cell in beyond.tolist():
                self._over.add(at + cell * CELL, min(at + (cell + 1) * CELL, end))

    def result(self) -> Told:
        at_full = self._levels >= self._full
        runs, samples = self._counts[..., 1], self._counts[..., 2]
        clipped = (runs >= SEVERAL_RUNS) | (at_full & (runs > 0))
        if clipped.any():
            return Told(findings=(self._cut(clipped, at_full, int(runs[clipped].sum()), int(samples[clipped].sum())),))
        return Told(findings=tuple(self._beyond()))

    def _cut(self, clipped: NDArray[np.bool_], at_full: NDArray[np.bool_], runs: int, samples: int) -> Finding:
        ranges = Ranges(self._gap)
        for start, end in sorted(each for top in np.argwhere(clipped) for each in self._of(*top)):
            ranges.add(start, end)
        # How those overlap that no top had room for nobody knows: it is the longest of all tops at the least.
        frames = max(ranges.frames, int(self._counts[clipped, 4].max()))
        if at_full[clipped].any():
            where = "at full scale"
        else:
            where = f"at {db(float(self._levels[clipped].max())):.1f} dBFS, as if clipped and then attenuated"
        tops = "one flat top" if runs == 1 else f"{runs} flat tops"
        return Finding(
            "clipping",
            Severity.WARNING,
            f"{samples} samples in {tops} {where}: the tops of the wave are cut off.",
            "Record or export with a lower level; a declipper can guess what is lost.",
            ranges.seconds(self._rate),
            frames / self._rate,
        )

    def _of(self, channel: int, side: int) -> list[tuple[int, int]]:
        many = min(int(self._counts[channel, side, 3]), MAX_RANGES)
        return [(start, end) for start, end in self._ranges[channel, side, :many].tolist()]

    def _beyond(self) -> Iterator[Finding]:
        if self._over.count:
            places = "one place" if self._over.count == 1 else f"{self._over.count} places"
            yield Finding(
                "decoded-over",
                Severity.INFO,
                f"The decoded wave goes up to {db(self._over_peak):+.1f} dB beyond full scale, in {places}: "
                "whatever plays or converts it cuts these tops off.",
                "Encode it anew from its source with a lower level, or lower it before it is converted to integers.",
                self._over.seconds(self._rate),
                self._over.frames / self._rate,
            )


@compiled
def _flat_tops(  # noqa: C901, PLR0917 - one walk over channels, cells and samples; numba takes positional arguments
    samples: Samples,
    highest: Samples,
    lowest: Samples,
    last: NDArray[np.float32],
    frames: NDArray[np.int64],
    heights: NDArray[np.float64],
    levels: NDArray[np.float64],
    before: NDArray[np.float64],
    counts: NDArray[np.int64],
    ranges: NDArray[np.int64],
) -> None:
    """Runs of samples within a band about the highest level so far; a higher level begins anew.

    `frames` are the place of the first sample, the shortest run and the gap that is merged over; `heights` half the
    band and the angle; `last` the samples before these. What goes on from chunk to chunk, by channel and side: the
    level, the sample before the open run, counts and ranges. Cells that stay below the band are not looked at.
    """
    at, many, band = frames[0], samples.shape[1], heights[0]
    for channel in range(samples.shape[0]):
        for side in range(2):
            sign = 1.0 if side == 0 else -1.0
            count = counts[channel, side]
            for cell in range(highest.shape[1]):
                top = sign * (highest[channel, cell] if side == 0 else lowest[channel, cell])
                begin, end = cell * CELL, min((cell + 1) * CELL, many)
                if top < levels[channel, side] - band:
                    if count[0]:  # only its first sample matters: it ends a run
                        end = begin + 1
                    else:
                        continue
                for i in range(begin, end):
                    x = sign * float(samples[channel, i])
                    level = levels[channel, side]
                    if x < level - band:
                        if count[0] >= frames[1] and level - min(x, before[channel, side]) >= heights[1]:
                            _note(at + i - count[0], at + i, frames[2], count, ranges[channel, side])
                        count[0] = 0
                        continue
                    if x > level + band:
                        levels[channel, side] = x
                        count[:] = 0
                    if count[0] == 0:
                        before[channel, side] = sign * float(samples[channel, i - 1] if i else last[channel])
                    count[0] += 1


@compiled
def _note(start: int, end: int, gap: int, count: NDArray[np.int64], ranges: NDArray[np.int64]) -> None:
    count[1] += 1
    count[2] += end - start
    many = count[3]
    if many and start - count[5] <= gap:
        count[4] += end - count[5]
        if many <= len(ranges):
            ranges[many - 1, 1] = end
    else:
        if many < len(ranges):
            ranges[many, 0], ranges[many, 1] = start, end
        count[3] += 1
        count[4] += end - start
    count[5] = end
