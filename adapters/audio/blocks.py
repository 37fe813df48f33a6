"""What flows through the engine: blocks of samples, and who makes them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Block = NDArray[np.float32]
"""Samples of shape (frames, channels), C-contiguous, full scale at ±1. Only valid until the next block is asked for."""

BLOCK_FRAMES = 1 << 16


class Stuck(Exception):
    """This decoder cannot get through the file; another one may."""


class Decoder(AbstractContextManager["Decoder"], Protocol):
    """An open file. `bit_depth` is None for codecs without one; `damaged` counts the pieces left out so far,
    and `breaks_off` says that the last one that was there is among them.

    `consumed` is how many bytes of the file the sound so far has taken, or somewhat more where it reads ahead.
    """

    codec: str
    rate: int
    channels: int
    layout: str | None
    bit_depth: int | None
    declared_seconds: float | None
    damaged: int
    breaks_off: bool

    def seek(self, frame: int) -> int:
        """Goes to that frame, or to one before it, before the first block is asked for; says to which. Raises Stuck."""
        ...

    def blocks(self, frames: int = BLOCK_FRAMES) -> Iterator[Block]:
        """All samples, in blocks of that many frames but the last. Raises Stuck."""
        ...

    @property
    def consumed(self) -> int: ...


def share_done(frames: int, decoder: Decoder) -> float:
    """How much of the file has been decoded, 0 to 1, as far as its header can be believed.

    One that promises too little must not make it look done, nor one that says nothing make it look stuck.
    """
    expected = (decoder.declared_seconds or 0) * decoder.rate
    return frames / expected if expected >= frames else frames / (frames + 60 * decoder.rate)
