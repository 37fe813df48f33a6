"""Runs of samples that are alike, found across chunks: the common part of silence, clipping and dropouts."""

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import CELL, Samples
from adapters.audio.compiled import compiled

MAX_RANGES = 100
"""More ranges than this help nobody; the finding's words say how many there were."""


@compiled
def quiet_runs(  # noqa: PLR0917 - numba takes positional arguments
    samples: Samples,
    peaks: Samples,
    below: float,
    shortest: int,
    at: int,
    state: NDArray[np.int64],
    found: NDArray[np.int64],
) -> int:
    """Runs of frames whose every channel stays below; those that end in this chunk go to `found` as (start, end).

    `shortest` is longer than a cell, so that of a cell that is not quiet throughout (`peaks` are the cells' highest
    samples) only the first and the last loud frame matter. `at` is the place of the chunk's first frame, state[0] the
    start of the run that is open, -1 without one.
    """
    count, start = 0, state[0]
    channels, frames = samples.shape
    for cell in range(peaks.shape[1]):
        quiet = True
        for channel in range(channels):
            quiet = quiet and peaks[channel, cell] < below
        first = cell * CELL
        if quiet:
            start = at + first if start < 0 else start
            continue
        end = min(first + CELL, frames)
        if start >= 0:
            i = first
            while not _loud(samples, i, below):
                i += 1
            if at + i - start >= shortest:
                found[count, 0], found[count, 1] = start, at + i
                count += 1
        i = end - 1
        while not _loud(samples, i, below):
            i -= 1
        start = at + i + 1 if i < end - 1 else -1
    state[0] = start
    return count


@compiled
def _loud(samples: Samples, i: int, below: float) -> bool:
    loud = False
    for channel in range(samples.shape[0]):
        loud = loud or abs(samples[channel, i]) >= below
    return loud


@compiled
def hot_runs(  # noqa: C901, PLR0917 - one loop over cells, frames and channels; numba takes positional arguments
    samples: Samples,
    peaks: Samples,
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
    `peaks` are the cells' highest samples: a cell without a hot one is not looked at.
    """
    count = 0
    channels, frames = samples.shape
    for cell in range(peaks.shape[1]):
        hot = False
        for channel in range(channels):
            if peaks[channel, cell] >= above:
                hot = True
            else:
                runs[channel] = 0
        if not hot:
            continue
        for i in range(cell * CELL, min((cell + 1) * CELL, frames)):
            for channel in range(channels):
                if abs(samples[channel, i]) < above:
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
