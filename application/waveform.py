"""Waveforms of a stretch, cut out of the zooms that listening has left."""

import math
from dataclasses import dataclass
from enum import StrEnum

from application.hear import heard_format, require_audible
from application.points import Points, whole_number
from domain.access import Actor, Permission
from domain.errors import NotFound
from domain.ports.blobs import Blobs
from domain.ports.recordings import Recordings, Renditions
from domain.recording import Recording
from domain.rendition import Rendition
from domain.stretch import Stretch
from domain.values import RecordingId

MAX_WAVEFORM_WIDTH = 8_000
"""An answer has fewer than two pixels for each one that was asked for, so at most 16,000."""

_NUMBERS_A_CHANNEL = 2  # of audiowaveform's format, version 2


class Band(StrEnum):
    PEAKS = "peaks"
    RMS = "rms"


@dataclass(frozen=True, slots=True)
class WaveformWindow:
    """Pixels of `samples_per_pixel`, the first of which begins at `start` seconds: at or just before what was asked.

    `values` are for each pixel and each of its channels the lowest and the highest sample (or minus and plus the root
    mean square), in steps of 1/32768.
    """

    rate: int
    channels: int
    samples_per_pixel: int
    start: float
    values: tuple[int, ...]


@dataclass(frozen=True)
class GetWaveform:
    """Reads just the window's pixels, at the coarsest zoom that has enough: a day opens as fast as a second."""

    recordings: Recordings
    renditions: Renditions
    blobs: Blobs

    def __call__(
        self, actor: Actor, recording_id: RecordingId, *, start: float, end: float | None, width: int, band: Band
    ) -> WaveformWindow:
        actor.require(Permission.READ)
        recording = require_audible(self.recordings.get(actor.library_id, recording_id))
        _, duration = heard_format(recording)
        return self.of(recording, Stretch.within(duration, start, end), width, band)

    def of(self, recording: Recording, stretch: Stretch, width: int, band: Band) -> WaveformWindow:
        """Whatever the recording's status. Raises NotFound where no waveform is kept."""
        zoom = self._zoom(recording, band, stretch.seconds, width)
        window = zoom.window(stretch, width)
        channels = zoom.numbers // _NUMBERS_A_CHANNEL
        values = _merged(zoom.read(self.blobs, window), channels, window.each, band)
        start = window.first * zoom.per_point / zoom.rate
        return WaveformWindow(zoom.rate, channels, zoom.per_point * window.each, start, values)

    def _zoom(self, recording: Recording, band: Band, seconds: float, width: int) -> Points:
        kept = self.renditions.of_recording(recording.library_id, recording.id)
        prefixes = ("waveform-", "waveform.dat") if band is Band.PEAKS else ("rms-",)
        zooms = [_zoom_of(r) for r in kept if r.name.startswith(prefixes) and r.name.endswith(".dat")]
        if not zooms:
            raise NotFound(f"The recording has no {band} to draw; it was heard before there were any. Listen again.")
        fine_enough = [zoom for zoom in zooms if zoom.per_point * width <= seconds * zoom.rate]
        if fine_enough:
            return max(fine_enough, key=lambda zoom: zoom.per_point)
        return min(zooms, key=lambda zoom: zoom.per_point)


def _zoom_of(rendition: Rendition) -> Points:
    per_pixel, rate, channels, length = (
        whole_number(rendition, name) for name in ("samples_per_pixel", "sample_rate_hz", "channels", "length")
    )
    return Points(rendition.blob_key, per_pixel, rate, length, channels * _NUMBERS_A_CHANNEL)


def _merged(pixels: tuple[int, ...], channels: int, each: int, band: Band) -> tuple[int, ...]:
    """Groups of `each` pixels as one."""
    if each == 1:
        return pixels
    lines = []
    for channel in range(channels):
        low, high = pixels[2 * channel :: 2 * channels], pixels[2 * channel + 1 :: 2 * channels]
        groups = range(0, len(low), each)
        if band is Band.PEAKS:
            lines += [[min(low[n : n + each]) for n in groups], [max(high[n : n + each]) for n in groups]]
        else:
            means = [round(_root_mean_square(high[n : n + each])) for n in groups]
            lines += [[-mean for mean in means], means]
    return tuple(value for pixel in zip(*lines, strict=True) for value in pixel)


def _root_mean_square(values: tuple[int, ...]) -> float:
    return math.sqrt(sum(value * value for value in values) / len(values))
