"""How loud a sound is every 10 ms: what trimming and splitting go by."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from adapters.audio.process.cutting import recut

WINDOW_SECONDS = 0.01
_WINDOWS = 128  # at a time


def window_frames(rate: int) -> int:
    return max(1, round(rate * WINDOW_SECONDS))


def mean_squares(blocks: Iterable[Block], rate: int) -> Iterator[tuple[NDArray[np.float64], int]]:
    """The mean square of the loudest channel in each window, and how many frames these windows are; some at a time.

    The last window may be shorter: its mean is of what there is.
    """
    each = window_frames(rate)
    for block in recut(blocks, each * _WINDOWS):
        squares = np.square(block, dtype=np.float64)
        means = np.add.reduceat(squares, np.arange(0, len(block), each), axis=0) / each
        if rest := len(block) % each:
            means[-1] *= each / rest
        yield means.max(axis=1), len(block)


def power(dbfs: float) -> float:
    """The mean square of that level; a full-scale sine is at -3.01 dBFS."""
    return float(10 ** (dbfs / 10))
