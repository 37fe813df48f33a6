"""What a job writes into the indexes, the item that takes its key, and claims that DynamoDB forgets by itself."""

from datetime import timedelta
from typing import Any

from adapters.aws.schema import DUE, INDEXES, TTL
from adapters.aws.table import Table
from adapters.aws.work import CLAIMS_KEPT_FOR, DynamoJobs, DynamoScheduleClaims
from domain.job import Job, JobStatus
from domain.ports.work import JobQuery
from tests.adapters.aws.conftest import Behind, in_index
from tests.aws import AwsDouble
from tests.builders import LIBRARY, NOON, a_job
from tests.faults import Faulty

MINUTE = timedelta(minutes=1)


def rewritten(table: Table, jobs: DynamoJobs, before: Job, after: Job) -> set[str]:
    """The indexes that saving the one over the other has written."""
    key = (f"job#{before.id}", "job")
    old = table.get(key)
    jobs.save(after, before.version)
    new = table.get(key)
    assert old is not None
    assert new is not None
    return {index for index in INDEXES if in_index(index, old) != in_index(index, new)}


def test_a_heartbeat_and_progress_leave_the_lists_alone(table: Table) -> None:
    jobs = DynamoJobs(table)
    running = jobs.add(a_job().claimed("worker-1", NOON, MINUTE))
    beaten = running.heartbeat(running.fence, NOON + MINUTE / 3, MINUTE)
    assert rewritten(table, jobs, running, beaten) == {DUE}
    progressed = beaten.progressed(beaten.fence, 0.5, "listening", NOON + MINUTE / 2)
    assert rewritten(table, jobs, beaten, progressed) == set()


def test_a_job_that_is_settled_is_in_no_index_of_what_is_due(table: Table) -> None:
    jobs = DynamoJobs(table)
    running = jobs.add(a_job().claimed("worker-1", NOON, MINUTE))
    jobs.save(running.succeeded(running.fence, NOON), running.version)
    item = table.get((f"job#{running.id}", "job"))
    assert item is not None
    assert not item.keys() & {"due", "due_at"}


def test_an_index_that_lags_behind_decides_nothing(table: Table, aws_double: AwsDouble) -> None:
    client: Any = Behind(aws_double.clients.dynamodb)
    jobs = DynamoJobs(Table(client, aws_double.name))
    claimed, removed = jobs.add(a_job(ring_at=NOON)), jobs.add(a_job(ring_at=NOON))
    assert len(jobs.search(LIBRARY, JobQuery(JobStatus.QUEUED)).items) == 2
    assert len(jobs.to_ring(NOON, 10)) == 2
    jobs.save(claimed.claimed("worker-1", NOON, MINUTE), 1)
    jobs.remove_of_recording(LIBRARY, removed.recording_id)
    assert jobs.search(LIBRARY, JobQuery(JobStatus.QUEUED)).items == ()
    assert jobs.to_ring(NOON, 10) == ()


def test_a_key_is_free_again_when_its_job_is_removed(table: Table) -> None:
    jobs = DynamoJobs(table)
    removed = jobs.add(a_job(key="same"))
    jobs.remove_of_recording(LIBRARY, removed.recording_id)
    assert jobs.find_by_key(LIBRARY, "same") is None
    again = a_job(key="same")
    assert jobs.add(again) == again
    assert jobs.find_by_key(LIBRARY, "same") == again


def test_a_key_longer_than_dynamodb_takes_is_a_key(table: Table) -> None:
    jobs = DynamoJobs(table)
    job = jobs.add(a_job(key="k" * 5000))
    assert jobs.find_by_key(LIBRARY, job.key) == job


def test_a_claim_ends_by_itself_long_after_its_run(table: Table) -> None:
    DynamoScheduleClaims(table).claim("sweep", NOON)
    claim = table.get(("schedule#sweep", NOON.isoformat(timespec="microseconds")))
    assert claim is not None
    assert claim[TTL] == int((NOON + CLAIMS_KEPT_FOR).timestamp())


def test_a_run_that_was_asked_for_costs_no_second_request(table: Table, aws_double: AwsDouble) -> None:
    sent: list[str] = []
    client: Any = Faulty(aws_double.clients.dynamodb, before=lambda name, _count: sent.append(name))
    claims = DynamoScheduleClaims(Table(client, aws_double.name))
    assert claims.claim("sweep", NOON)
    assert not claims.claim("sweep", NOON)
    assert sent == ["put_item"]
    assert not DynamoScheduleClaims(table).claim("sweep", NOON)
