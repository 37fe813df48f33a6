"""What the taps are fed: chunks of one size, whatever the decoder's blocks were, and what is computed of them once."""

from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from adapters.audio.compiled import compiled, reassociated
from adapters.audio.stft import Spectra, Stft

CHUNK_FRAMES = 1 << 17
"""A multiple of every zoom of the waveform, and of every hop of the STFT."""

CELL = 256
"""Frames in a cell: the finest step in which levels are kept."""

Samples = NDArray[np.float32]
"""Of shape (channels, frames), C-contiguous, full scale at ±1."""


class Cells:
    """Lowest, highest, sum and sum of squares of each channel in every CELL frames: arrays of (channels, cells).

    Chunks begin where cells begin; only the last cell of the last chunk may be shorter.
    """

    def __init__(self, samples: Samples) -> None:
        shape = (samples.shape[0], -(-samples.shape[1] // CELL))
        self.lowest, self.highest = np.empty(shape, np.float32), np.empty(shape, np.float32)
        self.sums, self.squares = np.empty(shape), np.empty(shape)
        _find_extremes(samples.view(np.int32), self.lowest.view(np.int32), self.highest.view(np.int32))
        _add_up(samples, self.sums, self.squares)

    @cached_property
    def peaks(self) -> Samples:
        """The highest absolute sample, (channels, cells)."""
        return np.maximum(self.highest, -self.lowest)


class Chunk:
    """CHUNK_FRAMES of the sound, the last one fewer. Only valid until the next one is asked for."""

    def __init__(self, samples: Samples, at: int, last: bool, stft: Stft) -> None:
        self.samples, self.at, self.last = samples, at, last
        self._stft = stft

    def __len__(self) -> int:
        return int(self.samples.shape[1])

    @cached_property
    def mix(self) -> Samples:
        """The mean of the channels, (frames,)."""
        mixed: Samples
        if len(self.samples) == 2:
            mixed = (self.samples[0] + self.samples[1]) * np.float32(0.5)  # which is quicker than `mean`
        else:
            mixed = self.samples[0] if len(self.samples) == 1 else self.samples.mean(axis=0, dtype=np.float32)
        return mixed

    @cached_property
    def cells(self) -> Cells:
        return Cells(self.samples)

    @cached_property
    def spectra(self) -> Spectra:
        """The STFT frames that this chunk completes. Every chunk must be asked, or none."""
        return self._stft.feed(self.samples, self.mix, last=self.last)


def chunks(blocks: Iterable[Block], channels: int, stft: Stft) -> Iterator[Chunk]:
    """The blocks' samples, cut anew and channel by channel; nothing where there are no samples."""
    room = np.empty((channels, CHUNK_FRAMES), np.float32)
    filled = at = 0
    for block in blocks:
        taken = 0
        while taken < len(block):
            if filled == CHUNK_FRAMES:
                yield Chunk(room, at, False, stft)
                at, filled = at + CHUNK_FRAMES, 0
            count = min(len(block) - taken, CHUNK_FRAMES - filled)
            _apart(block, taken, room, filled, count)
            taken, filled = taken + count, filled + count
    if filled:
        yield Chunk(np.ascontiguousarray(room[:, :filled]), at, True, stft)


@compiled
def _apart(block: Block, taken: int, room: Samples, filled: int, count: int) -> None:
    """Copies frames of the block to their channels' rows."""
    if block.shape[1] == 2:  # one pass over what is read and two over what is written, which vectorises
        pairs = block[taken : taken + count].reshape(-1)
        left, right = room[0, filled : filled + count], room[1, filled : filled + count]
        for i in range(count):
            left[i], right[i] = pairs[2 * i], pairs[2 * i + 1]
        return
    for channel in range(block.shape[1]):
        for i in range(count):
            room[channel, filled + i] = block[taken + i, channel]


@reassociated
def _find_extremes(bits: NDArray[np.int32], lowest: NDArray[np.int32], highest: NDArray[np.int32]) -> None:
    """Of the samples' bits, which whole numbers are found by, eight times as fast: they are ordered as the samples are,
    once all but the sign is turned over where that is set."""
    frames, rest = bits.shape[1], np.int32(0x7FFFFFFF)
    for channel in range(bits.shape[0]):
        for cell in range(lowest.shape[1]):
            first = cell * CELL
            cut = bits[channel, first : min(first + CELL, frames)]  # by place, which vectorises, other than one by one
            low, high = rest, np.int32(~rest)
            for k in range(len(cut)):
                place = np.int32(cut[k] ^ np.int32(np.int32(cut[k] >> np.int32(31)) & rest))
                low, high = min(low, place), max(high, place)
            lowest[channel, cell] = np.int32(low ^ np.int32(np.int32(low >> np.int32(31)) & rest))
            highest[channel, cell] = np.int32(high ^ np.int32(np.int32(high >> np.int32(31)) & rest))


@reassociated
def _add_up(samples: Samples, sums: NDArray[np.float64], squares: NDArray[np.float64]) -> None:
    frames = samples.shape[1]
    for channel in range(samples.shape[0]):
        for cell in range(sums.shape[1]):
            first = cell * CELL
            cut = samples[channel, first : min(first + CELL, frames)]
            total = square = 0.0
            for k in range(len(cut)):
                total += float(cut[k])
                square += float(cut[k]) * float(cut[k])
            sums[channel, cell], squares[channel, cell] = total, square
