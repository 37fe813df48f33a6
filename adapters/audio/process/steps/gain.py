"""Louder or quieter, by one factor."""

from collections.abc import Iterator

import numpy as np

from adapters.audio.blocks import Block
from adapters.audio.process.stage import Given, Shape, Stage
from adapters.audio.process.steps.settings import number
from domain.step import Step


class Gain(Stage):
    def __init__(self, step: Step, _given: Given) -> None:
        self._factor = np.float32(10 ** (number(step, "gain_db") / 20))

    def opened(self, shape: Shape) -> Shape:
        return shape

    def run(self, blocks: Iterator[Block]) -> Iterator[Block]:
        for block in blocks:
            yield block * self._factor
