"""Excerpts and spectrograms on request: made once, kept without a record, and gone when they are old."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from application import on_request as on_request_module
from application.browse import Content
from domain.errors import (
    Conflict,
    Invalid,
    InvalidStretch,
    NotFound,
    NotMeasured,
    Unavailable,
    UnsupportedParameters,
)
from domain.recording import Recording, Status
from domain.stretch import ExcerptFormat, FrequencyScale
from domain.values import ByteRange
from tests import sounds
from tests.application.conftest import House
from tests.builders import an_audio_format, an_entry, put_ready
from tests.engines import Upgraded
from tests.faults import Faulty, raising

RATE, SECONDS = 8000, 3.0
SOUND = sounds.noise(SECONDS, RATE, 2)


@pytest.fixture
def noise(house: House) -> Recording:
    audio = an_audio_format(sample_rate_hz=RATE, duration_seconds=SECONDS)
    sound = sounds.encoded("wav", SOUND, RATE)
    measured = {"integrated_loudness": -20.0, "true_peak": -18.0}
    return put_ready(house.ports, house.admin.library_id, sound, audio, **measured)


def bytes_of(content: Content) -> bytes:
    return b"".join(content.read(None))


def excerpt(house: House, recording: Recording, **asked: Any) -> Content:
    given: dict[str, Any] = {"start": 1.0, "end": 2.0, "form": ExcerptFormat.WAV, **asked}
    content: Content = house.use.get_excerpt()(given.pop("actor", house.viewer), recording.id, **given)
    return content


def spectrogram(house: House, recording: Recording, **asked: Any) -> Content:
    given: dict[str, Any] = {
        "start": 1.0, "end": 2.0, "width": 64, "height": 32, "scale": FrequencyScale.LINEAR, "min_hz": None,
        "max_hz": None, "window": 256, "floor_db": -100.0, "channel": None, **asked,
    }  # fmt: skip
    content: Content = house.use.get_spectrogram()(given.pop("actor", house.viewer), recording.id, **given)
    return content


Ask = Callable[..., Content]
both = pytest.mark.parametrize("ask", [excerpt, spectrogram])


def mp3_excerpt(house: House, recording: Recording, **asked: Any) -> Content:
    return excerpt(house, recording, form=ExcerptFormat.MP3, **asked)


kept = pytest.mark.parametrize("ask", [mp3_excerpt, spectrogram])


def on_request(house: House) -> list[str]:
    return [key for key in house.blob_keys() if "/on-request/" in key]


def test_an_excerpt_is_named_after_the_recording_and_its_times(house: House, noise: Recording) -> None:
    made = excerpt(house, noise, end=2.5, form=ExcerptFormat.FLAC)
    assert (made.filename, made.content_type) == ("A dog 1.000-2.500.flac", "audio/flac")
    assert made.size_bytes == len(bytes_of(made))
    slashed = replace(noise, id=noise.id, title="AC/DC\\x", version=2)
    house.ports.recordings().save(slashed, 1, an_entry(library_id=noise.library_id))
    assert excerpt(house, noise).filename == "AC-DC-x 1.000-2.000.wav"


def test_only_cuts_are_faded(house: House, noise: Recording, tmp_path: Any) -> None:
    (tmp_path / "whole.wav").write_bytes(sounds.encoded("wav", SOUND, RATE))
    pcm, _ = soundfile.read(tmp_path / "whole.wav", dtype="int16")
    for start, end, faded_in, faded_out in (
        (0.0, None, False, False),
        (0.0, 2.0, False, True),
        (1.0, None, True, False),
    ):
        path = tmp_path / "cut.wav"
        path.write_bytes(bytes_of(excerpt(house, noise, start=start, end=end)))
        cut, _ = soundfile.read(path, dtype="int16")
        whole = pcm[round(start * RATE) : round((end or SECONDS) * RATE)]
        assert np.array_equal(cut[:30], whole[:30]) != faded_in
        assert np.array_equal(cut[-30:], whole[-30:]) != faded_out
        assert np.array_equal(cut[100:-100], whole[100:-100])


def test_an_excerpt_may_be_at_a_loudness(house: House, noise: Recording, tmp_path: Any) -> None:
    (tmp_path / "plain").write_bytes(bytes_of(excerpt(house, noise)))
    (tmp_path / "matched").write_bytes(bytes_of(excerpt(house, noise, loudness_lufs=-14.0)))
    plain, matched = (sounds.decoded(tmp_path / name)[100:-100] for name in ("plain", "matched"))
    assert 20 * np.log10(np.abs(matched).max() / np.abs(plain).max()) == pytest.approx(6.0, abs=0.01)


def test_without_a_loudness_there_is_none_to_match(house: House) -> None:
    audio = an_audio_format(sample_rate_hz=RATE, duration_seconds=1.0)
    sound, measured = sounds.silent_wav(1.0, RATE), {"integrated_loudness": None, "true_peak": None}
    silent = put_ready(house.ports, house.admin.library_id, sound, audio, **measured)
    with pytest.raises(NotMeasured):
        excerpt(house, silent, start=0.0, end=0.5, loudness_lufs=-16.0)
    assert excerpt(house, silent, start=0.0, end=0.5).size_bytes


@kept
def test_the_same_is_made_once(house: House, noise: Recording, ask: Ask) -> None:
    first = ask(house, noise)
    fails = raising("excerpt", Conflict("again?")), raising("spectrogram", Conflict("again?"))
    house.replace("engine", Faulty(Faulty(house.ports.engine(), before=fails[0]), before=fails[1]))
    again = ask(house, noise)
    assert (again.etag, bytes_of(again)) == (first.etag, bytes_of(first))
    with pytest.raises(Conflict, match="again"):
        ask(house, noise, start=1.1)


@kept
def test_what_was_made_is_gone_after_an_hour_and_made_again(house: House, noise: Recording, ask: Ask) -> None:
    first = bytes_of(ask(house, noise))
    (key,) = on_request(house)
    purge = house.use.purge_on_request()
    house.clock.advance(timedelta(minutes=59))
    assert purge() == {"on_request_deleted": 0}
    assert on_request(house) == [key]
    house.clock.advance(timedelta(minutes=1))
    assert purge() == {"on_request_deleted": 1}
    assert house.blob_keys() == [noise.blob_key]
    assert bytes_of(ask(house, noise)) == first


@pytest.mark.parametrize("form", [ExcerptFormat.WAV, ExcerptFormat.FLAC])
def test_what_is_as_large_as_the_original_is_not_kept(house: House, noise: Recording, form: ExcerptFormat) -> None:
    made = excerpt(house, noise, form=form)
    whole = bytes_of(made)
    assert len(whole) == made.size_bytes
    assert b"".join(made.read(ByteRange(10, 19))) == whole[10:20]
    assert b"".join(made.read(ByteRange(0, 3))) == whole[:4]
    assert house.blob_keys() == [noise.blob_key]
    again = excerpt(house, noise, form=form)
    assert (again.etag, bytes_of(again)) == (made.etag, whole)


def test_the_oldest_makes_room_for_the_next(house: House, noise: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files count with 64 KiB each, so that three fit here; of all recordings of the library together."""
    monkeypatch.setattr(on_request_module, "KEPT_BYTES", 3 * on_request_module.LEAST_BYTES)
    audio = an_audio_format(sample_rate_hz=RATE, duration_seconds=SECONDS)
    other = put_ready(house.ports, noise.library_id, sounds.encoded("wav", SOUND, RATE), audio)
    made: list[str] = []
    for recording, start in ((noise, 0.0), (other, 0.0), (noise, 0.1), (noise, 0.2), (other, 0.1)):
        before = set(on_request(house))
        assert spectrogram(house, recording, start=start).size_bytes
        made += set(on_request(house)) - before
        house.clock.advance(1)
    assert len(made) == 5
    assert set(on_request(house)) == set(made[-3:])


def test_what_makes_room_while_it_is_asked_for_is_to_be_asked_for_again(house: House, noise: Recording) -> None:
    made = spectrogram(house, noise)
    house.ports.blobs().delete(on_request(house)[0])
    with pytest.raises(Unavailable):
        made.read(None)
    assert bytes_of(spectrogram(house, noise))


@both
def test_no_workspace_stays(house: House, noise: Recording, ask: Ask) -> None:
    opened: list[Path] = []
    real = house.ports.engine()

    class Watching:
        def __getattr__(self, name: str) -> Any:
            def make(path: Path, workspace: Path, asked: Any) -> Any:
                opened.append(workspace)
                return getattr(real, name)(path, workspace, asked)

            return make if name in {"excerpt", "spectrogram"} else getattr(real, name)

    house.replace("engine", Watching())
    made = ask(house, noise)
    assert [folder.exists() for folder in opened] == [False]
    assert len(bytes_of(made)) == made.size_bytes


@both
def test_another_renderer_makes_another_file_with_another_tag(house: House, noise: Recording, ask: Ask) -> None:
    """And another analyser does not: what it hears is not in these files."""
    before = ask(house, noise).etag
    engine = Upgraded(house.ports.engine(), quality="99")
    house.replace("engine", engine)
    assert ask(house, noise).etag == before
    engine.later_renderers = dict.fromkeys(engine.renderers, "99")
    assert ask(house, noise).etag != before


@both
@pytest.mark.parametrize(("start", "end"), [(2.0, 1.0), (1.0, 3.1), (3.5, None)])
def test_a_stretch_that_is_not_there_is_refused_with_the_duration(
    house: House, noise: Recording, ask: Ask, start: float, end: float | None
) -> None:
    with pytest.raises(InvalidStretch) as refusal:
        ask(house, noise, start=start, end=end)
    assert refusal.value.data["duration_seconds"] == SECONDS


@both
def test_too_long_a_stretch_is_refused_with_the_maximum_before_anything_is_decoded(house: House, ask: Ask) -> None:
    audio = an_audio_format(sample_rate_hz=RATE, duration_seconds=86_400.0)
    day = put_ready(house.ports, house.admin.library_id, b"nothing that is read", audio)
    with pytest.raises(InvalidStretch) as refusal:
        ask(house, day, start=0.0, end=None)
    assert refusal.value.data["max_seconds"] == (120.0 if ask is excerpt else 600.0)
    assert ("spectrogram.png" in refusal.value.detail) is (ask is spectrogram)


@both
def test_what_is_held_back_or_rejected_is_heard_and_what_is_not_ready_is_not(
    house: House, noise: Recording, ask: Ask
) -> None:
    audio = replace(noise.audio or an_audio_format())
    for status in Status:
        recording = put_ready(house.ports, noise.library_id, sounds.encoded("wav", SOUND, RATE), audio)
        house.ports.recordings().save(replace(recording, status=status, version=2), 1, an_entry())
        if status in {Status.READY, Status.QUARANTINED, Status.FAILED}:
            assert ask(house, recording).size_bytes
        else:
            with pytest.raises(Conflict):
                ask(house, recording)
    unheard = put_ready(house.ports, noise.library_id, b"not decoded", audio)
    failed = replace(unheard, status=Status.FAILED, analysis_key=None, version=2)
    house.ports.recordings().save(failed, 1, an_entry())
    with pytest.raises(Conflict):
        ask(house, unheard)


@both
@pytest.mark.parametrize("frames", [1, 2])
def test_all_of_a_recording_is_a_stretch_of_it_however_short(house: House, ask: Ask, frames: int) -> None:
    audio = an_audio_format(sample_rate_hz=44100, duration_seconds=frames / 44100)
    sound = sounds.encoded("wav", sounds.noise(1.0, 44100, 2)[:frames], 44100)
    short = put_ready(house.ports, house.admin.library_id, sound, audio)
    assert bytes_of(ask(house, short, start=0.0, end=None))


@both
def test_another_library_has_no_such_recording(house: House, noise: Recording, ask: Ask) -> None:
    with pytest.raises(NotFound):
        ask(house, noise, actor=house.stranger())


def test_flac_has_room_for_eight_channels(house: House) -> None:
    audio = an_audio_format(sample_rate_hz=RATE, duration_seconds=1.0, channels=9)
    sound = sounds.encoded("wav", sounds.noise(1.0, RATE, 9), RATE)
    many = put_ready(house.ports, house.admin.library_id, sound, audio)
    with pytest.raises(UnsupportedParameters):
        excerpt(house, many, start=0.0, end=0.5, form=ExcerptFormat.FLAC)
    assert excerpt(house, many, start=0.0, end=0.5, form=ExcerptFormat.MP3).size_bytes


def test_a_channel_or_frequency_that_is_not_there_is_refused(house: House, noise: Recording) -> None:
    for asked in ({"channel": 2}, {"max_hz": 4001.0}):
        with pytest.raises(Invalid):
            spectrogram(house, noise, **asked)
