"""Dropouts: the sound breaks off into zeros, and comes back as abruptly."""

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk
from adapters.audio.compiled import compiled
from adapters.audio.taps.silence import INNER_SECONDS
from adapters.audio.taps.spans import MAX_RANGES, Ranges
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Finding, Severity

SHORTEST_SECONDS, LONGEST_SECONDS = 0.001, INNER_SECONDS
"""Shorter runs of zeros come about in soft sound, longer ones are told of as silence."""

CONTEXT_SECONDS = 0.01
"""On either side, which must be sound: pauses between words, decays and single clicks are no sound there. Gentle runs
of zeros that last as long are pauses, and tell of a gate or a synthesiser."""

LOUD_DBFS = -40.0
"""RMS of either side."""

BALANCE = 10.0
"""Times that one side may be the other: a tail before an attack is none of a torn sound."""

EDGE, EDGES = 0.1, 0.5
"""What the last sample before the zeros and the first one after them must be in RMS of their sides: each, and both
together. Nothing that fades or is cut where it crosses zero comes to that; of torn sines one in ten escapes."""

GENTLE = 0.03
"""The same of an edge that the sound came to by itself: two thirds of the pauses in synthesised speech have one, and
one in seven of the places where speech is torn."""

STEPS = 4
"""Of the file's own resolution, that either edge must be: in 8 bits soft sound is made of zeros and jumps."""

_ZEROS = 0.05
"""Share of a side that may be zeros itself."""


class Dropouts:
    """`dropouts`: runs of exact zeros in a channel, between sounds, with edges that no wave makes by itself.

    Synthesised and gated speech is silent in zeros, and hisses break off there, before a plosive, as abruptly as torn
    sound. But of its pauses most have a gentle edge, and of torn sound few: a channel with as many gentle pauses as
    torn ones is not torn.
    """

    def __init__(self, stream: Stream) -> None:
        self._rate = stream.rate
        self._context = max(2, round(CONTEXT_SECONDS * stream.rate))
        self._shortest = max(2, round(SHORTEST_SECONDS * stream.rate))
        self._longest = round(LONGEST_SECONDS * stream.rate)
        step = 2.0 ** (1 - min(stream.bit_depth or 16, 16))
        self._least = np.array([10 ** (LOUD_DBFS / 20), STEPS * step])
        self._past = np.zeros((stream.channels, self._context), np.float32)
        self._runs = np.full((stream.channels, 3), -1, np.int64)
        self._sides = np.zeros((stream.channels, 2, 2))
        self._gentle = np.zeros(stream.channels, np.int64)
        self._torn = [Ranges() for _ in range(stream.channels)]
        self._briefest, self._longest_torn = (
            np.full(stream.channels, self._longest),
            np.zeros(stream.channels, np.int64),
        )

    def feed(self, chunk: Chunk) -> None:
        for channel, samples in enumerate(chunk.samples):
            found = np.empty((len(samples) // self._shortest + 2, 2), np.int64)
            count = _search(
                samples,
                self._past[channel],
                chunk.at,
                self._shortest,
                self._longest,
                self._least,
                self._runs[channel],
                self._sides[channel],
                found,
                self._gentle[channel : channel + 1],
            )
            for start, end in found[:count].tolist():
                self._torn[channel].add(start, end)
                self._briefest[channel] = min(self._briefest[channel], end - start)
                self._longest_torn[channel] = max(self._longest_torn[channel], end - start)
            self._past[channel] = samples[-self._context :] if not chunk.last else 0

    def result(self) -> Told:
        which = [n for n, torn in enumerate(self._torn) if torn.count > self._gentle[n]]
        if not which:
            return Told()
        torn = [self._torn[n] for n in which]
        ranges = Ranges()
        for start, end in sorted(each for one in torn for each in one.kept):
            ranges.add(start, end)
        count, frames = ranges.count, ranges.frames
        if any(one.count > MAX_RANGES for one in torn):
            # How those overlap that are not kept nobody knows: it is as many as in all, and as long as in one at least.
            count, frames = sum(one.count for one in torn), max(frames, *(one.frames for one in torn))
        times = "once" if count == 1 else f"{count} times"
        where = "" if len(which) == len(self._torn) else f" in channel {', '.join(str(n + 1) for n in which[:8])}"
        brief, long = (
            1000 * self._briefest[which].min() / self._rate,
            1000 * self._longest_torn[which].max() / self._rate,
        )
        lasts = f"{brief:.1f} ms" if f"{brief:.1f}" == f"{long:.1f}" else f"{brief:.1f} to {long:.1f} ms"
        finding = Finding(
            "dropouts",
            Severity.WARNING,
            f"The sound breaks off into zeros{where} {times}, for {lasts}.",
            "Look at the buffers and the line of the recorder, and record it again.",
            ranges.seconds(self._rate),
            frames / self._rate,
        )
        return Told(findings=(finding,))


@compiled
def _search(  # noqa: C901, PLR0917 - one walk over the zeros; numba takes positional arguments
    samples: NDArray[np.float32],
    past: NDArray[np.float32],
    at: int,
    shortest: int,
    longest: int,
    least: NDArray[np.float64],
    runs: NDArray[np.int64],
    sides: NDArray[np.float64],
    found: NDArray[np.int64],
    gentle: NDArray[np.int64],
) -> int:
    """Dropouts of a channel that are certain with these samples, as (start, end) frames in `found`.

    `past` are the samples before these. What goes on from chunk to chunk: runs[0], the start of zeros that are not
    over; runs[1:], start and end of some whose other side has not been heard, -1 without any; and what the first sides
    of both were like. Pauses are counted in gentle[0]. A run of `shortest` zeros holds one of every `shortest` samples:
    the others need no look.
    """
    frames, first = len(samples), 0
    count = _settle(samples, past, at, runs, sides, least, found, gentle, 0)
    if runs[0] >= 0:
        while first < frames and samples[first] == 0:
            first += 1
        if first == frames:
            return count
        if shortest <= at + first - runs[0] <= longest:
            runs[1], runs[2] = runs[0], at + first
            sides[1] = sides[0]
            count = _settle(samples, past, at, runs, sides, least, found, gentle, count)
        runs[0] = -1
    probe = first + shortest - 1
    while probe < frames:
        if samples[probe] != 0:
            probe += shortest
            continue
        start, end = probe, probe + 1
        while start > first and samples[start - 1] == 0:
            start -= 1
        while end < frames and samples[end] == 0:
            end += 1
        if end < frames and shortest <= end - start <= longest:
            runs[1], runs[2] = at + start, at + end
            sides[1, 0], sides[1, 1] = _look(samples, past, start - len(past), start, start - 1, least)
            count = _settle(samples, past, at, runs, sides, least, found, gentle, count)
        first, probe = end, end + shortest
    start = frames
    while start > 0 and samples[start - 1] == 0:
        start -= 1
    if start < frames:
        runs[0] = at + start
        sides[0, 0], sides[0, 1] = _look(samples, past, start - len(past), start, start - 1, least)
    return count


@compiled
def _settle(  # noqa: PLR0917 - as above
    samples: NDArray[np.float32],
    past: NDArray[np.float32],
    at: int,
    runs: NDArray[np.int64],
    sides: NDArray[np.float64],
    least: NDArray[np.float64],
    found: NDArray[np.int64],
    gentle: NDArray[np.int64],
    count: int,
) -> int:
    """Takes runs[1:] for a dropout if its other side, once it is there, is loud and abrupt too, and for a pause if one
    of them is gentle.

    Returns how many dropouts there are now.
    """
    before, leaves = sides[1, 0], sides[1, 1]
    end = runs[2] - at
    if runs[1] < 0 or end + len(past) > len(samples):
        return count
    after, enters = _look(samples, past, end, end + len(past), end, least)
    if min(leaves, enters) == 0:
        gentle[0] += runs[2] - runs[1] >= len(past)
    elif min(before, after) > 0 and leaves + enters >= EDGES and max(before, after) < BALANCE * min(before, after):
        found[count, 0], found[count, 1] = runs[1], runs[2]
        count += 1
    runs[1] = -1
    return count


@compiled
def _look(  # noqa: PLR0917 - as above
    samples: NDArray[np.float32],
    past: NDArray[np.float32],
    start: int,
    end: int,
    edge: int,
    least: NDArray[np.float64],
) -> tuple[float, float]:
    """The RMS of a stretch and its edge in such. The first is 0 where it is not loud, whole and abrupt, the second 0
    where it is gentle and -1 where the stretch is not whole.

    Frames count from the first of the samples; those of the past are below zero.
    """
    squares, zeros = 0.0, 0
    for i in range(start, end):
        x = float(samples[i]) if i >= 0 else float(past[len(past) + i])
        squares += x * x
        zeros += x == 0
    last = abs(float(samples[edge])) if edge >= 0 else abs(float(past[len(past) + edge]))
    level = np.sqrt(squares / (end - start))
    if zeros > _ZEROS * (end - start):
        return 0.0, -1.0
    if last < GENTLE * level:
        return 0.0, 0.0
    loud = level >= least[0] and last >= max(least[1], EDGE * level)
    return level if loud else 0.0, last / level
