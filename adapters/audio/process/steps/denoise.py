"""Lowers steady noise: each band of each moment by as much as it is likely to be noise.

Y. Ephraim and D. Malah, "Speech enhancement using a minimum mean-square error log-spectral amplitude estimator", IEEE
Trans. ASSP 33 (2), 1985, with their decision-directed estimate of the signal, which keeps what is left from twittering.
"""

from collections.abc import Iterator
from functools import lru_cache

import ducc0
import numpy as np
from numpy.typing import NDArray
from scipy.special import exp1

from adapters.audio.blocks import Block
from adapters.audio.compiled import compiled
from adapters.audio.process.stage import Given, Shape, Sound, Stage
from adapters.audio.process.steps.noise import Noise, find_noise, window_of
from adapters.audio.process.steps.on_time import on_time
from adapters.audio.process.steps.settings import number
from domain.step import Step

OVERLAP = 4
"""Windows that each sample is in."""

MEMORY = 0.98
"""Of the last window in the estimate of the signal; Ephraim and Malah's."""

_BLOCK = 32  # windows' steps: the FFT goes over several at a time
_STEPS = 1 << 6  # of the table, in an octave
_LAST_BITS = 23 - 6  # of a float, which the table leaves out
_LOWEST, _HIGHEST = 2.0**-20, 2.0**6  # of what the table is asked for


class Denoise(Stage):
    """Where no steady noise is heard nothing is done, and the notes say so.

    Noise goes down by what was asked up to some 20 dB; by more only what its windows do not differ by from its mean.
    """

    measures = True

    def __init__(self, step: Step, _given: Given) -> None:
        self._floor = 10 ** (-number(step, "reduction_db") / 20)
        self._shape = Shape(0, 0)
        self._noise: Noise | None = None

    def opened(self, shape: Shape) -> Shape:
        self._shape = shape
        return shape

    def measure(self, sound: Sound) -> None:
        self._noise = find_noise(sound(), self._shape.rate)
        if self._noise is None:
            self.notes = {"heard": "no steady noise: nothing was done"}
        else:
            self.notes = {"noise_dbfs": round(self._noise.dbfs, 1), "noise_seconds": round(self._noise.seconds, 1)}

    def run(self, blocks: Iterator[Block]) -> Iterator[Block]:
        if self._noise is None:
            return blocks
        lowering = Lowering(self._shape.rate, self._noise.power, self._floor)
        return on_time(blocks, lowering.feed, lowering.frames, lowering.late)


class Lowering:
    """`noise` is the power of each bin, (channels, bins); `floor` the least gain."""

    def __init__(self, rate: int, noise: NDArray[np.float32], floor: float) -> None:
        self._window = window_of(rate)
        size, channels = len(self._window), len(noise)
        self._hop = size // OVERLAP
        self.frames, self.late = _BLOCK * self._hop, size - self._hop
        self._noise, self._floor = np.maximum(noise, np.float32(1e-20)), floor
        self._line, self._sum = (np.zeros((channels, self.late + self.frames), np.float32) for _ in range(2))
        self._before = np.zeros_like(
            self._noise
        )  # of the signal's power, as estimated in the last window, to the noise
        self._frames = np.empty((_BLOCK, size), np.float32)
        # A sine squared, laid over itself this often, sums to half of that.
        self._back = self._window * np.float32(2 / OVERLAP)

    def feed(self, block: Block) -> Block:
        out = np.empty_like(block)
        self._line[:, self.late :] = block.T
        for channel in range(len(self._line)):
            line, total = self._line[channel], self._sum[channel]
            _cut(line, self._window, self._hop, self._frames)
            spectra = ducc0.fft.r2c(self._frames, axes=(1,))
            _lower(spectra, self._noise[channel], self._before[channel], self._floor, _table())
            frames = ducc0.fft.c2r(spectra, lastsize=len(self._window), axes=(1,), forward=False, inorm=2)
            _lay(frames, self._back, self._hop, total)
            out[:, channel] = total[: self.frames]
        self._line[:, : self.late] = self._line[:, self.frames :].copy()
        self._sum[:, : self.late] = self._sum[:, self.frames :].copy()
        self._sum[:, self.late :] = 0
        return out


@lru_cache(maxsize=1)
def _table() -> NDArray[np.float32]:
    """exp(E1(v) / 2) at the middle of each step of v from _LOWEST to _HIGHEST, _STEPS of them an octave."""
    steps = np.arange(round(np.log2(_HIGHEST / _LOWEST)) * _STEPS)
    octaves, places = np.divmod(steps, _STEPS)
    v = _LOWEST * 2.0**octaves * (1 + (places + 0.5) / _STEPS)
    table: NDArray[np.float32] = np.exp(0.5 * exp1(v)).astype(np.float32)
    return table


@compiled
def _cut(line: NDArray[np.float32], window: NDArray[np.float32], hop: int, frames: NDArray[np.float32]) -> None:
    for n in range(len(frames)):
        seen, frame = line[n * hop : n * hop + len(window)], frames[n]
        for i in range(len(window)):
            frame[i] = seen[i] * window[i]


@compiled
def _lay(frames: NDArray[np.float32], window: NDArray[np.float32], hop: int, total: NDArray[np.float32]) -> None:
    for n in range(len(frames)):
        frame, where = frames[n], total[n * hop : n * hop + len(window)]
        for i in range(len(window)):
            where[i] += frame[i] * window[i]


@compiled
def _lower(
    spectra: NDArray[np.complex64],
    noise: NDArray[np.float32],
    before: NDArray[np.float32],
    floor: float,
    table: NDArray[np.float32],
) -> None:
    """`before` is the power of the signal in the last window to that of the noise, and becomes that in these ones'."""
    bins = len(noise)
    least, memory, fresh = np.float32(floor * floor), np.float32(MEMORY), np.float32(1 - MEMORY)
    lowest, highest = np.float32(_LOWEST), np.float32(_HIGHEST * 0.999)
    most = np.float32(1e30)  # float files may hold samples of any size
    base = np.array([_LOWEST], np.float32).view(np.int32)[0] >> _LAST_BITS
    shares, asked = np.empty(bins, np.float32), np.empty(bins, np.float32)
    places = asked.view(np.int32)
    for n in range(len(spectra)):
        spectrum = spectra[n]
        for k in range(bins):
            real, imaginary = spectrum[k].real, spectrum[k].imag
            heard = min((real * real + imaginary * imaginary) / noise[k], most)
            signal = max(memory * before[k] + fresh * max(heard - np.float32(1), np.float32(0)), least)
            share = signal / (signal + np.float32(1))
            asked[k] = min(max(share * heard, lowest), highest)
            shares[k], before[k] = share, heard
        for k in range(bins):
            # A float's first bits are its octave and its place in it, which is where the table has it.
            gain = min(np.float32(1), shares[k] * table[(places[k] >> _LAST_BITS) - base])
            before[k] *= gain * gain
            spectrum[k] *= max(gain, np.float32(floor))
