"""Jobs: one for each key, claims that one wins, and what the sweep rings for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Conflict, Invalid, NotFound, VersionMismatch
from domain.job import Job, JobStatus
from domain.job_kind import JobKind
from domain.ports.access import AuditQuery
from domain.ports.work import JobQuery
from domain.values import Failure, RecordingId
from tests.builders import LIBRARY, NOON, OTHER_LIBRARY, a_job, an_entry
from tests.contracts.conftest import Family
from tests.contracts.racing import RACERS, race

MINUTE = timedelta(minutes=1)


def test_what_was_added_is_got_back_unchanged(family: Family) -> None:
    job = replace(a_job().claimed("worker-1", NOON, MINUTE), failure=Failure("x", "y"), stage="é", request_id="r")
    job = replace(job, parameters={"loudness_lufs": -16.0, "n": 1, "fast": True, "who": None, "why": "é"})
    assert family.jobs.add(job) == job
    assert family.jobs.get(LIBRARY, job.id) == job
    assert family.jobs.find(job.id) == job
    assert family.jobs.find_by_key(LIBRARY, job.key) == job


def test_another_librarys_job_is_as_unknown_as_none(family: Family) -> None:
    job = family.jobs.add(a_job())
    with pytest.raises(NotFound):
        family.jobs.get(OTHER_LIBRARY, job.id)
    with pytest.raises(NotFound):
        family.jobs.get(LIBRARY, a_job().id)
    assert family.jobs.find(a_job().id) is None
    assert family.jobs.find_by_key(OTHER_LIBRARY, job.key) is None


def test_a_key_is_worked_on_once_in_a_library(family: Family) -> None:
    first = family.jobs.add(a_job())
    running = first.claimed("worker-1", NOON, MINUTE)
    family.jobs.save(running, 1)
    again = a_job(key=first.key)
    assert family.jobs.add(again) == running
    assert family.jobs.find(again.id) is None
    elsewhere = a_job(key=first.key, library_id=OTHER_LIBRARY)
    assert family.jobs.add(elsewhere) == elsewhere


def test_an_id_is_taken_once(family: Family) -> None:
    job = family.jobs.add(a_job())
    with pytest.raises(Conflict):
        family.jobs.add(replace(job, key="another"))
    assert family.jobs.get(LIBRARY, job.id) == job


def test_of_many_that_add_one_key_at_once_one_is_stored(family: Family) -> None:
    jobs = [a_job(key="same") for _ in range(RACERS)]
    results = race(lambda n: family.jobs.add(jobs[n]))
    assert len({result.id for result in results if isinstance(result, Job)}) == 1
    assert len(family.jobs.search(LIBRARY, JobQuery()).items) == 1


def test_of_many_that_claim_at_once_one_wins(family: Family) -> None:
    job = family.jobs.add(a_job())
    claims = [job.claimed(f"worker-{n}", NOON, MINUTE) for n in range(RACERS)]
    results = race(lambda n: family.jobs.save(claims[n], job.version))
    assert results.count(None) == 1
    assert sum(isinstance(result, VersionMismatch) for result in results) == RACERS - 1
    assert family.jobs.get(LIBRARY, job.id) == claims[results.index(None)]


def test_save_needs_the_stored_version(family: Family) -> None:
    job = family.jobs.add(a_job())
    with pytest.raises(VersionMismatch):
        family.jobs.save(job.cancelled(NOON), job.version + 1)
    with pytest.raises(NotFound):
        family.jobs.save(a_job(), 1)
    with pytest.raises(NotFound):
        family.jobs.save(replace(job, library_id=OTHER_LIBRARY), 1)
    assert family.jobs.get(LIBRARY, job.id) == job


def test_a_persons_change_and_its_entry_are_stored_both_or_neither(family: Family) -> None:
    job, entry = family.jobs.add(a_job()), an_entry()
    cancelled = job.cancelled(NOON)
    family.jobs.save(cancelled, 1, entry)
    with pytest.raises(Conflict):
        family.jobs.save(cancelled.retried(NOON), 2, entry)
    with pytest.raises(VersionMismatch):
        family.jobs.save(cancelled.retried(NOON), 1, an_entry())
    assert family.jobs.get(LIBRARY, job.id) == cancelled
    assert family.audit_trail.search(LIBRARY, AuditQuery()).items == (entry,)


def test_a_workers_change_leaves_no_entry(family: Family) -> None:
    job = family.jobs.add(a_job())
    family.jobs.save(job.claimed("worker-1", NOON, MINUTE), 1)
    assert family.audit_trail.search(LIBRARY, AuditQuery()).items == ()


def test_the_newest_come_first_in_pages(family: Family) -> None:
    jobs = [family.jobs.add(a_job(created_at=NOON + timedelta(seconds=n // 2))) for n in range(5)]
    seen: tuple[Job, ...] = ()
    query = JobQuery(limit=2)
    while True:
        page = family.jobs.search(LIBRARY, query)
        seen += page.items
        if page.next_cursor is None:
            break
        query = replace(query, cursor=page.next_cursor)
    assert seen == tuple(reversed(jobs))
    assert family.jobs.search(OTHER_LIBRARY, JobQuery()).items == ()


def test_each_field_of_the_query_narrows_the_listing(family: Family) -> None:
    preview = family.jobs.add(a_job(kind=JobKind.PREVIEW))
    failed = family.jobs.add(a_job(status=JobStatus.FAILED))
    both = family.jobs.add(a_job(kind=JobKind.PREVIEW, status=JobStatus.FAILED))

    def found(query: JobQuery) -> tuple[Job, ...]:
        return family.jobs.search(LIBRARY, query).items

    assert found(JobQuery(kind=JobKind.PREVIEW)) == (both, preview)
    assert found(JobQuery(status=JobStatus.FAILED)) == (both, failed)
    assert found(JobQuery(recording_id=preview.recording_id)) == (preview,)
    assert found(JobQuery(JobStatus.FAILED, JobKind.PREVIEW, both.recording_id)) == (both,)
    assert found(JobQuery(JobStatus.SUCCEEDED)) == ()


def test_crews_are_found_by_their_kind_alone(family: Family) -> None:
    job, crew = family.jobs.add(a_job()), family.jobs.add(a_job(kind=JobKind.CREW))
    for query in (JobQuery(), JobQuery(JobStatus.QUEUED)):
        assert family.jobs.search(LIBRARY, query).items == (job,)
    assert family.jobs.search(LIBRARY, JobQuery(recording_id=crew.recording_id)).items == ()
    for query in (JobQuery(kind=JobKind.CREW), JobQuery(JobStatus.QUEUED, JobKind.CREW, crew.recording_id)):
        assert family.jobs.search(LIBRARY, query).items == (crew,)
    assert family.jobs.search(LIBRARY, JobQuery(JobStatus.FAILED, JobKind.CREW)).items == ()
    assert family.jobs.search(LIBRARY, JobQuery(None, JobKind.CREW, job.recording_id)).items == ()
    assert family.jobs.find(crew.id) == family.jobs.find_by_key(LIBRARY, crew.key) == crew
    assert family.jobs.to_ring(crew.due_at + MINUTE, 10) == (job, crew)


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "ä", "bnVsbA"])
def test_an_unreadable_cursor_is_refused(family: Family, cursor: str) -> None:
    with pytest.raises(Invalid):
        family.jobs.search(LIBRARY, JobQuery(cursor=cursor))


def test_a_cursor_of_another_query_is_refused(family: Family) -> None:
    for _ in range(2):
        family.jobs.add(a_job())
    cursor = family.jobs.search(LIBRARY, JobQuery(limit=1)).next_cursor
    with pytest.raises(Invalid):
        family.jobs.search(LIBRARY, JobQuery(kind=JobKind.INGEST, cursor=cursor))


def test_those_whose_time_to_ring_has_come_the_longest_ago_first(family: Family) -> None:
    late = family.jobs.add(a_job(ring_at=NOON + MINUTE))
    later = family.jobs.add(a_job(ring_at=NOON + 2 * MINUTE, library_id=OTHER_LIBRARY))
    settled = family.jobs.add(a_job(ring_at=NOON + MINUTE))
    family.jobs.save(settled.cancelled(NOON), 1)
    family.jobs.add(a_job(ring_at=NOON + 3 * MINUTE))
    assert family.jobs.to_ring(NOON, 10) == ()
    assert family.jobs.to_ring(NOON + 2 * MINUTE, 10) == (late, later)
    assert family.jobs.to_ring(NOON + 2 * MINUTE, 1) == (late,)


def test_a_job_that_was_rung_for_waits_for_the_next_ring(family: Family) -> None:
    job = family.jobs.add(a_job(ring_at=NOON))
    assert family.jobs.to_ring(NOON, 10) == (job,)
    family.jobs.save(job.rung(NOON), 1)
    assert family.jobs.to_ring(NOON, 10) == ()


def test_the_jobs_of_a_recording_are_removed_and_no_others(family: Family) -> None:
    recording_id = RecordingId("recording-1")
    for kind in set(JobKind) - {JobKind.CREW}:
        family.jobs.add(a_job(recording_id=recording_id, kind=kind))
    other = family.jobs.add(a_job())
    foreign = family.jobs.add(a_job(recording_id=recording_id, library_id=OTHER_LIBRARY))
    family.jobs.remove_of_recording(LIBRARY, recording_id)
    family.jobs.remove_of_recording(LIBRARY, recording_id)
    assert family.jobs.search(LIBRARY, JobQuery()).items == (other,)
    assert family.jobs.find(foreign.id) == foreign
