"""Blocks cut anew."""

from collections.abc import Iterable, Iterator

import numpy as np

from adapters.audio.blocks import BLOCK_FRAMES, Block


def recut(blocks: Iterable[Block], frames: int = BLOCK_FRAMES) -> Iterator[Block]:
    """The same samples in blocks of that many frames but the last: what is reckoned by the block then never depends
    on how they came. Blocks that fit already are handed on as they are."""
    room: Block | None = None
    filled = 0
    for block in blocks:
        at = 0
        while at < len(block):
            if not filled and len(block) - at >= frames:
                yield block[at : at + frames]
                at += frames
                continue
            if room is None:
                room = np.empty((frames, block.shape[1]), np.float32)
            count = min(len(block) - at, frames - filled)
            room[filled : filled + count] = block[at : at + count]
            at, filled = at + count, filled + count
            if filled == frames:
                yield room
                filled = 0
    if room is not None and filled:
        yield room[:filled]


def between(blocks: Iterable[Block], first: int, stop: int) -> Iterator[Block]:
    """The frames from `first` up to `stop`; does not ask for blocks behind them."""
    at = 0
    for block in blocks:
        part = block[max(0, first - at) : max(0, stop - at)]
        at += len(block)
        if len(part):
            yield part
        if at >= stop:
            return


def of_length(blocks: Iterable[Block], frames: int, channels: int) -> Iterator[Block]:
    """Cut off, or filled up with silence, to that many frames."""
    at = 0
    for block in between(blocks, 0, frames):
        at += len(block)
        yield block
    while at < frames:
        silence = np.zeros((min(frames - at, BLOCK_FRAMES), channels), np.float32)
        at += len(silence)
        yield silence
