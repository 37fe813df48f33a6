"""Silence at the edges, inside, or all over."""

import numpy as np

from adapters.audio.chunks import Chunk
from adapters.audio.taps.spans import Ranges, quiet_runs
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Finding, Severity

THRESHOLD_DBFS = -60.0
EDGE_SECONDS = 0.5
INNER_SECONDS = 2.0

_CUT = "Trim it, if it is not meant to be there."


class Silence:
    """Where no channel reaches THRESHOLD_DBFS: EDGE_SECONDS or longer at an edge, INNER_SECONDS or longer inside."""

    def __init__(self, stream: Stream) -> None:
        self._rate = stream.rate
        self._below = 10 ** (THRESHOLD_DBFS / 20)
        self._shortest = max(1, round(EDGE_SECONDS * stream.rate))
        self._at = 0
        self._open = np.full(1, -1, np.int64)
        self._leading = 0
        self._inner = Ranges()

    def feed(self, chunk: Chunk) -> None:
        found = np.empty((len(chunk) // self._shortest + 2, 2), np.int64)
        peaks = chunk.cells.peaks
        count = quiet_runs(chunk.samples, peaks, self._below, self._shortest, chunk.at, self._open, found)
        for start, end in found[:count].tolist():
            if start == 0:
                self._leading = end
            elif end - start >= INNER_SECONDS * self._rate:
                self._inner.add(start, end)
        self._at = chunk.at + len(chunk)

    def result(self) -> Told:
        start = int(self._open[0])
        if start == 0:
            return Told(findings=(self._all_silence(),))
        trailing = start if start > 0 and self._at - start >= self._shortest else None
        findings = []
        if self._leading:
            findings.append(self._edge("leading-silence", "begins", 0, self._leading))
        if self._inner.count:
            findings.append(self._inside())
        if trailing is not None:
            findings.append(self._edge("trailing-silence", "ends", trailing, self._at))
        return Told(findings=tuple(findings))

    def _range(self, start: int, end: int) -> tuple[float, float]:
        return start / self._rate, end / self._rate

    def _all_silence(self) -> Finding:
        detail = f"The whole recording stays below {THRESHOLD_DBFS:g} dBFS."
        remedy = "Check the source: a muted channel, an unplugged microphone or an empty export."
        return Finding("all-silence", Severity.WARNING, detail, remedy, (self._range(0, self._at),))

    def _edge(self, code: str, verb: str, start: int, end: int) -> Finding:
        seconds = (end - start) / self._rate
        detail = f"The recording {verb} with {seconds:.1f} s below {THRESHOLD_DBFS:g} dBFS."
        return Finding(code, Severity.INFO, detail, _CUT, (self._range(start, end),))

    def _inside(self) -> Finding:
        times = "once" if self._inner.count == 1 else f"{self._inner.count} times"
        detail = f"The recording falls below {THRESHOLD_DBFS:g} dBFS for {INNER_SECONDS:g} s or longer, {times}."
        ranges, seconds = self._inner.seconds(self._rate), self._inner.frames / self._rate
        return Finding("inner-silence", Severity.INFO, detail, _CUT, ranges, seconds)
