"""Channels mixed anew: each channel of the result is a sum of the sound's channels, each with a factor."""

from collections.abc import Iterator, Sequence

import numpy as np

from adapters.audio.blocks import Block
from adapters.audio.process.stage import Given, Shape, Stage
from adapters.audio.process.steps.settings import numbers, rows, word
from domain.errors import Invalid, UnsupportedParameters
from domain.step import Step

Matrix = Sequence[Sequence[float]]
"""A row for each channel of the result, with the factor of each channel of the sound."""


class Channels(Stage):
    def __init__(self, step: Step, _given: Given) -> None:
        self._step = step
        self._matrix: Matrix = ()

    def opened(self, shape: Shape) -> Shape:
        mode, count = word(self._step, "mode"), shape.channels
        if mode == "mono":
            self._matrix = averaged(count)
        elif mode == "swap":
            self._matrix = _swapped(count)
        elif mode == "pick":
            self._matrix = _picked(numbers(self._step, "pick"), count)
        else:
            self._matrix = _remixed(rows(self._step, "matrix"), count)
        return Shape(shape.rate, len(self._matrix), shape.frames)

    def run(self, blocks: Iterator[Block]) -> Iterator[Block]:
        return (mixed(block, self._matrix) for block in blocks)


def averaged(channels: int) -> Matrix:
    """One channel of all, with equal weights: as loud as they were where they are alike, never beyond full scale."""
    return [[1 / channels] * channels]


def mixed(block: Block, matrix: Matrix) -> Block:
    """Summed channel by channel, in their order: the same sample has the same sum in whatever block it comes."""
    out = np.zeros((len(block), len(matrix)), np.float32)
    for to, factors in enumerate(matrix):
        for of, factor in enumerate(factors):
            if factor:
                out[:, to] += block[:, of] * np.float32(factor)
    return out


def _swapped(count: int) -> Matrix:
    if count < 2:
        raise UnsupportedParameters(
            "There is one channel: nothing to swap it with. Leave the step out.", channels=count
        )
    return _chosen([1, 0, *range(2, count)], count)


def _picked(wanted: Sequence[float], count: int) -> Matrix:
    if not wanted:
        raise Invalid("To pick channels, say which: pick.", field="pick")
    for number in wanted:
        if number != int(number) or not 1 <= number <= count:
            raise UnsupportedParameters(f"There is no channel {number:g}: the sound has 1 to {count}.", channels=count)
    return _chosen([int(number) - 1 for number in wanted], count)


def _remixed(wanted: Matrix, count: int) -> Matrix:
    if not wanted:
        raise Invalid("To remix channels, say with which factors: matrix.", field="matrix")
    if any(len(row) != count for row in wanted):
        raise UnsupportedParameters(
            f"The sound has {count} channels: each list of the matrix needs {count} factors.", channels=count
        )
    return wanted


def _chosen(places: Sequence[int], count: int) -> Matrix:
    return [[float(of == place) for of in range(count)] for place in places]
