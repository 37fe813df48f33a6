"""Second-order sections in a row, kept over blocks: what the filters of this room are made of."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from adapters.audio.compiled import compiled
from adapters.audio.process.cutting import recut

Sections = NDArray[np.float64]
"""Of shape (sections, 6): b0, b1, b2, 1, a1, a2 of each, as scipy.signal has them."""

_BLOCK = 1 << 12  # a channel of it, in double precision, stays in the first cache


def filtered(blocks: Iterable[Block], sections: Sections) -> Iterator[Block]:
    """As many frames out as in, reckoned in double precision.

    The filters begin as if the first sample had been there for ever, so that a sound which begins away from zero is no
    step for them, and does not click.
    """
    from scipy import signal  # loads much of scipy, 40 MB in each child: only for those who filter

    rest = signal.sosfilt_zi(sections)
    states: NDArray[np.float64] | None = None
    for block in recut(blocks, _BLOCK):
        if states is None:
            states = rest[None] * block[0].astype(np.float64)[:, None, None]
        out = np.empty_like(block)
        _filter(block, sections, states, out)
        yield out


@compiled
def _filter(block: Block, sections: Sections, states: NDArray[np.float64], out: Block) -> None:
    """`states` is (channels, sections, 2) and goes on from block to block. Channels go in pairs: each one's recursion
    waits for itself, so that two take the time of one."""
    frames, channels = block.shape
    lines = np.empty((2, frames))
    first, second = lines[0], lines[1]
    for one in range(0, channels, 2):
        two = min(one + 1, channels - 1)
        for i in range(frames):
            first[i], second[i] = block[i, one], block[i, two]
        for k in range(len(sections)):
            b0, a1, a2 = sections[k, 0], sections[k, 4], sections[k, 5]
            d1, d2 = sections[k, 1] - a1 * b0, sections[k, 2] - a2 * b0
            p, q = states[one, k, 0], states[one, k, 1]
            r, s = states[two, k, 0], states[two, k, 1]
            for i in range(frames):
                x, u = first[i], second[i]
                first[i], second[i] = b0 * x + p, b0 * u + r
                # Each state by the states before it, not by this frame's output: half as long to wait for.
                p, q = (d1 * x + q) - a1 * p, d2 * x - a2 * p
                r, s = (d1 * u + s) - a1 * r, d2 * u - a2 * r
            # Silence lets filters fade into denormal numbers, which are a hundred times slower.
            if abs(p) + abs(q) < 1e-30:
                p = q = 0.0
            if abs(r) + abs(s) < 1e-30:
                r = s = 0.0
            states[two, k, 0], states[two, k, 1] = r, s
            states[one, k, 0], states[one, k, 1] = p, q
        for i in range(frames):
            out[i, one], out[i, two] = first[i], second[i]
