"""A look-ahead limiter of the true peak: one smooth gain for all channels, as many frames out as in, none of them late.

It looks for peaks between the samples with the interpolator that the true peak is measured by (ITU-R BS.1770-4,
Annex 2), so that who measures the result finds none above the ceiling.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from adapters.audio.compiled import compiled
from adapters.audio.process.steps.on_time import on_time
from adapters.audio.taps.true_peak import phases

ATTACK_SECONDS = 0.005
"""In which the gain goes down, ahead of the peak: slow enough to be no click, too short to be heard before it."""

RELEASE_SECONDS = 0.08
"""Time constant in which the gain comes back: shorter ones distort low notes, longer ones pump."""

MARGIN_DB = 0.01
"""Kept below the ceiling, for what rounding to 16 bits adds (1.5 steps are 0.0005 dB), and the second round leaves."""

_BLOCK = 1 << 13
_CELL = 256
_MASK = np.int32(0x7FFFFFFF)
_SETTLED = 1e-6  # from 1, which is 0.00001 dB: the gain is then 1 again, and samples are left as they are


def limited(blocks: Iterable[Block], rate: int, channels: int, ceiling_dbtp: float) -> Iterator[Block]:
    """The sound with no true peak above the ceiling; bit by bit what it was wherever nothing had to be lowered.

    In two rounds: while the gain moves, a peak between samples is not just lowered by it, and may stay some hundredths
    of a decibel too high. The second round finds these; its own gain hardly moves.
    """
    ceiling = 10 ** ((ceiling_dbtp - MARGIN_DB) / 20)
    first, second = (Limiter(rate, channels, ceiling) for _ in range(2))
    return second.run(first.run(blocks))


class Limiter:
    """One round. `ceiling` is an amplitude."""

    def __init__(self, rate: int, channels: int, ceiling: float) -> None:
        self._ceiling = ceiling
        self._filters = phases(rate)
        taps = max(1, self._filters.shape[1])
        # The most that the interpolator makes of samples of 1, and a hair for rounding.
        self._most = max(1.0, 1.00001 * float(np.abs(self._filters).sum(axis=1).max(initial=0.0)))
        half = max(8, round(ATTACK_SECONDS * rate / 2))
        self._delay = 2 * half + taps - 2
        """From a sample to what is known of all that its gain depends on."""
        self._release = -np.expm1(-1 / (RELEASE_SECONDS * rate))
        self._line = np.zeros((channels, self._delay + _BLOCK), np.float32)
        self._queue = np.zeros(self._delay + 2), np.zeros(self._delay + 2, np.int64)
        self._rings = np.ones((2, half))
        self._sums = np.array([1.0, half, half])  # gain before smoothing, and of each ring
        self._places = np.zeros(5, np.int64)  # frames so far, of each ring, first in the queue and how many

    def run(self, blocks: Iterable[Block]) -> Iterator[Block]:
        return on_time(blocks, self._feed, _BLOCK, self._delay)

    def _feed(self, block: Block) -> Block:
        """As many frames as came, those of `_delay` frames ago."""
        count = len(block)
        line = self._line
        line[:, self._delay : self._delay + count] = block.T
        needs, out = np.empty(count), np.empty_like(block)
        limiting = _need(line, self._delay, self._filters, self._most, self._ceiling, needs)
        if limiting or self._sums[0] < 1 or (self._rings < 1).any() or self._places[4]:
            gains = np.empty(count, np.float32)
            _follow(needs, self._delay, self._release, *self._queue, self._rings, self._sums, self._places, gains)
            np.multiply(line[:, :count].T, gains[:, None], out=out)
        else:
            self._places[0] += count
            out[:] = line[:, :count].T
        line[:, : self._delay] = line[:, count : count + self._delay].copy()
        return out


@compiled
def _need(  # noqa: PLR0917 - numba takes positional arguments
    line: NDArray[np.float32],
    first: int,
    filters: NDArray[np.float32],
    most: float,
    ceiling: float,
    needs: NDArray[np.float64],
) -> bool:
    """The gain that brings each sample to the ceiling, and the values between samples that it makes known.

    1 where nothing has to be lowered; says whether any is below 1. What of a channel is too low for a value above the
    ceiling is not looked at closer.
    """
    past = max(filters.shape[1] - 1, 0)
    found = False
    room, between = np.empty(_CELL, np.int32), np.empty(_CELL, np.float32)
    for start in range(0, len(needs), _CELL):
        count = min(_CELL, len(needs) - start)
        tops = room[:count]
        tops[:] = 0
        for channel in range(line.shape[0]):
            seen = line[channel, first + start - past : first + start + count]
            if _highest(seen) * most > ceiling:
                _raise(tops, seen, filters, between[:count])
        peaks = tops.view(np.float32)
        for i in range(count):
            needs[start + i] = 1.0
            if peaks[i] > ceiling:
                needs[start + i] = ceiling / peaks[i]
                found = True
    return found


@compiled
def _highest(samples: NDArray[np.float32]) -> float:
    bits, highest = samples.view(np.int32), np.int32(0)  # the highest whole number is found eight times as fast
    for i in range(len(bits)):
        highest = max(highest, np.int32(bits[i] & _MASK))
    return float(np.int32(highest).view(np.float32))


@compiled
def _raise(
    tops: NDArray[np.int32], seen: NDArray[np.float32], filters: NDArray[np.float32], between: NDArray[np.float32]
) -> None:
    """Raises `tops`, bits of amplitudes, to those of a channel's samples and of the values between them."""
    own = seen[len(seen) - len(tops) :].view(np.int32)
    for i in range(len(tops)):
        tops[i] = max(tops[i], np.int32(own[i] & _MASK))
    bits = between.view(np.int32)
    for phase in range(filters.shape[0]):
        between[:] = 0
        for tap in range(filters.shape[1]):
            weight, samples = filters[phase, tap], seen[tap : tap + len(between)]
            for i in range(len(between)):
                between[i] += weight * samples[i]
        for i in range(len(tops)):
            tops[i] = max(tops[i], np.int32(bits[i] & _MASK))


@compiled
def _follow(  # noqa: PLR0917 - numba takes positional arguments
    needs: NDArray[np.float64],
    delay: int,
    release: float,
    queue: NDArray[np.float64],
    when: NDArray[np.int64],
    rings: NDArray[np.float64],
    sums: NDArray[np.float64],
    places: NDArray[np.int64],
    gains: NDArray[np.float32],
) -> None:
    """The gains of the frames `delay` before those of the needs.

    The lowest need of the frames up to `delay` ahead, which comes back slowly, is averaged twice over half the attack:
    every value in that average is at most what any of these frames needs, and so is the average.
    """
    half, held = rings.shape[1], len(queue)
    at, one, two, first, waiting = places[0], places[1], places[2], places[3], places[4]
    gain, sum_one, sum_two = sums[0], sums[1], sums[2]
    still = 0  # frames in which all has been 1
    for n in range(len(needs)):
        need = needs[n]
        while waiting and when[first] < at - delay:
            first = (first + 1) % held
            waiting -= 1
        if need < 1:
            while waiting and queue[(first + waiting - 1) % held] >= need:
                waiting -= 1
            last = (first + waiting) % held
            queue[last], when[last] = need, at
            waiting += 1
        lowest = queue[first] if waiting else 1.0
        if lowest <= gain:
            gain = lowest
        else:
            gain += (lowest - gain) * release
            if gain > 1 - _SETTLED:
                gain = 1.0
        still = still + 1 if gain == 1 else 0
        sum_one += gain - rings[0, one]
        rings[0, one] = gain
        one = (one + 1) % half
        mean = sum_one / half
        if still >= half:
            mean, sum_one = 1.0, float(half)  # without what is rounded off
        sum_two += mean - rings[1, two]
        rings[1, two] = mean
        two = (two + 1) % half
        if still >= 2 * half:
            sum_two = float(half)
        gains[n] = min(1.0, sum_two / half)
        at += 1
    places[0], places[1], places[2], places[3], places[4] = at, one, two, first, waiting
    sums[0], sums[1], sums[2] = gain, sum_one, sum_two
