"""The loudness and the true peak of a programme, as a whole and over time, and what only both of them tell."""

from adapters.audio.chunks import Chunk
from adapters.audio.taps.decibels import SILENT, level
from adapters.audio.taps.loudness import Loudness
from adapters.audio.taps.loudness_series import LoudnessSeries
from adapters.audio.taps.tap import Stream, Told
from adapters.audio.taps.true_peak import TruePeak


class Programme:
    """What Loudness and TruePeak tell, and `peak_to_loudness_ratio` in LU: how far the peaks stand above the whole;
    and the file that LoudnessSeries leaves."""

    def __init__(self, stream: Stream) -> None:
        self._loudness, self._true_peak = Loudness(stream), TruePeak(stream)
        self._series = LoudnessSeries(stream)

    def feed(self, chunk: Chunk) -> None:
        self._series.add(*self._loudness.hear(chunk), frames=len(chunk))
        self._true_peak.feed(chunk)

    def result(self) -> Told:
        loudness, peaks = self._loudness.result(), self._true_peak.result()
        integrated, peak = self._loudness.integrated(), self._true_peak.highest()
        ratio = level(
            "peak_to_loudness_ratio",
            None if integrated is None or peak is None else peak - integrated,
            "LU",
            "true peak less integrated loudness",
            SILENT if peak is None else self._loudness.why_not(),
            source="AES TD1008.1.21-9",
        )
        return Told((*loudness.descriptors, *peaks.descriptors, ratio), peaks.findings, (self._series.result(),))
