import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import (
    Conflict,
    DigestMismatch,
    DuplicateContent,
    EmptyAudio,
    Forbidden,
    Incomplete,
    Invalid,
    NonFiniteSamples,
    TooLarge,
    Unavailable,
    Unsupported,
)
from domain.job import JobStatus
from domain.job_kind import JobKind
from domain.ports.access import AuditQuery
from domain.recording import Status
from domain.values import RecordingId
from tests import sounds
from tests.application.conftest import House
from tests.faults import Faulty, raising


def test_a_file_becomes_a_recording_with_a_job(house: House, tone: bytes) -> None:
    recording = house.send(tone, filename="dog.wav")
    assert (recording.status, recording.title, recording.size_bytes) == (Status.PROCESSING, "dog", len(tone))
    assert recording.sha256 == hashlib.sha256(tone).hexdigest()
    assert recording.audio is not None
    assert recording.audio.channels == 2
    assert b"".join(house.ports.blobs().get(recording.blob_key)) == tone
    (job,) = house.jobs()
    assert (job.kind, job.recording_id, job.status) == (JobKind.INGEST, recording.id, JobStatus.QUEUED)


def test_a_worker_makes_it_ready_and_then_its_preview(house: House, tone: bytes) -> None:
    sent = house.send(tone)
    assert house.work() == 2
    recording = house.recording(sent.id)
    assert recording.status is Status.READY
    assert recording.audio is not None
    assert recording.audio.duration_seconds == pytest.approx(0.5)
    names = {r.name for r in house.use.list_renditions()(house.viewer, sent.id)}
    assert names >= {"preview.mp3", "preview.opus", "spectrogram.png", "waveform.dat", "waveform.json"}
    assert {job.status for job in house.jobs()} == {JobStatus.SUCCEEDED}
    _, analysis = house.use.get_analysis()(house.viewer, sent.id)
    assert "integrated_loudness" in {descriptor.name for descriptor in analysis.descriptors}


def test_an_original_is_never_overwritten(house: House, tone: bytes) -> None:
    """Ids do not come twice; should they, what is stored stays, and the file that came in is refused."""
    first = house.send(tone)
    same: Any = Faulty(house.ports.ids())
    same.next = lambda: first.id
    house.replace("ids", same)
    with pytest.raises(Conflict):
        house.send(sounds.tone_wav(seconds=0.4))
    assert b"".join(house.ports.blobs().get(first.blob_key)) == tone


def test_the_request_is_carried_into_the_job(house: House, tone: bytes) -> None:
    house.send(tone, actor=house.admin)
    assert house.jobs()[0].request_id == "request-1"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyAudio),
        (sounds.text_file(), Unsupported),
        (sounds.empty_wav(), EmptyAudio),
        (sounds.nan_wav(), NonFiniteSamples),
    ],
    ids=["no bytes", "text", "no samples", "not numbers"],
)
def test_what_is_refused_leaves_nothing_behind(house: House, content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        house.send(content)
    assert house.blob_keys() == []
    assert house.jobs() == ()


def test_what_is_not_audio_is_refused_before_it_has_arrived(house: House) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"<html>" * 1000

    with pytest.raises(Unsupported):
        house.send(endless())


def test_a_file_over_the_limit_is_refused_while_it_arrives(house: House, tone: bytes) -> None:
    def endless() -> Iterator[bytes]:
        yield tone
        while True:
            yield bytes(1 << 20)

    receive = replace(house.use.receive_recording(), max_bytes=3 << 20)
    with pytest.raises(TooLarge):
        receive(house.editor, filename="a.wav", content_type="audio/wav", chunks=endless())
    assert house.blob_keys() == []


def test_bytes_that_are_not_the_announced_ones_are_refused(house: House, tone: bytes) -> None:
    with pytest.raises(DigestMismatch):
        house.send(tone, announced_sha256="0" * 64)
    with pytest.raises(Incomplete):
        house.send(tone, announced_size=len(tone) + 1)
    assert house.blob_keys() == []


def test_the_announced_digest_may_be_right(house: House, tone: bytes) -> None:
    digest = hashlib.sha256(tone).hexdigest().upper()
    assert house.send(tone, announced_sha256=digest, announced_size=len(tone)).sha256 == digest.lower()


def test_the_same_bytes_are_refused_with_the_recording_that_has_them(house: House, tone: bytes) -> None:
    first = house.send(tone)
    for announced in (None, first.sha256):
        with pytest.raises(DuplicateContent) as refusal:
            house.send(tone, announced_sha256=announced)
        assert refusal.value.data["recording_id"] == first.id
    assert house.blob_keys() == [first.blob_key]


def test_the_same_bytes_may_be_kept_twice(house: House, tone: bytes) -> None:
    first = house.send(tone)
    second = house.send(tone, keep_duplicate=True)
    house.work()
    assert first.id != second.id
    assert house.recording(second.id).status is Status.READY
    assert house.recording(first.id).analysis_key == house.recording(second.id).analysis_key


def test_another_library_may_have_the_same_bytes(house: House, tone: bytes) -> None:
    house.send(tone)
    assert house.send(tone, actor=house.stranger()).status is Status.PROCESSING


def test_a_viewer_may_not_send(house: House, tone: bytes) -> None:
    with pytest.raises(Forbidden):
        house.send(tone, actor=house.viewer)


def test_a_name_with_a_line_break_is_refused_before_anything_is_read(house: House) -> None:
    def unread() -> Iterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    with pytest.raises(Invalid):
        house.send(unread(), filename="a\r\nb.wav")


def test_a_stream_that_breaks_leaves_nothing_behind(house: House, tone: bytes) -> None:
    def broken() -> Iterator[bytes]:
        yield tone
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        house.send(broken())
    assert house.blob_keys() == []


def test_what_a_store_that_fails_leaves_behind_is_removed_a_day_later(house: House, tone: bytes) -> None:
    recordings = house.ports.recordings()
    house.replace("recordings", Faulty(recordings, before=raising("add", Unavailable("down"))))
    with pytest.raises(Unavailable):
        house.send(tone)
    house.clock.advance(timedelta(hours=25))
    assert house.use.reconcile_blobs()()["orphans_deleted"] == 1
    assert house.blob_keys() == []


def test_a_recording_that_is_on_record_keeps_its_bytes_though_the_answer_was_lost(house: House, tone: bytes) -> None:
    recordings = house.ports.recordings()
    house.replace("recordings", Faulty(recordings, after=raising("add", Unavailable("no answer"))))
    with pytest.raises(Unavailable):
        house.send(tone)
    with pytest.raises(DuplicateContent) as refusal:
        house.send(tone)
    house.clock.advance(11)
    house.use.sweep()()
    house.work()
    recording = house.recording(RecordingId(str(refusal.value.data["recording_id"])))
    assert recording.status is Status.READY
    assert b"".join(house.ports.blobs().get(recording.blob_key)) == tone


def test_a_lost_doorbell_loses_nothing(house: House, tone: bytes) -> None:
    house.replace("queue", Faulty(house.ports.queue(), before=raising("send", Unavailable("down"))))
    recording = house.send(tone)
    assert house.work() == 0
    house.clock.advance(11)
    assert house.use.sweep()()["rung"] == 1
    house.work()
    assert house.recording(recording.id).status is Status.READY


def test_each_change_is_in_the_audit_trail(house: House, tone: bytes) -> None:
    recording = house.send(tone, actor=house.admin)
    house.work()
    entries = house.use.search_audit()(house.admin, AuditQuery(subject_id=recording.id)).items
    assert [entry.action for entry in entries] == ["recording.hear", "recording.create"]
    heard, created = entries
    assert created.actor == "key:admin"
    assert created.request_id == "request-1"
    assert heard.actor.startswith("system:job:")
    assert (heard.before["status"], heard.after["status"]) == ("processing", "ready")
