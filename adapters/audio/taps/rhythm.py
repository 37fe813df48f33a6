"""Onsets, tempo and beats, all from one curve: how much the spectrum grows from frame to frame."""

import math

import numpy as np

from adapters.audio.chunks import Chunk
from adapters.audio.frames import Rows
from adapters.audio.taps import beats, onsets, tempo
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Descriptor

SHORTEST_SECONDS = 3.0
"""Less holds too few beats of a slow piece to tell its tempo."""

SILENT_BELOW_DBFS = -60.0

LEAST_CONFIDENCE = 0.1
"""Below it there is no tempo: white noise and rain stay below 0.06 in 20 s, beats that swing by a tenth reach 0.2."""

NOISE_DEVIATIONS = 4.0
"""The correlation of so few frames varies by one over the root of their number: 0.24 has been seen in 4 s of noise."""

_STRENGTH = (
    f"onset strength: mean rise of 128 mel bands in dB, each from {onsets.FLOOR_DB:g} dB of a full-scale sine on"
)
_KINDS = {
    "onset_density": ("1/s", f"peaks of the {_STRENGTH}; as librosa.onset.onset_detect", "Böck et al. 2012"),
    "tempo": (
        "BPM",
        f"autocorrelation of the {_STRENGTH}, in windows of {tempo.WINDOW_SECONDS:g} s, under a log-normal prior "
        f"around {tempo.START_BPM:g} BPM; as librosa.feature.tempo, then once, one and a half times or twice that, "
        "refined by parabolas through the peaks at multiples of the lag",
        "Ellis 2007",
    ),
    "tempo_confidence": (
        "1",
        f"autocorrelation coefficient of the {_STRENGTH} at the beat, in windows of {tempo.WINDOW_SECONDS:g} s: about "
        "0 for noise, 1 for a metronome",
        "",
    ),
    "beat_count": (
        "1",
        f"dynamic programming over the {_STRENGTH} at that tempo, as librosa.beat.beat_track, in pieces of "
        f"{beats.PIECE_SECONDS / 60:g} minutes",
        "Ellis 2007, doi:10.1080/09298210701653344",
    ),
}


class Rhythm:
    """`onset_density`, `tempo`, `tempo_confidence`, `beat_count`; the columns `onset_strength` (dB) and `beats` (s)."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._strength = onsets.Strength(onsets.floor(stream.rate, stream.window))
        self._frames, self._peak = 0, 0.0

    def feed(self, chunk: Chunk) -> None:
        strength = self._strength.feed(chunk.spectra.mel_db)
        self._stream.frames.add("onset_strength", strength, Rows("dB", self._stream.hop))
        self._frames += len(chunk)
        self._peak = max(self._peak, float(chunk.cells.peaks.max()))

    def result(self) -> Told:
        seconds = self._frames / self._stream.rate
        if self._peak < 10 ** (SILENT_BELOW_DBFS / 20):
            return _nothing(f"the recording stays below {SILENT_BELOW_DBFS:g} dBFS")
        if seconds < SHORTEST_SECONDS:
            return _nothing(f"the recording is shorter than {SHORTEST_SECONDS:g} s")
        per_second = self._stream.rate / self._stream.hop
        envelope = self._stream.frames.column("onset_strength")
        found = onsets.detect(envelope, per_second)
        estimated = tempo.estimate(envelope, per_second) if len(found) else None
        density = _descriptor("onset_density", round(len(found) / seconds, 3))
        if estimated is None:
            return Told((density, *_nothing("there are no onsets").descriptors[1:]))
        bpm, confidence = estimated
        sure = _descriptor("tempo_confidence", round(confidence, 3))
        if confidence < max(LEAST_CONFIDENCE, NOISE_DEVIATIONS / math.sqrt(len(envelope))):
            reason = "the onsets follow no beat"
            return Told((density, _descriptor("tempo", None, reason), sure, _descriptor("beat_count", None, reason)))
        tracked = beats.track(envelope, per_second, bpm)
        self._stream.frames.add("beats", (tracked / per_second).astype(np.float32), Rows("s", None, None))
        return Told(
            (density, _descriptor("tempo", round(bpm, 2)), sure, _descriptor("beat_count", float(len(tracked))))
        )


def _descriptor(name: str, value: float | None, reason: str | None = None) -> Descriptor:
    unit, method, source = _KINDS[name]
    bounds = (0.0, 1.0) if name == "tempo_confidence" else (0.0, None)
    return Descriptor(name, value, unit, method, reason, range=bounds, source=source)


def _nothing(reason: str) -> Told:
    return Told(tuple(_descriptor(name, None, reason) for name in _KINDS))
