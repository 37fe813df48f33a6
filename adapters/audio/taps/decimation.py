"""The lowest frequencies alone, at a rate of 1 to 2 kHz."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Samples
from adapters.audio.compiled import compiled, reassociated

LOWEST_RATE = 1000


class Decimator:
    """Means of pairs while the rate is high, which are cheap and good enough there, and a low-pass for the last step.

    What is below a third of the new rate, `rate` in Hz, is left as it is. Chunks are multiples of the whole step.
    """

    def __init__(self, rate: int) -> None:
        factor = 1 << max(0, int(math.log2(rate / LOWEST_RATE)))
        self.rate = rate / factor
        self._every = min(factor, 4)
        self._halvings = (factor // self._every).bit_length() - 1
        self._taps = _low_pass(self._every)
        self._rest = np.zeros(len(self._taps) - self._every, np.float32)

    def feed(self, samples: Samples) -> Samples:
        for _ in range(self._halvings):
            samples = _halved(samples)
        line = np.concatenate([self._rest, samples])
        self._rest = line[len(line) - len(self._rest) :]
        blocks = line[: len(line) // self._every * self._every].reshape(-1, self._every)
        return _filtered(np.ascontiguousarray(blocks.T), self._taps)


@lru_cache(maxsize=4)
def _low_pass(factor: int) -> NDArray[np.float32]:
    """Windowed sinc that leaves what is below a third of the new rate and ends at half of it."""
    if factor == 1:
        return np.ones(1, np.float32)
    t = np.arange(-8 * factor, 8 * factor) + 0.5
    sinc = np.sinc(0.84 * t / factor) * np.blackman(len(t))
    taps: NDArray[np.float32] = (sinc / sinc.sum()).astype(np.float32)
    return taps


@compiled
def _halved(samples: Samples) -> Samples:
    halved = np.empty(len(samples) // 2, np.float32)
    for n in range(len(halved)):
        halved[n] = np.float32(0.5) * (samples[2 * n] + samples[2 * n + 1])
    return halved


@reassociated
def _filtered(phases: Samples, taps: Samples) -> Samples:
    """One sample for each of the phases' columns, but for those that the filter is longer: (phases, columns), (n,)."""
    count = max(0, phases.shape[1] - len(taps) // len(phases) + 1)
    filtered = np.zeros(count, np.float32)
    for tap in range(len(taps)):
        column, phase = divmod(tap, len(phases))
        weight, seen = taps[tap], phases[phase, column : column + count]
        for n in range(count):
            filtered[n] += weight * seen[n]
    return filtered
