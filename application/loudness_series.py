"""Loudness over time: a stretch of the series that listening has left."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from application.hear import heard_format, require_audible
from application.points import Points, whole_number
from domain.access import Actor, Permission
from domain.errors import NotFound
from domain.ports.blobs import Blobs
from domain.ports.recordings import Recordings, Renditions
from domain.stretch import Stretch
from domain.values import RecordingId

MAX_LOUDNESS_WIDTH = 8_000
"""An answer has fewer than twice as many points."""

_NAME = "loudness.dat"
_UNMEASURED = -32768
_STEPS = 100  # of a LU


@dataclass(frozen=True, slots=True)
class LoudnessWindow:
    """Points of `seconds_per_point`, the first of which begins at `start` seconds: at or just before what was asked.

    In LUFS, None where there is none: `momentary` is the highest of the 400 ms windows that end in a point,
    `short_term` that of the 3 s which end with it; where seconds have become one point, the mean energy of theirs that
    are above the absolute gate.
    """

    start: float
    seconds_per_point: float
    momentary: tuple[float | None, ...]
    short_term: tuple[float | None, ...]


@dataclass(frozen=True)
class GetLoudness:
    """Reads just the window's points: four bytes a second."""

    recordings: Recordings
    renditions: Renditions
    blobs: Blobs

    def __call__(
        self, actor: Actor, recording_id: RecordingId, *, start: float, end: float | None, width: int
    ) -> LoudnessWindow:
        actor.require(Permission.READ)
        recording = require_audible(self.recordings.get(actor.library_id, recording_id))
        _, duration = heard_format(recording)
        stretch = Stretch.within(duration, start, end)
        kept = self.renditions.of_recording(recording.library_id, recording.id)
        found = next((rendition for rendition in kept if rendition.name == _NAME), None)
        if found is None:
            raise NotFound("There is no loudness over time; it was heard before there was any. Listen again.")
        names = ("samples_per_point", "sample_rate_hz", "length")
        per_point, rate, length = (whole_number(found, name) for name in names)
        points = Points(found.blob_key, per_point, rate, length, numbers=2)
        window = points.window(stretch, width)
        numbers = points.read(self.blobs, window)
        seconds = per_point / rate
        momentary, short_term = numbers[0::2], numbers[1::2]
        groups = [slice(n, n + window.each) for n in range(0, len(momentary), window.each)]
        return LoudnessWindow(
            window.first * seconds,
            window.each * seconds,
            tuple(_highest(momentary[group]) for group in groups),
            tuple(_mean(short_term[group]) for group in groups),
        )


def _highest(steps: Sequence[int]) -> float | None:
    highest = max(steps)
    return None if highest == _UNMEASURED else highest / _STEPS


def _mean(steps: Sequence[int]) -> float | None:
    told = [step / _STEPS for step in steps if step != _UNMEASURED]
    if len(told) < 2:
        return told[0] if told else None
    return round(10 * math.log10(math.fsum(10 ** (each / 10) for each in told) / len(told)), 2)
