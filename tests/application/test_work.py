from datetime import timedelta
from typing import Any

import pytest

from application.labour import Busy, HeldJob, Settled
from application.settling import Verdict
from domain.errors import (
    CallersFault,
    EngineFailure,
    IllegalTransition,
    LeaseLost,
    NotFound,
    Unavailable,
    UndecodableAudio,
)
from domain.job import MAX_ATTEMPTS, JobStatus
from domain.job_kind import JobKind, Lane
from domain.recording import Status
from entrypoints.verdicts import verdict_of
from tests.application.conftest import House
from tests.faults import Faulty, raising


def failing_engine(house: House, error: Exception, *, always: bool = False) -> None:
    def fault(name: str, count: int) -> None:
        if name == "listen" and (always or count == 1):
            raise error

    house.replace("engine", Faulty(house.ports.engine(), before=fault))


def take(house: House, worker: str = "worker-1") -> HeldJob:
    held = house.use.take_job()(house.jobs()[0].id, worker)
    assert isinstance(held, HeldJob)
    return held


def test_a_job_in_live_hands_is_not_taken_again(house: House, tone: bytes) -> None:
    house.send(tone)
    held = take(house)
    again = house.use.take_job()(held.job.id, "worker-2")
    assert isinstance(again, Busy)
    assert again.look_again_in == timedelta(seconds=30)


def test_a_job_whose_worker_died_is_taken_again_and_the_dead_one_can_do_no_harm(house: House, tone: bytes) -> None:
    house.send(tone)
    dead = take(house)
    house.clock.advance(31)
    living = take(house, "worker-2")
    for act in (dead.beat, dead.succeed, dead.release, lambda: dead.progress(0.5, "listening")):
        with pytest.raises(LeaseLost):
            act()
    living.succeed()
    assert house.job(living.job.id).status is JobStatus.SUCCEEDED


def test_a_heartbeat_keeps_the_job(house: House, tone: bytes) -> None:
    house.send(tone)
    held = take(house)
    house.clock.advance(20)
    held.beat()
    house.clock.advance(20)
    assert isinstance(house.use.take_job()(held.job.id, "worker-2"), Busy)


def test_results_of_an_older_claim_never_replace_newer_ones(house: House, tone: bytes) -> None:
    house.send(tone)
    dead = take(house)
    house.clock.advance(31)
    house.work()
    recording = house.recording(dead.job.recording_id)
    house.ports.analyses().remove(recording.library_id, recording.analysis_key)  # so that it listens at all
    with pytest.raises(LeaseLost):
        house.use.listen()(recording, dead.job.fence, lambda _share, _stage: None)


def test_running_a_job_a_second_time_changes_nothing(house: House, tone: bytes) -> None:
    recording = house.send(tone)
    job = house.jobs()[0]
    house.work()
    before = (house.recording(recording.id), house.blob_keys(), len(house.jobs()))
    engine = Faulty(house.ports.engine(), before=raising("listen", AssertionError("listened twice")))
    house.replace("engine", engine)
    house.use.run_ingest()(job, lambda _share, _stage: None)
    assert (house.recording(recording.id), house.blob_keys(), len(house.jobs())) == before


def test_a_fault_that_passes_is_tried_again_later(house: House, tone: bytes) -> None:
    recording = house.send(tone)
    failing_engine(house, Unavailable("the disk is away"))
    house.work()
    job = house.jobs()[0]
    assert (job.status, job.attempts) == (JobStatus.QUEUED, 1)
    assert job.failure is not None
    assert job.failure.code == "unavailable"
    house.clock.advance(job.due_at - house.clock.now())
    house.work()
    assert house.recording(recording.id).status is Status.READY


@pytest.mark.parametrize("error", [EngineFailure("The decoder ran out of memory."), UndecodableAudio("No frames.")])
def test_a_file_that_cannot_be_heard_has_failed_with_its_reason(house: House, tone: bytes, error: Any) -> None:
    sent = house.send(tone)
    failing_engine(house, error)
    house.work()
    recording = house.recording(sent.id)
    assert recording.status is Status.FAILED
    assert recording.failure is not None
    assert (recording.failure.code, recording.failure.detail) == (error.code, error.detail)
    assert house.jobs()[0].status is JobStatus.FAILED
    assert house.use.list_dead_letters()(house.viewer) == ()


def exhaust(house: House) -> None:
    failing_engine(house, RuntimeError("secret detail"), always=True)
    for _ in range(MAX_ATTEMPTS):
        house.work()
        house.clock.advance(timedelta(minutes=15))


def test_after_all_attempts_the_job_is_a_dead_letter(house: House, tone: bytes) -> None:
    sent = house.send(tone)
    exhaust(house)
    job = house.jobs()[0]
    assert (job.status, job.attempts) == (JobStatus.FAILED, MAX_ATTEMPTS)
    recording = house.recording(sent.id)
    assert recording.failure is not None
    assert recording.failure.code == "internal"
    assert "secret" not in recording.failure.detail
    ((letter, of_job),) = house.use.list_dead_letters()(house.viewer)
    assert (letter.job_id, of_job) == (job.id, job)
    assert house.use.list_dead_letters()(house.stranger()) == ()


def test_a_released_dead_letter_gets_all_its_attempts_again(house: House, tone: bytes) -> None:
    sent = house.send(tone)
    exhaust(house)
    job = house.jobs()[0]
    with pytest.raises(NotFound):
        house.use.release_dead_letter()(house.stranger(), job.id)
    house.use.release_dead_letter()(house.editor, job.id)
    house.ports.engine.reset_override()
    house.forget_use_cases()
    assert house.recording(sent.id).status is Status.PROCESSING
    house.work()
    assert house.recording(sent.id).status is Status.READY
    assert house.use.list_dead_letters()(house.viewer) == ()


def test_a_job_that_loses_every_worker_is_given_up(house: House, tone: bytes) -> None:
    sent = house.send(tone)
    for _ in range(MAX_ATTEMPTS):
        take(house)
        house.clock.advance(31)
    assert isinstance(house.use.take_job()(house.jobs()[0].id, "worker-9"), Settled)
    recording = house.recording(sent.id)
    assert recording.failure is not None
    assert recording.failure.code == "worker-lost"


def test_a_cancelled_job_ends_its_worker_and_fails_its_recording(house: House, tone: bytes) -> None:
    sent = house.send(tone)
    held = take(house)
    house.use.cancel_job()(house.editor, held.job.id)
    with pytest.raises(LeaseLost):
        held.progress(0.5, "listening")
    recording = house.recording(sent.id)
    assert recording.failure is not None
    assert recording.failure.code == "cancelled"
    with pytest.raises(IllegalTransition):
        house.use.cancel_job()(house.editor, held.job.id)


def test_a_retried_job_brings_its_recording_back(house: House, tone: bytes) -> None:
    sent = house.send(tone)
    job = house.jobs()[0]
    house.use.cancel_job()(house.editor, job.id)
    assert house.use.retry_job()(house.editor, job.id).status is JobStatus.QUEUED
    assert house.recording(sent.id).status is Status.PROCESSING
    house.work()
    assert house.recording(sent.id).status is Status.READY


def test_a_preview_that_fails_leaves_the_recording_usable(house: House, tone: bytes) -> None:
    sent = house.send(tone)
    house.replace("engine", Faulty(house.ports.engine(), before=raising("preview", UndecodableAudio("broken"))))
    house.work()
    assert house.recording(sent.id).status is Status.READY
    assert [job.status for job in house.jobs() if job.kind is JobKind.PREVIEW] == [JobStatus.FAILED]


def test_progress_is_stored_in_steps_a_person_can_see(house: House, tone: bytes) -> None:
    house.send(tone)
    held = take(house)
    last = house.ports.events().last_id(house.admin.library_id)
    for share in range(1000):
        held.progress(share / 1000, "listening")
    assert house.job(held.job.id).progress == pytest.approx(0.99, abs=0.01)
    assert len(house.ports.events().since(house.admin.library_id, last, 10_000)) < 110


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (LeaseLost("gone"), Verdict.DROP),
        (Unavailable("away"), Verdict.RETRY),
        (EngineFailure("died"), Verdict.FAIL),
        (CallersFault("no"), Verdict.FAIL),
        (ZeroDivisionError(), Verdict.RETRY),
    ],
)
def test_what_an_error_means_for_a_job(error: Exception, verdict: Verdict) -> None:
    assert verdict_of(error) is verdict


def test_a_stopping_worker_hands_back_what_it_cannot_finish(house: House, tone: bytes) -> None:
    sent = house.send(tone)
    worker = house.worker()
    worker.hurry()
    delivery = house.ports.queue().receive(tuple(Lane), timedelta(), timedelta(seconds=30))
    worker.handle(delivery)
    job = house.jobs()[0]
    assert (job.status, job.attempts) == (JobStatus.QUEUED, 0)
    house.work()
    assert house.recording(sent.id).status is Status.READY


def test_a_dead_letter_that_is_retried_in_the_ordinary_way_is_none_any_more(house: House, tone: bytes) -> None:
    house.send(tone)
    exhaust(house)
    house.ports.engine.reset_override()
    house.forget_use_cases()
    job = house.jobs()[0]
    house.use.retry_job()(house.admin, job.id)
    assert house.use.list_dead_letters()(house.viewer) == ()
    assert house.ports.queue().dead_letters(10) == ()
    assert house.job(job.id).request_id == "request-1"
    house.work()
    assert house.job(job.id).status is JobStatus.SUCCEEDED


def test_a_job_that_lost_all_its_workers_is_a_dead_letter_too(house: House, tone: bytes) -> None:
    house.send(tone)
    for _ in range(MAX_ATTEMPTS):
        take(house)
        house.clock.advance(31)
    house.use.sweep()()
    ((letter, _),) = house.use.list_dead_letters()(house.viewer)
    assert letter.reason == "worker-lost"


def test_letters_whose_job_is_gone_are_swept(house: House, tone: bytes) -> None:
    sent = house.send(tone)
    exhaust(house)
    assert house.use.sweep()()["letters_forgotten"] == 0
    house.ports.jobs().remove_of_recording(sent.library_id, sent.id)
    assert house.use.sweep()()["letters_forgotten"] == 1


def test_a_worker_whose_job_was_removed_drops_it(house: House, tone: bytes) -> None:
    sent = house.send(tone)
    held = take(house)
    house.ports.jobs().remove_of_recording(sent.library_id, sent.id)
    for act in (held.beat, held.succeed, lambda: held.progress(0.5, "listening")):
        with pytest.raises(LeaseLost):
            act()


def test_a_cancellation_wins_over_a_heartbeat_in_the_same_moment(house: House, tone: bytes) -> None:
    house.send(tone)
    held = take(house)
    jobs = house.ports.jobs()
    beats: list[str] = []

    def beat_first(name: str, _count: int) -> None:
        if name == "save" and not beats:
            beats.append(name)
            held.beat()

    house.replace("jobs", Faulty(jobs, before=beat_first))
    assert house.use.cancel_job()(house.editor, held.job.id).status is JobStatus.CANCELLED
    assert beats == ["save"]


def test_a_stale_worker_that_stores_the_result_first_does_not_fail_the_job(house: House, tone: bytes) -> None:
    """Two listen; the one that has lost the job is faster. The holder finds the work done."""
    sent = house.send(tone)
    stale = take(house)
    engine = house.ports.engine()
    house.clock.advance(31)
    seen: list[str] = []

    def stale_finishes(name: str, _count: int) -> None:
        if name == "listen" and not seen:
            seen.append(name)
            recording = house.recording(sent.id)
            house.use.run_ingest()(stale.job, lambda _share, _stage: None)
            assert house.recording(sent.id).version == recording.version + 1

    house.replace("engine", Faulty(engine, before=stale_finishes))
    house.work()
    assert house.recording(sent.id).status is Status.READY
    assert {job.status for job in house.jobs()} == {JobStatus.SUCCEEDED}


def test_a_kept_duplicate_whose_first_run_died_gets_all_its_renditions(house: House, tone: bytes) -> None:
    """Its analysis is there from the other recording; one rendition of its own does not make it complete."""
    first = house.send(tone)
    house.work()
    second = house.send(tone, keep_duplicate=True)
    renditions = house.ports.renditions()
    house.replace("renditions", Faulty(renditions, before=raising("put", Unavailable("dying"), 2)))
    house.work()
    assert len(renditions.of_recording(second.library_id, second.id)) == 1
    house.replace("renditions", renditions)
    house.clock.advance(timedelta(minutes=15))
    house.work()
    made = [[r.name for r in renditions.of_recording(each.library_id, each.id)] for each in (first, second)]
    assert made[0] == made[1]
    assert len(made[0]) > 3
    assert house.recording(second.id).status is Status.READY


def test_two_recordings_of_the_same_bytes_heard_at_once_both_succeed(house: House, tone: bytes) -> None:
    house.send(tone)
    house.send(tone, keep_duplicate=True)
    worker = house.worker()
    first = house.ports.queue().receive(tuple(Lane), timedelta(), timedelta(seconds=30))
    seen: list[str] = []

    def other_goes_first(name: str, _count: int) -> None:
        if name == "listen" and not seen:
            seen.append(name)
            house.work(worker)

    house.replace("engine", Faulty(house.ports.engine(), before=other_goes_first))
    worker = house.worker()
    worker.handle(first)
    house.work()
    assert {job.status for job in house.jobs()} == {JobStatus.SUCCEEDED}
    assert {job.attempts for job in house.jobs()} == {1}
