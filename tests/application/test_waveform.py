"""Waveforms of a stretch: the right pixels out of the right zoom, and no more bytes than that."""

import struct
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from application.waveform import MAX_WAVEFORM_WIDTH, Band, WaveformWindow
from domain.blob_keys import rendition_key
from domain.errors import CorruptBlob, NotFound
from domain.recording import Recording
from domain.values import ByteRange
from tests import sounds
from tests.application.conftest import House, Watched
from tests.builders import a_rendition, an_audio_format, put_ready

RATE, SECONDS, CHANNELS = 48_000, 3600.0, 2
ZOOMS = (256, 4096, 65536)


def pixels_of(per_pixel: int, band: Band) -> NDArray[np.int16]:
    """(pixels, channels, 2), with values that tell their place."""
    count = -(-int(RATE * SECONDS) // per_pixel)
    high = (np.arange(count)[:, None] * 7 + np.arange(CHANNELS) * 100) % 30_000
    low = -high if band is Band.RMS else -((high * 3) % 30_000)
    return np.stack([low, high], axis=2).astype("<i2")


ALL = {(per_pixel, band): pixels_of(per_pixel, band) for per_pixel in ZOOMS for band in Band}


def put(
    house: House, recording: Recording, name: str, per_pixel: int, pixels: NDArray[np.int16], *, cut: int = 0
) -> None:
    key = rendition_key(recording.library_id, recording.id, "listen-1", name)
    head = struct.pack("<iIiiIi", 2, 0, RATE, per_pixel, len(pixels), CHANNELS)
    data = head + pixels.tobytes()
    house.ports.blobs().put(key, [data[: len(data) - cut]])
    settings = {
        "samples_per_pixel": per_pixel, "sample_rate_hz": RATE, "channels": CHANNELS, "bits": 16, "length": len(pixels),
    }  # fmt: skip
    given = {"library_id": recording.library_id, "recording_id": recording.id, "settings": settings}
    house.ports.renditions().put(a_rendition(name=name, blob_key=key, **given))


@pytest.fixture
def hour(house: House) -> Recording:
    audio = an_audio_format(sample_rate_hz=RATE, duration_seconds=SECONDS, channels=CHANNELS)
    recording = put_ready(house.ports, house.admin.library_id, sounds.tone_wav(0.1), audio)
    for (per_pixel, band), pixels in ALL.items():
        name = "waveform" if band is Band.PEAKS else "rms"
        put(house, recording, f"{name}-{per_pixel}.dat", per_pixel, pixels)
    return recording


def ask(house: House, recording: Recording, **asked: Any) -> WaveformWindow:
    given: dict[str, Any] = {"start": 0.0, "end": None, "width": 1000, "band": Band.PEAKS, **asked}
    window: WaveformWindow = house.use.get_waveform()(house.viewer, recording.id, **given)
    return window


@pytest.mark.parametrize("band", Band)
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ((100.0, 101.0, 1000), (256, 1)),  # finer than the finest: as it is
        ((100.0, 110.0, 1000), (256, 1)),
        ((100.0, 400.0, 1000), (4096, 3)),
        ((0.0, 3600.0, 1000), (65536, 2)),
        ((0.0, 3600.0, 10), (65536, 263)),
        ((3599.0, 3600.0, 1), (4096, 11)),
    ],
)
def test_the_pixels_are_those_of_the_coarsest_zoom_that_has_enough(
    house: House, hour: Recording, band: Band, asked: tuple[float, float, int], expected: tuple[int, int]
) -> None:
    (start, end, width), (zoom, each) = asked, expected
    window = ask(house, hour, start=start, end=end, width=width, band=band)
    assert (window.rate, window.channels, window.samples_per_pixel) == (RATE, CHANNELS, zoom * each)
    got = np.array(window.values).reshape(-1, CHANNELS, 2)
    assert len(got) < 2 * width + 3
    first = round(window.start * RATE / zoom)
    assert first % each == 0
    assert start - zoom * each / RATE < window.start <= start
    assert window.start + len(got) * zoom * each / RATE >= end

    source = ALL[zoom, band].astype(float)
    for place in (0, len(got) // 2, len(got) - 1):
        group = source[first + place * each : first + (place + 1) * each]
        for channel in range(CHANNELS):
            low, high = group[:, channel, 0], group[:, channel, 1]
            if band is Band.PEAKS:
                assert got[place, channel].tolist() == [low.min(), high.max()]
            else:
                mean = round(float(np.sqrt(np.mean(high**2))))
                assert got[place, channel].tolist() == [-mean, mean]


def test_no_more_bytes_are_read_than_are_needed(house: House, hour: Recording) -> None:
    blobs = Watched(house.ports.blobs())
    house.replace("blobs", blobs)
    ask(house, hour, start=1800.0, end=1810.0)
    ((key, wanted),) = blobs.read
    assert key.endswith("/waveform-256.dat")
    assert wanted == ByteRange(24 + 337_500 * 8, 24 + 339_375 * 8 - 1)


def test_scrolling_does_not_change_what_is_seen(house: House, hour: Recording) -> None:
    here, there = (ask(house, hour, start=start, end=start + 600.0, width=100) for start in (1000.0, 1003.3))
    assert here.samples_per_pixel == there.samples_per_pixel
    shift = round((there.start - here.start) * RATE / here.samples_per_pixel)
    assert 0 <= shift <= 1
    assert here.values[shift * 2 * CHANNELS :] == there.values[: len(here.values) - shift * 2 * CHANNELS]


def test_a_day_in_the_most_pixels_is_a_bounded_answer(house: House) -> None:
    audio = an_audio_format(sample_rate_hz=RATE, duration_seconds=86_400.0, channels=CHANNELS)
    day = put_ready(house.ports, house.admin.library_id, sounds.tone_wav(0.1), audio)
    put(house, day, "waveform-65536.dat", 65536, np.zeros((63_282, CHANNELS, 2), "<i2"))
    window = ask(house, day, width=MAX_WAVEFORM_WIDTH)
    assert MAX_WAVEFORM_WIDTH <= len(window.values) / 2 / CHANNELS <= 16_384


def test_a_recording_without_zooms_is_drawn_from_its_overview(house: House) -> None:
    audio = an_audio_format(sample_rate_hz=RATE, duration_seconds=10.0, channels=CHANNELS)
    old = put_ready(house.ports, house.admin.library_id, sounds.tone_wav(0.1), audio)
    put(house, old, "waveform.dat", 512, ALL[256, Band.PEAKS][:938])
    assert ask(house, old, start=5.0, end=6.0).samples_per_pixel == 512
    with pytest.raises(NotFound, match="Listen again"):
        ask(house, old, band=Band.RMS)


def test_a_waveform_that_is_cut_off_is_noticed(house: House) -> None:
    audio = an_audio_format(sample_rate_hz=RATE, duration_seconds=10.0, channels=CHANNELS)
    broken = put_ready(house.ports, house.admin.library_id, sounds.tone_wav(0.1), audio)
    put(house, broken, "waveform.dat", 512, ALL[256, Band.PEAKS][:938], cut=8)
    with pytest.raises(CorruptBlob):
        ask(house, broken)
