"""Runs of samples that are alike, found across blocks: the common part of silence and clipping."""

import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from adapters.audio.taps.compiled import compiled

MAX_RANGES = 100
"""More ranges than this help nobody; the finding's words say how many there were."""


@compiled
def quiet_runs(  # noqa: PLR0917 - numba takes positional arguments
    block: Block, below: float, shortest: int, at: int, state: NDArray[np.int64], found: NDArray[np.int64]
) -> int:
    """Runs of frames whose every channel stays below; those that end in this block go to `found` as (start, end).

    `at` is the place of the block's first frame, state[0] the start of the run that is open, -1 without one.
    """
    count, start = 0, state[0]
    for i in range(block.shape[0]):
        loud = False
        for channel in range(block.shape[1]):
            if abs(block[i, channel]) >= below:
                loud = True
        if loud:
            if start >= 0 and at + i - start >= shortest:
                found[count, 0], found[count, 1] = start, at + i
                count += 1
            start = -1
        elif start < 0:
            start = at + i
    state[0] = start
    return count


@compiled
def hot_runs(  # noqa: PLR0917 - numba takes positional arguments
    block: Block,
    above: float,
    shortest: int,
    gap: int,
    at: int,
    runs: NDArray[np.int64],
    state: NDArray[np.int64],
    found: NDArray[np.int64],
) -> int:
    """Ranges of frames in which some channel stays at full scale for `shortest` samples or more.

    Ranges nearer to each other than `gap` frames are one. `runs[channel]` is how many samples each channel has been
    up there; state holds (start, end) of the range that is open, start -1 without one, and the count of hot samples.
    """
    count = 0
    for i in range(block.shape[0]):
        for channel in range(block.shape[1]):
            if abs(block[i, channel]) < above:
                runs[channel] = 0
                continue
            runs[channel] += 1
            if runs[channel] < shortest:
                continue
            state[2] += shortest if runs[channel] == shortest else 1
            first = at + i + 1 - runs[channel]
            if state[0] >= 0 and first > state[1] + gap:
                found[count, 0], found[count, 1] = state[0], state[1]
                count += 1
                state[0] = -1
            if state[0] < 0:
                state[0] = first
            state[1] = at + i + 1
    return count
