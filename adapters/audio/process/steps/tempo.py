"""Faster or slower, higher or lower."""

from collections.abc import Iterator
from dataclasses import replace

from adapters.audio.blocks import Block
from adapters.audio.process.cutting import recut
from adapters.audio.process.stage import Given, Shape, Stage
from adapters.audio.process.steps.resample import streamed
from adapters.audio.process.steps.settings import flag, number
from adapters.audio.process.steps.wsola import Counted, stretched, stretched_frames
from domain.step import Step


class Speed(Stage):
    def __init__(self, step: Step, _given: Given) -> None:
        self._factor, self._keeps_pitch = number(step, "factor"), flag(step, "keep_pitch")
        self.stretch = 1 / self._factor
        self._shape = Shape(0, 0)

    def opened(self, shape: Shape) -> Shape:
        self._shape = shape
        frames = None if shape.frames is None else stretched_frames(shape.frames, self._factor)
        return replace(shape, frames=frames)

    def run(self, blocks: Iterator[Block]) -> Iterator[Block]:
        if self._factor == 1:
            return blocks
        if self._keeps_pitch:
            return stretched(blocks, self._shape.channels, self._shape.rate, self._factor)
        rate = self._shape.rate
        return streamed(
            recut(blocks),
            self._shape.channels,
            (rate * self._factor, rate),
            length=lambda came: stretched_frames(came, self._factor),
        )


class Pitch(Stage):
    """Stretched at its pitch first, and played so much faster or slower then that it is as long as it was."""

    def __init__(self, step: Step, _given: Given) -> None:
        self._factor = 2 ** (number(step, "semitones") / 12)
        self._shape = Shape(0, 0)

    def opened(self, shape: Shape) -> Shape:
        self._shape = shape
        return shape

    def run(self, blocks: Iterator[Block]) -> Iterator[Block]:
        if self._factor == 1:
            return blocks
        rate, channels = self._shape.rate, self._shape.channels
        counted = Counted(blocks)
        longer = stretched(counted, channels, rate, 1 / self._factor)
        return streamed(recut(longer), channels, (rate * self._factor, rate), length=lambda _: counted.frames)
