"""Loudness over time: the points of a stretch, and no more bytes than that."""

import math
import struct
from typing import Any

import pytest

from application.loudness_series import MAX_LOUDNESS_WIDTH, LoudnessWindow
from domain.blob_keys import rendition_key
from domain.errors import Conflict, CorruptBlob, NotFound
from domain.recording import Recording
from domain.values import ByteRange
from tests import sounds
from tests.application.conftest import House, Watched
from tests.builders import a_rendition, an_audio_format, put_ready

RATE, PER_POINT, LENGTH = 11025, 11030, 600
NONE = -32768
POINTS = [(-2000 - n, -3000 + (n % 3) * 500) if n % 7 else (NONE, NONE) for n in range(LENGTH)]


@pytest.fixture
def ten_minutes(house: House) -> Recording:
    audio = an_audio_format(sample_rate_hz=RATE, duration_seconds=(LENGTH - 0.5) * PER_POINT / RATE)
    recording = put_ready(house.ports, house.admin.library_id, sounds.tone_wav(0.1), audio)
    put(house, recording, bytes(24) + b"".join(struct.pack("<hh", *point) for point in POINTS))
    return recording


def put(house: House, recording: Recording, data: bytes) -> None:
    key = rendition_key(recording.library_id, recording.id, "loudness-4", "loudness.dat")
    house.ports.blobs().put(key, [data])
    settings = {"samples_per_point": PER_POINT, "sample_rate_hz": RATE, "length": LENGTH}
    given = {"library_id": recording.library_id, "recording_id": recording.id, "settings": settings}
    house.ports.renditions().put(a_rendition(name="loudness.dat", blob_key=key, **given))


def ask(house: House, recording: Recording, **asked: Any) -> LoudnessWindow:
    given: dict[str, Any] = {"start": 0.0, "end": None, "width": 1000, **asked}
    window: LoudnessWindow = house.use.get_loudness()(house.viewer, recording.id, **given)
    return window


def lufs(number: int) -> float | None:
    return None if number == NONE else number / 100


def test_a_window_is_a_part_of_the_whole(house: House, ten_minutes: Recording) -> None:
    whole = ask(house, ten_minutes)
    assert (whole.start, whole.seconds_per_point) == (0.0, PER_POINT / RATE)
    assert whole.momentary == tuple(lufs(momentary) for momentary, _ in POINTS)
    assert whole.short_term == tuple(lufs(short_term) for _, short_term in POINTS)
    part = ask(house, ten_minutes, start=100.0, end=130.0)
    first = round(part.start / part.seconds_per_point)
    assert 100.0 - PER_POINT / RATE < part.start <= 100.0
    assert part.momentary == whole.momentary[first : first + 31]
    assert part.short_term == whole.short_term[first : first + 31]


def test_of_many_points_the_highest_and_the_mean_energy_are_told(house: House, ten_minutes: Recording) -> None:
    window = ask(house, ten_minutes, width=70)
    assert window.seconds_per_point == pytest.approx(8 * PER_POINT / RATE)
    assert len(window.momentary) == len(window.short_term) == LENGTH // 8
    assert window.momentary[1] == -20.08
    energies = [10 ** (short_term / 1000) for _, short_term in POINTS[8:16] if short_term != NONE]
    assert window.short_term[1] == pytest.approx(10 * math.log10(sum(energies) / 7), abs=0.006)
    (only,) = ask(house, ten_minutes, start=0.0, end=1.0, width=1).momentary
    assert only is None


def test_scrolling_does_not_change_what_is_seen(house: House, ten_minutes: Recording) -> None:
    here, there = (ask(house, ten_minutes, start=start, end=start + 300, width=50) for start in (50.0, 53.0))
    shift = round((there.start - here.start) / here.seconds_per_point)
    assert 0 <= shift <= 1
    assert here.short_term[shift:] == there.short_term[: len(here.short_term) - shift]


def test_no_more_bytes_are_read_than_are_needed(house: House, ten_minutes: Recording) -> None:
    blobs = Watched(house.ports.blobs())
    house.replace("blobs", blobs)
    ask(house, ten_minutes, start=100.0, end=130.0)
    first = int(100 * RATE / PER_POINT)
    assert [wanted for _, wanted in blobs.read] == [ByteRange(24 + first * 4, 24 + (first + 31) * 4 - 1)]


def test_what_was_heard_before_there_was_any_is_to_be_heard_again(house: House) -> None:
    old = put_ready(house.ports, house.admin.library_id, sounds.tone_wav(0.1), an_audio_format())
    with pytest.raises(NotFound, match="Listen again"):
        ask(house, old)
    fresh = house.send(sounds.tone_wav(0.2))
    with pytest.raises(Conflict):
        ask(house, fresh)


def test_a_file_that_is_cut_off_is_noticed(house: House, ten_minutes: Recording) -> None:
    put(house, ten_minutes, bytes(24 + 4 * LENGTH - 1))
    with pytest.raises(CorruptBlob):
        ask(house, ten_minutes, width=MAX_LOUDNESS_WIDTH)
