"""Sample peak, RMS and DC offset: one pass, sums in double precision."""

import math

import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from adapters.audio.taps.compiled import compiled
from adapters.audio.taps.decibels import db, level
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Descriptor


@compiled
def _add(block: Block, sums: NDArray[np.float64]) -> None:
    """Adds to rows of (sum, sum of squares, peak) per channel."""
    for channel in range(block.shape[1]):
        total, squares, peak = sums[0, channel], sums[1, channel], sums[2, channel]
        for i in range(block.shape[0]):
            x = float(block[i, channel])
            total += x
            squares += x * x
            peak = max(peak, abs(x))
        sums[0, channel], sums[1, channel], sums[2, channel] = total, squares, peak


class Levels:
    """`sample_peak` (highest of all channels), `rms` (over all channels, a full-scale sine is -3.01), `dc_offset`."""

    def __init__(self, stream: Stream) -> None:
        self._sums = np.zeros((3, stream.channels))
        self._frames = 0

    def feed(self, block: Block) -> None:
        _add(block, self._sums)
        self._frames += len(block)

    def result(self) -> Told:
        total, squares, peak = self._sums
        rms = math.sqrt(float(squares.mean()) / self._frames)
        offsets = tuple(round(float(offset), 7) + 0.0 for offset in total / self._frames)
        return Told(
            descriptors=(
                level("sample_peak", db(float(peak.max())), "dBFS", "highest absolute sample of any channel"),
                level("rms", db(rms), "dBFS", "root mean square of all channels; full-scale sine -3.01"),
                Descriptor("dc_offset", offsets, "full scale", "mean sample of each channel"),
            )
        )
