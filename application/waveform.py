"""Waveforms of a stretch, cut out of the zooms that listening has left."""

import math
import struct
from dataclasses import dataclass
from enum import StrEnum

from application.browse import stored_bytes
from application.hear import heard_format, require_audible
from domain.access import Actor, Permission
from domain.errors import CorruptBlob, NotFound
from domain.ports.blobs import Blobs
from domain.ports.recordings import Recordings, Renditions
from domain.recording import Recording
from domain.rendition import Rendition
from domain.stretch import Stretch
from domain.values import ByteRange, RecordingId

MAX_WAVEFORM_WIDTH = 8_000
"""An answer has fewer than two pixels for each one that was asked for, so at most 16,000."""

_HEAD_BYTES, _BYTES_A_CHANNEL = 24, 4  # of audiowaveform's format, version 2, with 16 bits


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
        stretch = Stretch.within(duration, start, end)
        zoom = self._zoom(recording, band, stretch.seconds, width)
        first = int(stretch.start * zoom.rate / zoom.per_pixel)
        stop = min(zoom.length, math.ceil(stretch.end * zoom.rate / zoom.per_pixel))
        # Whole multiples of the zoom's pixels, from a place that does not depend on where the window begins: what is
        # seen stays the same while somebody scrolls.
        each = max(1, int(round(stretch.seconds * zoom.rate, 3) / zoom.per_pixel) // width)
        first -= first % each
        stop = min(zoom.length, first - (first - stop) // each * each)
        pixels = self._read(zoom, first, stop)
        values = _merged(pixels, zoom.channels, each, band)
        per_pixel = zoom.per_pixel * each
        return WaveformWindow(zoom.rate, zoom.channels, per_pixel, first * zoom.per_pixel / zoom.rate, values)

    def _zoom(self, recording: Recording, band: Band, seconds: float, width: int) -> "_Zoom":
        kept = self.renditions.of_recording(recording.library_id, recording.id)
        prefixes = ("waveform-", "waveform.dat") if band is Band.PEAKS else ("rms-",)
        zooms = [_Zoom.of(r) for r in kept if r.name.startswith(prefixes) and r.name.endswith(".dat")]
        if not zooms:
            raise NotFound(f"The recording has no {band} to draw; it was heard before there were any. Listen again.")
        fine_enough = [zoom for zoom in zooms if zoom.per_pixel * width <= seconds * zoom.rate]
        if fine_enough:
            return max(fine_enough, key=lambda zoom: zoom.per_pixel)
        return min(zooms, key=lambda zoom: zoom.per_pixel)

    def _read(self, zoom: "_Zoom", first: int, stop: int) -> tuple[int, ...]:
        size = zoom.channels * _BYTES_A_CHANNEL
        wanted = ByteRange(_HEAD_BYTES + first * size, _HEAD_BYTES + stop * size - 1)
        data = b"".join(stored_bytes(self.blobs, zoom.blob_key, wanted))
        if len(data) != wanted.length:
            raise CorruptBlob("The stored waveform is shorter than its record says.")
        return struct.unpack(f"<{len(data) // 2}h", data)


@dataclass(frozen=True, slots=True)
class _Zoom:
    blob_key: str
    per_pixel: int
    rate: int
    channels: int
    length: int

    @classmethod
    def of(cls, rendition: Rendition) -> "_Zoom":
        def number(name: str) -> int:
            value = rendition.settings.get(name)
            if not isinstance(value, int) or value < 1:
                raise CorruptBlob(f"The record of {rendition.name} lacks its {name}.")
            return value

        names = ("samples_per_pixel", "sample_rate_hz", "channels", "length")
        return cls(rendition.blob_key, *(number(name) for name in names))


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
