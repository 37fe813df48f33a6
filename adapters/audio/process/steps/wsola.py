"""Slower or faster at the same pitch: short pieces laid one over the other, each from where it fits the last one best.

W. Verhelst and M. Roelands, "An overlap-add technique based on waveform similarity (WSOLA) for high quality time-scale
modification of speech", ICASSP 1993. Own code, since ffmpeg's atempo, which does the same, gives its sound up to 80 ms
late or early and not as many samples as it should.
"""

import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from adapters.audio.compiled import compiled, reassociated
from adapters.audio.process.cutting import recut

HOP_SECONDS = 0.02
"""From piece to piece, and half of its length."""

REACH_SECONDS = 0.0125
"""How far before and behind its place a piece is looked for: both together hold a period of 40 Hz."""

COARSE_HZ = 10_000
"""Pieces are compared at about this rate first, and at the whole rate around what fits best."""

Lines = NDArray[np.float32]
"""(channels, frames)."""


def stretched_frames(frames: int, factor: float) -> int:
    return max(1, round(frames / factor))


class Counted:
    """Blocks, and how many frames of them went by."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._blocks = blocks
        self.frames = 0

    def __iter__(self) -> Iterator[Block]:
        for block in self._blocks:
            self.frames += len(block)
            yield block


def stretched(blocks: Iterable[Block], channels: int, rate: int, factor: float) -> Iterator[Block]:
    """`factor` times as fast, exactly `stretched_frames` of them: what was at a time is at a `factor`th of it, but for
    what a piece may be moved by. All channels are cut at the same places, so that nothing moves between them.

    More than twice as fast goes in steps: at one go the pieces would leave out what is between them. What lasts some
    hundredths of a second may be left out, or heard twice, even so.
    """
    counted = Counted(blocks)
    steps = max(1, math.ceil(math.log2(factor)))
    sound: Iterable[Block] = counted
    for _ in range(steps - 1):
        sound = _stretched_once(sound, _Stretch(channels, rate, factor ** (1 / steps)), None)
    return _stretched_once(
        sound, _Stretch(channels, rate, factor ** (1 / steps)), lambda: stretched_frames(counted.frames, factor)
    )


def _stretched_once(blocks: Iterable[Block], stretch: "_Stretch", length: Callable[[], int] | None) -> Iterator[Block]:
    """`length` says how many frames go out, at the end of those that came."""
    came = given = 0
    for block in recut(blocks):
        came += len(block)
        out = stretch.feed(block.T)
        given += len(out)
        if len(out):
            yield out
    wanted = length() if length else stretched_frames(came, stretch.factor)
    while came and given < wanted:
        out = stretch.feed(np.zeros((stretch.channels, stretch.hop), np.float32))[: wanted - given]
        given += len(out)
        if len(out):
            yield out


class _Stretch:
    def __init__(self, channels: int, rate: int, factor: float) -> None:
        self.channels, self.factor = channels, factor
        self.hop = max(16, round(HOP_SECONDS * rate))
        self._step = max(1, rate // COARSE_HZ)
        self._reach = self._step * round(REACH_SECONDS * rate / self._step)
        self._fade = (0.5 - 0.5 * np.cos(np.pi * (np.arange(self.hop) + 0.5) / self.hop)).astype(np.float32)
        # Of the sound, from the frame `_first` on: there is silence before it.
        self._first = -self.hop - self._reach
        self._held = np.zeros((channels, -self._first), np.float32)
        self._pieces = 0
        self._middle = 0  # of the last piece

    def feed(self, lines: Lines) -> Block:
        self._held = np.concatenate((self._held, lines), axis=1)
        end = self._first + self._held.shape[1]
        last = self._pieces  # the last piece that there is enough sound for
        while self._place(last + 1) + self._reach + self.hop <= end:
            last += 1
        out = np.empty(((last - self._pieces) * self.hop, len(self._held)), np.float32)
        for start in range(0, len(out), self.hop):
            self._pieces += 1
            place = self._place(self._pieces)
            shift, likeness = _best(
                self._held,
                self._middle - self._first,
                place - self.hop - self._first,
                self.hop,
                self._reach,
                self._step,
            )
            _join(
                self._held,
                self._middle - self._first,
                place + shift - self.hop - self._first,
                self._fade,
                likeness,
                out[start : start + self.hop],
            )
            self._middle = place + shift
        keep = min(self._middle, self._place(self._pieces + 1) - self._reach - self.hop)
        if keep > self._first:
            self._held, self._first = self._held[:, keep - self._first :].copy(), keep
        return out

    def _place(self, piece: int) -> int:
        return math.floor(piece * self.hop * self.factor + 0.5)


@compiled
def _best(  # noqa: PLR0917 - numba takes positional arguments
    held: Lines, end: int, place: int, hop: int, reach: int, step: int
) -> tuple[int, float]:
    """By how much beside `place` the sound goes on as it does at `end`, and how alike it is there, 0 to 1."""
    rough = _roughly(held, end, place - reach, hop, 2 * reach, step) - reach
    best, top, wanted = rough, -2.0, 0.0
    for line in held:
        wanted += _product(line[end : end + hop], line[end : end + hop])
    for shift in range(max(-reach, rough - step), min(reach, rough + step) + 1):
        both = own = 0.0
        for line in held:
            here = line[place + shift : place + shift + hop]
            both += _product(line[end : end + hop], here)
            own += _product(here, here)
        likeness = both / math.sqrt(wanted * own + 1e-20)
        if likeness > top:
            best, top = shift, likeness
    return best, min(max(top, 0.0), 1.0)


@compiled
def _roughly(  # noqa: PLR0917 - numba takes positional arguments
    held: Lines, end: int, first: int, hop: int, span: int, step: int
) -> int:
    """How far behind `first`, at most `span`, by sums of `step` frames; the middle where all are as good."""
    width, count = hop // step, span // step + 1
    last, seen = np.empty(width, np.float32), np.empty(width + count - 1, np.float32)
    both, own = np.zeros(count), np.zeros(count)
    for line in held:
        _sums(line[end:], step, last)
        _sums(line[first:], step, seen)
        energy = _product(seen[:width], seen[:width])
        for k in range(count):
            both[k] += _product(last, seen[k : k + width])
            own[k] += energy
            if k + 1 < count:
                energy += float(seen[k + width]) ** 2 - float(seen[k]) ** 2
    likeness = both / np.sqrt(np.maximum(own, 0.0) + 1e-12)
    best = count // 2
    for k in range(count):
        if likeness[k] > likeness[best]:
            best = k
    return best * step


@compiled
def _sums(line: NDArray[np.float32], step: int, sums: NDArray[np.float32]) -> None:
    for k in range(len(sums)):
        total = np.float32(0)
        for i in range(step):
            total += line[k * step + i]
        sums[k] = total


@reassociated
def _product(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    total = np.float32(0)
    for i in range(len(one)):
        total += one[i] * other[i]
    return float(total)


@compiled
def _join(  # noqa: PLR0917 - numba takes positional arguments
    held: Lines, end: int, start: int, fade: NDArray[np.float32], likeness: float, out: Block
) -> None:
    """From the sound at `end` to that at `start`. What is unlike adds up to less: it is raised by as much."""
    for i in range(len(fade)):
        rising, falling = fade[i], np.float32(1) - fade[i]
        power = rising * rising + falling * falling + np.float32(2 * likeness) * rising * falling
        raised = np.float32(1) / np.sqrt(power)
        for channel in range(len(held)):
            out[i, channel] = raised * (falling * held[channel, end + i] + rising * held[channel, start + i])
