"""Fades at the start and the end."""

from collections import deque
from collections.abc import Callable, Iterator
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from adapters.audio.process.stage import Given, Shape, Sound, Stage
from adapters.audio.process.steps.settings import number, word
from domain.step import Step

_HELD_SAMPLES = 4_000_000
"""Of a fade at an end that is not known yet: what is longer is counted in a pass of its own before."""

_FALL_DB = 60.0
_CURVES = MappingProxyType[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]](
    {
        "linear": lambda x: x,
        "sine": lambda x: np.sin(0.5 * np.pi * x),
        # Straight in decibels; what is left at its far end is taken away so that it ends in silence.
        "exponential": lambda x: (
            (10 ** (_FALL_DB / 20 * (x - 1)) - 10 ** (-_FALL_DB / 20)) / (1 - 10 ** (-_FALL_DB / 20))
        ),
    }
)


class Fade(Stage):
    """The first frame and the last are silent, the frame behind the fade is as it was; where they meet, both do."""

    def __init__(self, step: Step, _given: Given) -> None:
        self._seconds = number(step, "in_seconds"), number(step, "out_seconds")
        self._curve = _CURVES[word(step, "curve")]
        self._shape = Shape(1, 1)
        self._in = self._out = 0

    def opened(self, shape: Shape) -> Shape:
        self._shape = shape
        self._in, self._out = (round(seconds * shape.rate) for seconds in self._seconds)
        self.measures = shape.frames is None and self._out * shape.channels > _HELD_SAMPLES
        return shape

    def measure(self, sound: Sound) -> None:
        """Counts: the chain then tells the frames."""
        deque(sound(), maxlen=0)

    def run(self, blocks: Iterator[Block]) -> Iterator[Block]:
        blocks = self._begun(blocks)
        if not self._out:
            return blocks
        return self._ended(blocks) if self._shape.frames is None else self._faded(blocks, 0, self._shape.frames)

    def _begun(self, blocks: Iterator[Block]) -> Iterator[Block]:
        at = 0
        for block in blocks:
            count = min(len(block), self._in - at)
            yield block if count <= 0 else self._scaled(block, 0, np.arange(at, at + count) / self._in)
            at += len(block)

    def _ended(self, blocks: Iterator[Block]) -> Iterator[Block]:
        """Holds as much back as the fade may need."""
        held, frames, at = deque[Block](), 0, 0
        for block in blocks:
            held.append(block.copy())
            frames += len(block)
            while frames - len(held[0]) >= self._out:
                first = held.popleft()
                frames, at = frames - len(first), at + len(first)
                yield first
        yield from self._faded(iter(held), at, at + frames)

    def _faded(self, blocks: Iterator[Block], at: int, end: int) -> Iterator[Block]:
        for block in blocks:
            first = max(at, end - self._out)  # of the fade, in this block
            left = (end - 1 - np.arange(first, at + len(block))) / self._out
            yield self._scaled(block, first - at, left) if len(left) else block
            at += len(block)

    def _scaled(self, block: Block, at: int, places: NDArray[np.float64]) -> Block:
        """The block with the frames from `at` on faded: `places` are 0 where it is silent, 1 where it is over."""
        faded = block.copy()
        faded[at : at + len(places)] *= self._curve(places).astype(np.float32)[:, None]
        return faded
