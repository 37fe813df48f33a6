"""What a frame's samples tell without a spectrum: how often they cross zero, and their RMS."""

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk, Samples
from adapters.audio.compiled import reassociated
from adapters.audio.taps.sounding import Sounding
from adapters.audio.taps.summary import LIBROSA, Column, Summary
from adapters.audio.taps.tap import Stream, Told

_BLOCK = 256
"""Samples whose squares are summed in single precision at a time."""

_ZERO = np.float32(1e-10)
"""What is no farther from zero counts as zero, and zero as positive: librosa's choice."""


COLUMNS = (
    Column(
        "zero_crossing_rate",
        "1",
        (0.0, 1.0),
        "share of the samples before which the mean of the channels changes sign",
        f"{LIBROSA} feature.zero_crossing_rate",
    ),
    Column("rms", "full scale", (0.0, None), "root mean square of the mean of the channels", f"{LIBROSA} feature.rms"),
)


class Temporal:
    """Columns and summaries of `zero_crossing_rate` and `rms`, of frames as long as the STFT's.

    A frame is two hops, so that what is counted in each hop is used twice. Chunks begin where hops do.
    """

    def __init__(self, stream: Stream) -> None:
        self._window, self._hop = stream.window, stream.hop
        self._sounding = Sounding()
        self._summaries = tuple(Summary(stream, column, self._sounding) for column in COLUMNS)
        self._last = np.float32(0)  # sample
        self._before = np.zeros(2)  # crossings and squares of the hop before
        self._started = False

    def feed(self, chunk: Chunk) -> None:
        mix = chunk.mix
        hops = -(-len(mix) // self._hop)
        counts = np.zeros((hops + 1, 3))
        counts[0, 1:] = self._before
        if not self._started:
            self._last, self._started = mix[0], True
        _count(mix, self._last, self._hop, counts)
        # The frame whose middle is where a hop begins has that hop, the one before, and the step between them.
        crossings = counts[1:, 0] + counts[1:, 1] + counts[:-1, 1]
        squares = counts[1:, 2] + counts[:-1, 2]
        self._last, self._before = mix[-1], counts[-1, 1:]
        self._add(crossings, squares)
        if chunk.last and len(mix) % self._hop == 0:  # a frame whose middle is the end
            self._add(self._before[:1], self._before[1:])

    def _add(self, crossings: NDArray[np.float64], squares: NDArray[np.float64]) -> None:
        for summary, values in zip(
            self._summaries, (crossings / self._window, np.sqrt(squares / self._window)), strict=True
        ):
            summary.add(values)
        self._sounding.add(squares > 0)

    def result(self) -> Told:
        return Told(tuple(descriptor for summary in self._summaries for descriptor in summary.descriptors()))


@reassociated
def _count(mix: Samples, last: np.float32, hop: int, counts: NDArray[np.float64]) -> None:
    """Into row 1 and on, one a hop: whether zero is crossed at its first sample, how often inside, sum of squares."""
    for n in range(counts.shape[0] - 1):
        start = n * hop
        here = mix[start : start + hop]
        counts[n + 1, 0] = (here[0] < -_ZERO) != ((mix[start - 1] if n else last) < -_ZERO)
        crossed = np.int32(0)
        for k in range(1, len(here)):
            crossed = np.int32(crossed + np.int32((here[k] < -_ZERO) != (here[k - 1] < -_ZERO)))
        counts[n + 1, 1] = crossed
        for block in range(0, len(here), _BLOCK):
            part = here[block : block + _BLOCK]
            squares = np.float32(0)
            for k in range(len(part)):
                squares += part[k] * part[k]
            counts[n + 1, 2] += float(squares)
