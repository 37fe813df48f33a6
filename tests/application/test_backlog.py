"""What is still to be done for a library."""

from dataclasses import replace

from application.backlog import MOST_JOBS
from domain.job import JobStatus
from domain.job_kind import JobKind
from tests.application.conftest import House
from tests.builders import NOON, a_batch, a_job, an_item


def test_open_jobs_are_counted_by_kind_and_status_and_ended_ones_are_not(house: House) -> None:
    jobs, library_id = house.ports.jobs(), house.admin.library_id
    for kind, status in (
        (JobKind.INGEST, JobStatus.QUEUED),
        (JobKind.INGEST, JobStatus.QUEUED),
        (JobKind.INGEST, JobStatus.RUNNING),
        (JobKind.BATCH, JobStatus.PAUSED),
        (JobKind.PREVIEW, JobStatus.SUCCEEDED),
    ):
        jobs.add(a_job(library_id=library_id, kind=kind, status=status))
    jobs.add(a_job())  # another library's
    backlog = house.use.tell_backlog()(house.viewer)
    assert backlog.jobs == {
        (JobKind.INGEST, JobStatus.QUEUED): 2,
        (JobKind.INGEST, JobStatus.RUNNING): 1,
        (JobKind.BATCH, JobStatus.PAUSED): 1,
    }
    assert backlog.whole


def test_items_of_batches_are_counted_until_the_batch_ends(house: House) -> None:
    batches, library_id = house.ports.batches(), house.admin.library_id
    batch = a_batch(library_id=library_id)
    batches.add(batch)
    items = [an_item(batch_id=batch.id, library_id=library_id, n=n) for n in range(3)]
    batches.put_items(items, replace(batches.making(batch.id), made=3, version=2), 1)
    batches.save_items([items[0].started(NOON)])
    backlog = house.use.tell_backlog()(house.viewer)
    assert (backlog.items_queued, backlog.items_running) == (2, 1)
    batches.end(library_id, batch.id)
    backlog = house.use.tell_backlog()(house.viewer)
    assert (backlog.items_queued, backlog.items_running) == (0, 0)


def test_of_very_many_some_are_counted_and_it_says_so(house: House) -> None:
    for _ in range(MOST_JOBS + 1):
        house.ports.jobs().add(a_job(library_id=house.admin.library_id))
    backlog = house.use.tell_backlog()(house.viewer)
    assert backlog.jobs == {(JobKind.INGEST, JobStatus.QUEUED): MOST_JOBS}
    assert not backlog.whole
