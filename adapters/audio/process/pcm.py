"""Samples as they are written.

Integers are rounded to the nearest and not dithered: what a chain leaves as it was comes out as it was, silence stays
silence, and the same input gives the same bytes. What is lost is at most half a step, -96 dBFS at 16 bits; where that
matters, 24 bits are at hand.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block


class Pcm:
    """Takes blocks to little-endian bytes, and counts the samples that lay beyond full scale and were cut off there.

    `depth` is 16, 24 or 32, which is float and cuts nothing off; None is float for an encoder that drops something, cut
    off at full scale. `wide`: 24 bits in the upper part of four bytes, as ffmpeg takes them.
    """

    def __init__(self, depth: int | None, *, wide: bool = False) -> None:
        self._depth, self._wide = depth, wide
        self.cut_off = 0

    @property
    def ffmpeg_name(self) -> str:
        """Of the samples, as ffmpeg's `-f` has it."""
        return {16: "s16le", 24: "s32le" if self._wide else "s24le"}.get(self._depth or 0, "f32le")

    def taken(self, block: Block) -> NDArray[Any]:
        """C-contiguous, so that its buffer is what is written."""
        if self._depth == 32:
            return np.ascontiguousarray(block, "<f4")
        if self._depth is None:
            self._count(block, 1.0)
            return np.clip(block, -1, 1).astype("<f4", copy=False)
        scale = float(1 << (self._depth - 1))
        steps = np.rint(block * np.float32(scale))
        self._count(steps, scale)
        np.clip(steps, -scale, scale - 1, out=steps)
        whole: NDArray[np.signedinteger] = steps.astype("<i2" if self._depth == 16 else "<i4", order="C")
        if self._depth == 16 or not self._wide:
            return whole if self._depth == 16 else _packed(whole)
        whole <<= 8
        return whole

    def _count(self, values: NDArray[np.float32], scale: float) -> None:
        """A sample at just full scale is not beyond it, though the highest integer is one step below."""
        if values.max() > scale or values.min() < -scale:
            self.cut_off += int(np.count_nonzero(np.abs(values) > scale))


def _packed(whole: NDArray[np.signedinteger]) -> NDArray[np.uint8]:
    """The lower three bytes of each."""
    return np.ascontiguousarray(whole.reshape(-1, 1).view(np.uint8)[:, :3])
