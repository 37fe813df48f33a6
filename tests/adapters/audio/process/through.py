"""One step done to a signal, as the chain does it."""

from collections.abc import Iterator, Mapping
from itertools import cycle, pairwise

import numpy as np

from adapters.audio.limits import EngineLimits
from adapters.audio.process.stage import Given, Shape
from adapters.audio.process.steps.table import STAGES
from domain.processing import Known
from domain.step import Step
from tests.sounds import Signal

Notes = Mapping[str, float | str]


def cut(signal: Signal, *sizes: int) -> Iterator[Signal]:
    """Blocks of these sizes, again and again."""
    places = [0]
    for size in cycle(sizes):
        if places[-1] >= len(signal):
            break
        places.append(min(places[-1] + size, len(signal)))
    for start, stop in pairwise(places):
        # A copy, spoiled once the next one is asked for: nobody may go on looking at it.
        block = np.array(signal[start:stop], np.float32, order="C")
        yield block
        block[:] = np.nan


def joined(blocks: Iterator[Signal]) -> Signal:
    return np.concatenate([block.copy() for block in blocks])


def done(
    kind: str,
    signal: Signal,
    rate: int,
    *,
    sizes: tuple[int, ...] = (65536,),
    known: Known | None = None,
    layout: str | None = None,
    **asked: object,
) -> tuple[Signal, Notes]:
    """What comes out, as long as was promised, and the notes. Made twice, since a later step may measure."""
    stage = STAGES[kind](Step.of(kind, asked), Given(EngineLimits(), known or Known()))
    shape = Shape(rate, signal.shape[1], len(signal), layout)
    stage.opened(shape)
    if stage.measures:
        stage.measure(lambda: cut(signal, *sizes))
    first, second = (joined(stage.run(cut(signal, *sizes))) for _ in range(2))
    assert first.dtype == np.float32
    assert first.tobytes() == second.tobytes()
    out = stage.opened(shape)
    assert first.shape == (out.frames, out.channels)
    return first, stage.notes


def level(signal: Signal) -> float:
    """RMS in dBFS."""
    return float(10 * np.log10(np.mean(np.square(signal, dtype=np.float64)) + 1e-30))


def tone_at(signal: Signal, rate: int, hz: float) -> float:
    """The peak in dBFS of a sine of that frequency in the first channel, through a Blackman window."""
    window = np.blackman(len(signal))
    turning = np.exp(-2j * np.pi * hz * np.arange(len(signal)) / rate)
    return float(20 * np.log10(2 * np.abs(np.sum(signal[:, 0] * window * turning)) / window.sum() + 1e-15))


def frequency(signal: Signal, rate: int) -> float:
    """Of the strongest line of the first channel, in Hz, by a parabola through the logarithms."""
    power = np.log(np.abs(np.fft.rfft(signal[:, 0] * np.blackman(len(signal)), 4 * len(signal))) + 1e-12)
    top = int(np.argmax(power))
    low, middle, high = power[top - 1 : top + 2]
    return float((top + 0.5 * (low - high) / (low - 2 * middle + high)) * rate / (4 * len(signal)))
