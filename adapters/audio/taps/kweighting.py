"""The K-weighting of ITU-R BS.1770-4, Annex 1, for any sample rate, and the energy it leaves per 100 ms."""

import math

import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from adapters.audio.taps.compiled import compiled

# The standard gives coefficients for 48 kHz. These are the analogue prototypes behind them (as libebur128 and
# pyloudnorm's DeMan class have them): a high shelf for the head, a high-pass (RLB) for the ear.
_SHELF_HZ, _SHELF_DB, _SHELF_Q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
_SHELF_BAND_POWER = 0.4996667741545416
_PASS_HZ, _PASS_Q = 38.13547087602444, 0.5003270373238773

LOWEST_RATE = 4_000
"""Hz: below it the shelf does not fit under half the sample rate."""


def coefficients(rate: int) -> NDArray[np.float64]:
    """(b0, b1, b2, a1, a2) of the shelf and (a1, a2) of the high-pass, whose numerator is (1, -2, 1)."""
    k = math.tan(math.pi * _SHELF_HZ / rate)
    high = 10 ** (_SHELF_DB / 20)
    band = high**_SHELF_BAND_POWER
    a0 = 1 + k / _SHELF_Q + k * k
    shelf = (
        (high + band * k / _SHELF_Q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - band * k / _SHELF_Q + k * k) / a0,
        2 * (k * k - 1) / a0,
        (1 - k / _SHELF_Q + k * k) / a0,
    )
    k = math.tan(math.pi * _PASS_HZ / rate)
    a0 = 1 + k / _PASS_Q + k * k
    return np.array([*shelf, 2 * (k * k - 1) / a0, (1 - k / _PASS_Q + k * k) / a0])


@compiled
def hop_energies(  # noqa: PLR0917 - numba takes positional arguments
    block: Block,
    c: NDArray[np.float64],
    weights: NDArray[np.float64],
    states: NDArray[np.float64],
    hop: int,
    at: int,
    open_hop: NDArray[np.float64],
    energies: NDArray[np.float64],
) -> int:
    """Weighted sums of squares of the K-weighted channels, one for each hop that ends in this block.

    `states` is (channels, 4) and goes on from block to block; `at` is the place of the block's first frame in its
    hop, `open_hop` the sum so far of each channel. Returns how many `energies` were written.
    """
    count = (at + block.shape[0]) // hop
    energies[:count] = 0
    for channel in range(block.shape[1]):
        s1, s2, s3, s4 = states[channel, 0], states[channel, 1], states[channel, 2], states[channel, 3]
        total, left, hops = open_hop[channel], hop - at, 0
        for i in range(block.shape[0]):
            x = float(block[i, channel])
            y = c[0] * x + s1
            s1 = c[1] * x + s2 - c[3] * y
            s2 = c[2] * x - c[4] * y
            z = y + s3
            s3 = s4 - 2 * y - c[5] * z
            s4 = y - c[6] * z
            total += z * z
            left -= 1
            if left == 0:
                energies[hops] += weights[channel] * total
                total, left, hops = 0.0, hop, hops + 1
                # Silence lets the filters fade into denormal numbers, which are a hundred times slower.
                if abs(s1) + abs(s2) + abs(s3) + abs(s4) < 1e-30:
                    s1 = s2 = s3 = s4 = 0.0
        states[channel, 0], states[channel, 1], states[channel, 2], states[channel, 3] = s1, s2, s3, s4
        open_hop[channel] = total
    return int(count)
