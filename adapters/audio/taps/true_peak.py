"""True peak by ITU-R BS.1770-4, Annex 2: the highest value between the samples, found by oversampling."""

import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from adapters.audio.taps.compiled import compiled
from adapters.audio.taps.decibels import db, level
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Finding, Severity

CEILING_DBTP = -1.0
"""EBU R 128's highest permitted level."""

_TAPS = 49
_SEGMENT = 64


def phases(rate: int) -> NDArray[np.float64]:
    """The interpolator's phases between two samples, shape (phases, taps): 4 times below 96 kHz, twice below 192 kHz.

    A sinc under a Hann window of 49 taps, as libebur128 has it; the phase that gives the samples back is left out.
    """
    factor = 4 if rate < 96_000 else 2 if rate < 192_000 else 1
    t = (np.arange(_TAPS) - _TAPS // 2) / factor
    taps = np.sinc(t) * 0.5 * (1 - np.cos(2 * np.pi * np.arange(_TAPS) / (_TAPS - 1)))
    length = (_TAPS - 1) // factor
    # Reversed, so that a phase is a plain product with the samples in their order.
    return np.array([taps[1:][phase::factor][::-1] for phase in range(factor - 1)]).reshape(factor - 1, length)


@compiled
def _highest(
    block: Block,
    filters: NDArray[np.float64],
    gain: float,
    past: NDArray[np.float32],
    peaks: NDArray[np.float64],
) -> None:
    """Raises `peaks` per channel. `past` is (channels, taps - 1): the samples before the block, renewed here.

    A segment is left out when its highest sample times `gain`, the most that the filters can make of it, is not
    above the peak so far: this never changes the result.
    """
    taps = filters.shape[1]
    n = block.shape[0]
    line = np.empty(n + taps - 1, np.float32)
    for channel in range(block.shape[1]):
        line[: taps - 1] = past[channel]
        for i in range(n):
            line[taps - 1 + i] = block[i, channel]
        top = peaks[channel]
        for start in range(0, n, _SEGMENT):
            end = min(start + _SEGMENT, n)
            highest = 0.0
            for i in range(start, end + taps - 1):
                highest = max(highest, abs(float(line[i])))
            top = max(top, highest)
            if highest * gain <= top:
                continue
            for phase in range(filters.shape[0]):
                for i in range(start, end):
                    value = 0.0
                    for tap in range(taps):
                        value += filters[phase, tap] * line[i + tap]
                    top = max(top, abs(value))
        peaks[channel] = top
        past[channel] = line[n:]


class TruePeak:
    """`true_peak` in dBTP, and the finding `true-peak-over` above CEILING_DBTP."""

    def __init__(self, stream: Stream) -> None:
        self._filters = phases(stream.rate)
        self._gain = float(np.abs(self._filters).sum(axis=1).max(initial=0.0))
        self._past = np.zeros((stream.channels, max(0, self._filters.shape[1] - 1)), np.float32)
        self._peaks = np.zeros(stream.channels)

    def feed(self, block: Block) -> None:
        _highest(block, self._filters, self._gain, self._past, self._peaks)

    def result(self) -> Told:
        self.feed(np.zeros((self._filters.shape[1], len(self._peaks)), np.float32))
        value = db(float(self._peaks.max()))
        times = len(self._filters) + 1
        told = level("true_peak", value, "dBTP", f"BS.1770-4 Annex 2, oversampled {times} times")
        if value is None or value <= CEILING_DBTP:
            return Told((told,))
        finding = Finding(
            "true-peak-over",
            Severity.WARNING if value > 0 else Severity.INFO,
            f"The true peak is {value:+.1f} dBTP; {CEILING_DBTP:g} dBTP is the most that EBU R 128 permits.",
            "Lower the level, or limit the true peak, before it is encoded or broadcast.",
        )
        return Told((told,), (finding,))
