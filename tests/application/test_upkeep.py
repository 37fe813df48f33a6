from datetime import timedelta

import pytest

from application.upkeep import ROUND_DAYS
from domain.errors import Conflict, Gone, IllegalTransition, NotFound, Unavailable
from domain.job import JobStatus
from domain.job_kind import JobKind, Lane
from domain.ports.access import AuditQuery
from domain.recording import Recording, Status
from domain.upload import Upload
from domain.values import Failure
from tests import sounds
from tests.application.conftest import House
from tests.faults import Faulty, raising


def ready(house: House, content: bytes) -> Recording:
    sent = house.send(content)
    house.work()
    return house.recording(sent.id)


def test_the_sweep_makes_the_job_that_a_dying_process_did_not(house: House, tone: bytes) -> None:
    jobs = house.ports.jobs()
    house.replace("jobs", Faulty(jobs, before=raising("add", Unavailable("dying"))))
    with pytest.raises(Unavailable):
        house.send(tone)
    house.replace("jobs", jobs)
    assert house.jobs() == ()
    house.clock.advance(11)
    assert house.use.sweep()()["recordings_mended"] == 1
    house.work()
    (key,) = [job.key for job in house.jobs() if job.kind is JobKind.INGEST]
    recording_id = key.partition(":")[2]
    assert house.ports.recordings().get(house.admin.library_id, recording_id).status is Status.READY


def test_the_sweep_rings_for_a_job_whose_lease_ran_out(house: House, tone: bytes) -> None:
    house.send(tone)
    delivery = house.ports.queue().receive(tuple(Lane), timedelta(), timedelta(seconds=30))
    house.use.take_job()(delivery.job_id, "worker-1")
    house.ports.queue().acknowledge(delivery)  # the message is lost along with the worker
    assert house.use.sweep()()["rung"] == 0
    house.clock.advance(31)
    assert house.use.sweep()()["rung"] == 1
    house.work()
    assert house.job(delivery.job_id).status is JobStatus.SUCCEEDED


def test_the_sweep_does_not_ring_again_for_what_waits(house: House, tone: bytes) -> None:
    house.send(tone)
    house.clock.advance(11)
    assert [house.use.sweep()()["rung"] for _ in range(3)] == [1, 0, 0]


def test_the_sweep_finishes_a_failure_that_was_cut_short(house: House, tone: bytes) -> None:
    sent = house.send(tone)
    held = house.use.take_job()(house.jobs()[0].id, "worker-1")

    held.fail(Failure("engine-failure", "It died."))
    assert house.recording(sent.id).status is Status.PROCESSING
    house.clock.advance(11)
    house.use.sweep()()
    failure = house.recording(sent.id).failure
    assert failure == Failure("engine-failure", "It died.")


def test_the_sweep_gives_up_what_lost_all_its_workers(house: House, tone: bytes) -> None:
    sent = house.send(tone)
    for _ in range(5):
        house.use.take_job()(house.jobs()[0].id, "worker-1")
        house.clock.advance(31)
    house.use.sweep()()
    assert house.recording(sent.id).status is Status.FAILED


def test_the_trash_is_emptied_after_its_time_and_not_before(house: House, tone: bytes) -> None:
    recording = ready(house, tone)
    house.use.trash_recording()(house.editor, recording.id, recording.version)
    house.clock.advance(timedelta(days=29))
    assert house.use.empty_trash()() == {"recordings_purged": 0}
    house.clock.advance(timedelta(days=1))
    assert house.use.empty_trash()() == {"recordings_purged": 1}
    with pytest.raises(NotFound):
        house.recording(recording.id)
    assert house.blob_keys() == []
    assert house.jobs() == ()
    assert house.ports.analyses().find(recording.library_id, recording.analysis_key) is None
    last = house.use.search_audit()(house.admin, AuditQuery(subject_id=recording.id)).items[0]
    assert (last.action, last.actor, last.after) == ("recording.purge", "system:empty-trash", {})


def test_an_analysis_that_another_recording_shares_survives_the_purge(house: House, tone: bytes) -> None:
    first = ready(house, tone)
    second = house.send(tone, keep_duplicate=True)
    house.work()
    house.use.trash_recording()(house.editor, first.id, first.version)
    house.clock.advance(timedelta(days=31))
    house.use.empty_trash()()
    _, analysis = house.use.get_analysis()(house.viewer, second.id)
    assert analysis.key == first.analysis_key


def test_reconciliation_deletes_only_old_blobs_that_nothing_knows(house: House, tone: bytes) -> None:
    recording = ready(house, tone)
    library_id = recording.library_id
    house.ports.blobs().put(f"{library_id}/recordings/unknown/original", [b"x"])
    house.ports.blobs().put(f"{library_id}/recordings/{recording.id}/renditions/old-1/preview.mp3", [b"x"])
    known = len(house.blob_keys()) - 2
    assert house.use.reconcile_blobs()()["orphans_deleted"] == 0
    house.clock.advance(timedelta(hours=25))
    assert house.use.reconcile_blobs()()["orphans_deleted"] == 2
    assert len(house.blob_keys()) == known


@pytest.mark.parametrize("key", ["archive/recordings/2024/a.wav", "bulk/recordings/1/run1-00000.parquet"])
def test_reconciliation_leaves_alone_what_is_of_no_library(house: House, key: str) -> None:
    house.ports.blobs().put(key, [b"x"])
    multipart_id = house.ports.blobs().begin_multipart(key)
    house.clock.advance(timedelta(days=2))
    assert not any(house.use.reconcile_blobs()().values())
    assert house.blob_keys() == [key]
    assert [multipart[:2] for multipart in house.ports.blobs().multiparts()] == [(key, multipart_id)]


def test_reconciliation_counts_an_original_that_is_missing(house: House, tone: bytes) -> None:
    recording = ready(house, tone)
    assert house.use.reconcile_blobs()()["originals_missing"] == 0
    house.ports.blobs().delete(recording.blob_key)
    assert house.use.reconcile_blobs()()["originals_missing"] == 1


def a_round_of_reconciliation(house: House, figure: str) -> list[int]:
    """What each run of a round says, one a day."""
    said = []
    for _ in range(ROUND_DAYS):
        said.append(house.use.reconcile_blobs()()[figure])
        house.clock.advance(timedelta(days=1))
    return said


def test_what_has_long_not_changed_is_looked_at_once_in_a_round_of_reconciliation(house: House, tone: bytes) -> None:
    """Not all of it every day: that would take longer than a day."""
    recording = ready(house, tone)
    for n in range(60):
        house.ports.blobs().put(f"{recording.library_id}/recordings/unknown-{n}/original", [b"x"])
    house.clock.advance(timedelta(days=31))
    deleted = a_round_of_reconciliation(house, "orphans_deleted")
    assert sum(deleted) == 60
    assert max(deleted) < 15
    house.ports.blobs().delete(recording.blob_key)
    assert sum(a_round_of_reconciliation(house, "originals_missing")) == 1


def test_reconciliation_aborts_multiparts_that_no_upload_knows(house: House) -> None:
    house.ports.blobs().begin_multipart(f"{house.admin.library_id}/recordings/x/original")
    state = house.use.open_upload()(house.editor, filename="a.wav", content_type="audio/wav", size_bytes=100)
    house.clock.advance(timedelta(hours=25))
    assert house.use.reconcile_blobs()()["multiparts_aborted"] == 1
    assert [m[1] for m in house.ports.blobs().multiparts()] == [state.upload.multipart_id]


def completed_but_for_its_recording(house: House) -> Upload:
    """The process died right after it had decided that the upload is complete."""
    content = sounds.tone_wav(seconds=0.5)
    state = house.use.open_upload()(house.editor, filename="a.wav", content_type="audio/wav", size_bytes=len(content))
    upload: Upload = state.upload
    house.use.receive_part()(upload.library_id, upload.id, 1, [content], None)
    recordings = house.ports.recordings()
    house.replace("recordings", Faulty(recordings, before=raising("add", Unavailable("dying"))))
    with pytest.raises(Unavailable):
        house.use.complete_upload()(house.editor, upload.id)
    house.replace("recordings", recordings)
    return upload


def test_a_completion_that_was_cut_short_can_be_repeated(house: House) -> None:
    upload = completed_but_for_its_recording(house)
    with pytest.raises(Conflict):
        house.use.abort_upload()(house.editor, upload.id)
    recording, _ = house.use.complete_upload()(house.editor, upload.id)
    house.work()
    assert house.recording(recording.id).status is Status.READY


def test_a_completion_that_nobody_repeats_leaves_nothing_for_ever(house: House) -> None:
    upload = completed_but_for_its_recording(house)
    house.clock.advance(timedelta(hours=25))
    assert house.use.purge_expired_uploads()() == {"uploads_aborted": 0}
    assert house.use.reconcile_blobs()()["multiparts_aborted"] == 1
    assert list(house.ports.blobs().multiparts()) == []
    with pytest.raises(Gone):
        house.use.complete_upload()(house.editor, upload.id)


def test_parts_of_a_recording_that_was_purged_unassembled_are_removed(house: House) -> None:
    content = sounds.tone_wav(seconds=0.5)
    state = house.use.open_upload()(house.editor, filename="a.wav", content_type="audio/wav", size_bytes=len(content))
    house.use.receive_part()(state.upload.library_id, state.upload.id, 1, [content], None)
    recording, job = house.use.complete_upload()(house.editor, state.upload.id)
    house.use.cancel_job()(house.editor, job.id)
    house.use.trash_recording()(house.editor, recording.id, house.recording(recording.id).version)
    house.clock.advance(timedelta(days=31))
    house.use.empty_trash()()
    house.use.reconcile_blobs()()
    assert list(house.ports.blobs().multiparts()) == []


@pytest.mark.parametrize(
    ("port", "method"),
    [
        ("recordings", "save"),
        ("analyses", "remove"),
        ("jobs", "remove_of_recording"),
        ("fingerprints", "remove"),
        ("renditions", "remove_all"),
        ("blobs", "delete"),
        ("recordings", "remove"),
    ],
)
def test_a_purge_that_was_cut_short_is_finished_the_next_time(
    house: House, tone: bytes, port: str, method: str
) -> None:
    recording = ready(house, tone)
    house.use.trash_recording()(house.editor, recording.id, recording.version)
    house.clock.advance(timedelta(days=31))
    real = getattr(house.ports, port)()
    house.replace(port, Faulty(real, after=raising(method, Unavailable("dying"))))
    assert house.use.empty_trash()() == {"recordings_purged": 0}
    house.replace(port, real)
    house.use.empty_trash()()
    with pytest.raises(NotFound):
        house.recording(recording.id)
    assert house.blob_keys() == []
    assert house.jobs() == ()
    assert house.ports.renditions().of_recording(recording.library_id, recording.id) == ()
    assert house.ports.analyses().find(recording.library_id, recording.analysis_key) is None


@pytest.mark.parametrize("cut_short", [False, True])
@pytest.mark.parametrize(
    ("port", "method", "count"),
    [("blobs", "put", 1), ("renditions", "put", 1), ("renditions", "put", 2), ("analyses", "put", 1),
     ("fingerprints", "put", 1)],
)  # fmt: skip
def test_what_is_purged_while_it_is_listened_to_leaves_nothing(
    house: House, port: str, method: str, count: int, cut_short: bool
) -> None:
    """The purge comes right after one of the writes of listening: whole, or up to where the record itself goes."""
    sent = house.send(sounds.tone_wav(seconds=5.0))
    trashed = house.use.trash_recording()(house.editor, sent.id, sent.version)
    purged: list[int] = []
    fingerprints = house.ports.fingerprints()
    ports = {"recordings": house.ports.recordings(), port: getattr(house.ports, port)()}

    def purge(name: str, number: int) -> None:
        if (name, number) != (method, count) or purged:
            return
        if cut_short:
            house.replace("recordings", Faulty(ports["recordings"], before=raising("remove", Unavailable("dying"))))
        house.clock.advance(timedelta(days=31))
        purged.append(house.use.empty_trash()()["recordings_purged"])

    house.replace(port, Faulty(ports[port], after=purge))
    house.work()
    assert purged == [0 if cut_short else 1]
    assert house.blob_keys() == []
    assert house.jobs() == ()
    assert house.ports.renditions().of_recording(sent.library_id, sent.id) == ()
    assert house.ports.analyses().of_content(sent.library_id, trashed.sha256) == ()
    assert fingerprints._identities == {}


def test_what_is_being_purged_cannot_be_restored(house: House, tone: bytes) -> None:
    recording = ready(house, tone)
    house.use.trash_recording()(house.editor, recording.id, recording.version)
    house.clock.advance(timedelta(days=31))
    house.replace("blobs", Faulty(house.ports.blobs(), before=raising("list", Unavailable("dying"))))
    house.use.empty_trash()()
    with pytest.raises(IllegalTransition):
        house.use.restore_recording()(house.editor, recording.id, house.recording(recording.id).version)


def test_one_item_that_cannot_be_mended_does_not_stop_the_sweep(house: House, tone: bytes) -> None:
    for n in range(3):
        house.send(sounds.tone_wav(seconds=0.1, hz=300.0 + n))
    house.clock.advance(11)
    house.replace("queue", Faulty(house.ports.queue(), before=raising("send", Unavailable("busy"), 2)))
    assert house.use.sweep()()["rung"] == 2
