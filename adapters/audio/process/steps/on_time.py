"""Sound through what gives it back later than it came."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from adapters.audio.blocks import Block
from adapters.audio.process.cutting import recut


def on_time(blocks: Iterable[Block], feed: Callable[[Block], Block], frames: int, late: int) -> Iterator[Block]:
    """What `feed` makes of the sound, on time and as many frames as came.

    `feed` is given blocks of just that many frames, behind the end filled up with silence, and returns as many, those
    of `late` frames before.
    """
    waiting, block = 0, None
    for came in recut(blocks, frames):
        block = came
        if len(came) < frames:
            block = np.zeros((frames, came.shape[1]), np.float32)
            block[: len(came)] = came
        waiting += len(came)
        out = feed(block)[late:][:waiting]
        late = max(0, late - frames)
        waiting -= len(out)
        if len(out):
            yield out
    silence = None if block is None else np.zeros_like(block)
    while waiting and silence is not None:
        out = feed(silence)[late:][:waiting]
        late = max(0, late - frames)
        waiting -= len(out)
        if len(out):
            yield out
