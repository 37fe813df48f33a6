"""The spectrum of steady noise, in the quietest moments that sound as noise does."""

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import ducc0
import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from adapters.audio.process.cutting import recut
from adapters.audio.taps.movement import LOWEST_HZ
from adapters.audio.taps.noise_floor import DRIFT_DB, NOISE_FLUX, SPREAD_DB

WINDOW_SECONDS = 0.03
"""The nearest power of two: short enough for consonants, long enough to tell the harmonics of a voice from noise."""

MOMENT_WINDOWS = 8
"""About a quarter of a second: what fits into a pause of speech."""

QUIETEST, SURELY = 0.1, 0.01
"""Shares of the moments that sound as noise: the quietest hundredth is noise alone, and so is what is within WITHIN_DB
of that in the quietest tenth."""

WITHIN_DB = 2.0

LEAST = 2
"""Moments, of any share."""

_LEVEL_STEP = 1.0  # dB, by which moments are told apart
_SILENT, _LOUD = 1e-12, 1e6  # mean squares: what is below is digital silence, or its rounding; above is no recording


class Noise(NamedTuple):
    """`power` of each bin under `window_of`, (channels, bins); `dbfs` is its level, `seconds` how long it was heard."""

    power: NDArray[np.float32]
    dbfs: float
    seconds: float


@lru_cache(maxsize=4)
def window_of(rate: int) -> NDArray[np.float32]:
    """A sine's half wave: used before and after, at an overlap of a half or more, it gives back what was there."""
    size = max(32, 1 << round(math.log2(rate * WINDOW_SECONDS)))
    window: NDArray[np.float32] = np.sin(np.pi * (np.arange(size) + 0.5) / size).astype(np.float32)
    return window


def find_noise(blocks: Iterator[Block], rate: int) -> Noise | None:
    """None where no moment sounds as steady noise does.

    Moments are kept as sums by their level, so that memory does not grow with their number.
    """
    window = window_of(rate)
    moment = MOMENT_WINDOWS * len(window)
    first = math.ceil(LOWEST_HZ * len(window) / rate)
    scale = 2 / (len(window) * float(np.square(window, dtype=np.float64).sum()))  # of summed bins to a mean square
    sums: dict[int, NDArray[np.float64]] = {}
    counts: dict[int, int] = {}
    for block in recut(blocks, moment):
        if len(block) < moment:
            break
        with np.errstate(over="ignore"):  # float files may hold samples of any size
            power = _power(block, window)  # (channels, windows, bins)
            heard = power[:, :, first:].sum(axis=0)
            levels = scale * heard.sum(axis=1, dtype=np.float64) / len(power)
        if not _SILENT <= levels.min() <= levels.max() <= _LOUD or not _is_steady(levels) or _flux(heard) < NOISE_FLUX:
            continue
        level = round(10 * math.log10(float(levels.mean())) / _LEVEL_STEP)
        mean = power.mean(axis=1, dtype=np.float64)
        sums[level] = sums[level] + mean if level in sums else mean
        counts[level] = counts.get(level, 0) + 1
    if not counts:
        return None
    surely, wanted = (max(LEAST, math.ceil(share * sum(counts.values()))) for share in (SURELY, QUIETEST))
    total, taken, top = np.zeros_like(next(iter(sums.values()))), 0, math.inf
    for level in sorted(counts):
        if taken >= wanted or level * _LEVEL_STEP > top:
            break
        total += sums[level]
        taken += counts[level]
        if taken >= surely:
            top = min(top, level * _LEVEL_STEP + WITHIN_DB)
    mean = total / taken
    dbfs = 10 * math.log10(scale * float(mean.sum()) / len(mean))
    return Noise(mean.astype(np.float32), dbfs, taken * moment / rate)


def _power(block: Block, window: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of windows each half of which is in the next one, too, (channels, windows, bins)."""
    line = np.ascontiguousarray(block.T)
    frames = np.lib.stride_tricks.sliding_window_view(line, len(window), axis=1)[:, :: len(window) // 2]
    spectra = ducc0.fft.r2c(frames * window, axes=(2,))
    power: NDArray[np.float32] = np.square(spectra.real) + np.square(spectra.imag)
    return power


def _is_steady(levels: NDArray[np.float64]) -> bool:
    """As a pause is for the noise floor: neither a syllable nor what dies away."""
    decibels = 10 * np.log10(levels)
    low, high = np.percentile(decibels, (10, 90))
    half = len(levels) // 2
    drift = abs(10 * math.log10(float(levels[:half].mean() / levels[half:].mean())))
    return bool(high - low <= SPREAD_DB) and drift <= DRIFT_DB


def _flux(power: NDArray[np.float32]) -> float:
    """As Movement has it: the middle of how much each window's spectrum differs from the last one's, 0 to 1."""
    moved = np.abs(np.diff(power, axis=0)).sum(axis=1)
    both = (power[1:] + power[:-1]).sum(axis=1)
    return float(np.median(moved / both))
