import hashlib
from datetime import timedelta

import pytest

from application.uploads import UploadState
from domain.errors import (
    Conflict,
    DigestMismatch,
    DuplicateContent,
    Forbidden,
    Gone,
    Incomplete,
    Invalid,
    NotFound,
    TooLarge,
)
from domain.job import JobStatus
from domain.job_kind import Lane
from domain.recording import Status
from domain.upload import MIN_PART_BYTES, UploadStatus
from tests import sounds
from tests.application.conftest import House
from tests.faults import Faulty


@pytest.fixture(scope="module")
def long_tone() -> bytes:
    """A file of three parts, the last one short."""
    return sounds.tone_wav(seconds=70, rate=48_000)


def opened(house: House, content: bytes, **more: object) -> UploadState:
    state: UploadState = house.use.open_upload()(
        house.editor, filename="long.wav", content_type="audio/wav", size_bytes=len(content), **more
    )
    return state


def send_part(house: House, state: UploadState, content: bytes, n: int) -> None:
    upload = state.upload
    piece = content[upload.offset_of_part(n) :][: upload.size_of_part(n)]
    house.use.receive_part()(upload.library_id, upload.id, n, [piece], len(piece))


def test_parts_in_any_order_become_a_recording(house: House, long_tone: bytes) -> None:
    state = opened(house, long_tone, sha256=hashlib.sha256(long_tone).hexdigest())
    assert state.upload.part_count == 3
    for n in (3, 1, 2):
        send_part(house, state, long_tone, n)
    recording, job = house.use.complete_upload()(house.editor, state.upload.id)
    assert recording.status is Status.RECEIVING
    assert recording.id == job.recording_id
    house.work()
    stored = house.recording(recording.id)
    assert (stored.status, stored.sha256) == (Status.READY, hashlib.sha256(long_tone).hexdigest())
    assert stored.audio is not None
    assert stored.audio.duration_seconds == pytest.approx(70.0)
    assert list(house.ports.blobs().multiparts()) == []


def test_an_upload_says_which_parts_have_arrived(house: House, long_tone: bytes) -> None:
    state = opened(house, long_tone)
    send_part(house, state, long_tone, 2)
    assert [part.n for part in house.use.get_upload()(house.editor, state.upload.id).arrived] == [2]
    with pytest.raises(Conflict) as refusal:
        house.use.complete_upload()(house.editor, state.upload.id)
    assert refusal.value.data["missing_parts"] == [1, 3]


def test_completing_twice_gives_the_same_recording_and_job(house: House, long_tone: bytes) -> None:
    state = opened(house, long_tone)
    for n in (1, 2, 3):
        send_part(house, state, long_tone, n)
    first = house.use.complete_upload()(house.editor, state.upload.id)
    second = house.use.complete_upload()(house.editor, state.upload.id)
    assert (first[0].id, first[1].id) == (second[0].id, second[1].id)
    assert len(house.jobs()) == 1


def test_a_part_of_another_size_is_refused(house: House, long_tone: bytes) -> None:
    upload = opened(house, long_tone).upload
    receive = house.use.receive_part()
    with pytest.raises(Conflict):
        receive(upload.library_id, upload.id, 1, [b"short"], 5)
    with pytest.raises(Incomplete):
        receive(upload.library_id, upload.id, 1, [b"short"], None)
    with pytest.raises(TooLarge):
        receive(upload.library_id, upload.id, 3, [bytes(MIN_PART_BYTES)], None)
    with pytest.raises(Invalid):
        receive(upload.library_id, upload.id, 4, [b"x"], None)
    assert house.use.get_upload()(house.editor, upload.id).arrived == ()


def test_a_part_with_another_digest_is_not_stored(house: House, long_tone: bytes) -> None:
    upload = opened(house, long_tone, part_sha256=True).upload
    part = long_tone[: upload.part_size]
    receive = house.use.receive_part()
    digest = hashlib.sha256(part).hexdigest()
    with pytest.raises(DigestMismatch):
        receive(upload.library_id, upload.id, 1, [part[:-1], b"?"], len(part), sha256=digest)
    assert house.use.get_upload()(house.editor, upload.id).arrived == ()
    receive(upload.library_id, upload.id, 1, [part], len(part), sha256=digest)
    assert [each.n for each in house.use.get_upload()(house.editor, upload.id).arrived] == [1]


def test_digests_are_for_uploads_that_ask_for_them(house: House, tone: bytes) -> None:
    digests = {1: "ab" * 32}
    plain, bound = opened(house, tone), opened(house, tone, part_sha256=True)
    with pytest.raises(Invalid):
        house.use.get_upload()(house.editor, plain.upload.id, digests)
    assert house.use.get_upload()(house.editor, bound.upload.id, digests).digests == digests


def test_an_expired_upload_takes_nothing_and_is_swept(house: House, long_tone: bytes) -> None:
    state = opened(house, long_tone)
    send_part(house, state, long_tone, 1)
    house.clock.advance(timedelta(hours=25))
    with pytest.raises(Gone):
        send_part(house, state, long_tone, 2)
    assert house.use.purge_expired_uploads()() == {"uploads_aborted": 1}
    assert house.use.get_upload()(house.editor, state.upload.id).upload.status is UploadStatus.ABORTED
    assert list(house.ports.blobs().multiparts()) == []


def test_an_aborted_upload_leaves_nothing_behind(house: House, long_tone: bytes) -> None:
    state = opened(house, long_tone)
    send_part(house, state, long_tone, 1)
    house.use.abort_upload()(house.editor, state.upload.id)
    house.use.abort_upload()(house.editor, state.upload.id)
    assert list(house.ports.blobs().multiparts()) == []
    with pytest.raises(Conflict):
        send_part(house, state, long_tone, 1)


def test_known_bytes_are_refused_before_they_are_sent(house: House, tone: bytes) -> None:
    first = house.send(tone)
    with pytest.raises(DuplicateContent) as refusal:
        opened(house, tone, sha256=first.sha256)
    assert refusal.value.data["recording_id"] == first.id
    assert opened(house, tone, sha256=first.sha256, keep_duplicate=True).upload.keep_duplicate


@pytest.mark.parametrize(
    ("content", "code"),
    [(sounds.text_file(), "unsupported-media-type"), (sounds.empty_wav(), "empty-audio")],
    ids=["text", "no samples"],
)
def test_what_is_found_after_completion_stands_on_the_recording(house: House, content: bytes, code: str) -> None:
    state = opened(house, content)
    send_part(house, state, content, 1)
    recording, _ = house.use.complete_upload()(house.editor, state.upload.id)
    house.work()
    stored = house.recording(recording.id)
    assert stored.status is Status.FAILED
    assert stored.failure is not None
    assert stored.failure.code == code
    assert house.jobs()[0].status is JobStatus.FAILED


def test_a_wrong_digest_or_a_duplicate_fails_the_recording(house: House, tone: bytes) -> None:
    house.send(tone)
    for announced, code in ((None, "duplicate-recording"), ("0" * 64, "digest-mismatch")):
        state = opened(house, tone, sha256=announced)
        send_part(house, state, tone, 1)
        recording, _ = house.use.complete_upload()(house.editor, state.upload.id)
        house.work()
        failure = house.recording(recording.id).failure
        assert failure is not None
        assert failure.code == code


def test_sizes_that_cannot_be(house: House) -> None:
    for size, error in ((0, Invalid), (3 << 30, TooLarge)):
        with pytest.raises(error):
            house.use.open_upload()(house.editor, filename="a.wav", content_type="audio/wav", size_bytes=size)


def test_uploads_are_for_editors_of_their_library(house: House, tone: bytes) -> None:
    with pytest.raises(Forbidden):
        house.use.open_upload()(house.viewer, filename="a.wav", content_type="audio/wav", size_bytes=1)
    upload = opened(house, tone).upload
    with pytest.raises(NotFound):
        house.use.get_upload()(house.stranger(), upload.id)


def arrived(house: House, content: bytes) -> UploadState:
    state = opened(house, content)
    for n in range(1, state.upload.part_count + 1):
        send_part(house, state, content, n)
    return state


def test_two_that_complete_at_once_get_the_same_recording(house: House, tone: bytes) -> None:
    state = arrived(house, tone)
    uploads = house.ports.uploads()
    first: list[object] = []

    def other_completes(name: str, _count: int) -> None:
        if name == "save" and not first:
            first.append(name)
            first.append(house.use.complete_upload()(house.editor, state.upload.id)[0].id)

    house.replace("uploads", Faulty(uploads, before=other_completes))
    recording, _ = house.use.complete_upload()(house.editor, state.upload.id)
    assert first[1] == recording.id
    assert len(house.jobs()) == 1


def test_of_completing_and_aborting_at_once_one_happens(house: House, tone: bytes) -> None:
    state = arrived(house, tone)
    done: list[str] = []

    def other_aborts(name: str, _count: int) -> None:
        if name == "save" and not done:
            done.append(name)
            house.use.abort_upload()(house.editor, state.upload.id)

    house.replace("uploads", Faulty(house.ports.uploads(), before=other_aborts))
    with pytest.raises(Conflict):
        house.use.complete_upload()(house.editor, state.upload.id)
    assert house.jobs() == ()
    with pytest.raises(NotFound):
        house.recording(state.upload.recording_id)


@pytest.mark.parametrize("moment", ["sniff", "probe"])
def test_a_worker_that_lost_the_job_may_assemble_first(house: House, tone: bytes, moment: str) -> None:
    state = arrived(house, tone)
    recording, _ = house.use.complete_upload()(house.editor, state.upload.id)
    job = house.jobs()[0]
    stale = house.use.take_job()(job.id, "worker-1")
    house.clock.advance(31)
    seen: list[str] = []

    def stale_assembles(name: str, _count: int) -> None:
        if name == moment and not seen:
            seen.append(name)
            house.use.run_ingest()(stale.job, lambda _share, _stage: None)

    house.replace("engine", Faulty(house.ports.engine(), before=stale_assembles))
    house.work()
    assert house.recording(recording.id).status is Status.READY
    assert {j.status for j in house.jobs()} == {JobStatus.SUCCEEDED}


def test_assembling_can_be_stopped(house: House, tone: bytes) -> None:
    state = arrived(house, tone)
    house.use.complete_upload()(house.editor, state.upload.id)
    worker = house.worker()
    worker.hurry()
    worker.handle(house.ports.queue().receive(tuple(Lane), timedelta(), timedelta(seconds=30)))
    assert house.jobs()[0].status is JobStatus.QUEUED
