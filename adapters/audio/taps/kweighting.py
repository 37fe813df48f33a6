"""The K-weighting of ITU-R BS.1770-4, Annex 1, for any sample rate, and the energy it leaves per 10 ms."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Samples
from adapters.audio.compiled import compiled

# The standard gives coefficients for 48 kHz. These are the analogue prototypes behind them (as libebur128 and
# pyloudnorm's DeMan class have them): a high shelf for the head, a high-pass (RLB) for the ear.
_SHELF_HZ, _SHELF_DB, _SHELF_Q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
_SHELF_BAND_POWER = 0.4996667741545416
_PASS_HZ, _PASS_Q = 38.13547087602444, 0.5003270373238773

LOWEST_RATE = 4_000
"""Hz: below it the shelf does not fit under half the sample rate."""

PARTS = 10
"""Of a hop of 100 ms, as equal as whole samples allow."""


def hop_of(rate: int) -> int:
    """The samples of a hop of 100 ms."""
    return (rate + 5) // 10


@lru_cache(maxsize=4)
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
def part_energies(  # noqa: PLR0917 - numba takes positional arguments
    samples: Samples,
    c: NDArray[np.float64],
    weights: NDArray[np.float64],
    states: NDArray[np.float64],
    hop: int,
    at: int,
    open_part: NDArray[np.float64],
    energies: NDArray[np.float64],
) -> int:
    """Weighted sums of squares of the K-weighted channels, one for each part of a hop that ends in these samples.

    `samples` are (channels, n). `states` is (channels, 4) and goes on from chunk to chunk; `at` is the place of the
    first frame in its hop, `open_part` the sum so far of each channel. Returns how many `energies` were written.
    Channels go in pairs: each one's recursion waits for itself, so that two take the time of one.
    """
    channels, frames = samples.shape
    c0, c3, c4, c5, c6 = c[0], c[3], c[4], c[5], c[6]
    b1, b2 = c[1] - c3 * c0, c[2] - c4 * c0
    d1, d2 = -2 - c5, 1 - c6
    count = 0
    energies[:] = 0
    for one in range(0, channels, 2):
        two = min(one + 1, channels - 1)
        x1, x2 = samples[one], samples[two]
        p1, p2, p3, p4 = states[one, 0], states[one, 1], states[one, 2], states[one, 3]
        q1, q2, q3, q4 = states[two, 0], states[two, 1], states[two, 2], states[two, 3]
        first, second, start, place, count = open_part[one], open_part[two], 0, at, 0
        while start < frames:
            edge = ((place + 1) * PARTS + hop - 1) // hop * hop // PARTS
            end = min(frames, start + edge - place)
            for i in range(start, end):
                x, u = float(x1[i]), float(x2[i])
                y, v = c0 * x + p1, c0 * u + q1
                z, w = y + p3, v + q3
                # Each state by the states before it, not by this frame's output: half as long to wait for.
                p1, p2 = (b1 * x + p2) - c3 * p1, b2 * x - c4 * p1
                q1, q2 = (b1 * u + q2) - c3 * q1, b2 * u - c4 * q1
                p3, p4 = (d1 * y + p4) - c5 * p3, d2 * y - c6 * p3
                q3, q4 = (d1 * v + q4) - c5 * q3, d2 * v - c6 * q3
                first += z * z
                second += w * w
            place += end - start
            if place == edge:
                energies[count] += weights[one] * first
                if two != one:
                    energies[count] += weights[two] * second
                first = second = 0.0
                count += 1
            if place == hop:
                place = 0
            # Silence lets the filters fade into denormal numbers, which are a hundred times slower.
            if abs(p1) + abs(p2) + abs(p3) + abs(p4) < 1e-30:
                p1 = p2 = p3 = p4 = 0.0
            if abs(q1) + abs(q2) + abs(q3) + abs(q4) < 1e-30:
                q1 = q2 = q3 = q4 = 0.0
            start = end
        states[two, 0], states[two, 1], states[two, 2], states[two, 3] = q1, q2, q3, q4
        states[one, 0], states[one, 1], states[one, 2], states[one, 3] = p1, p2, p3, p4
        open_part[two] = second
        open_part[one] = first
    return count
