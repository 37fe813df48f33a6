"""Maintenance as a job: it ends with its task, or when the job is not its worker's any more."""

import threading

import pytest

from application.maintenance import RunMaintenance
from application.settling import WorkerStops
from domain.errors import NotFound, Unavailable
from domain.job import Job
from domain.job_kind import JobKind
from tests.builders import a_job


def a_maintenance(task: str) -> Job:
    return a_job(kind=JobKind.MAINTENANCE, parameters={"task": task})


def silent(share: float, stage: str) -> None:
    """Nobody listens."""


def test_what_the_task_raises_is_what_the_job_raises() -> None:
    def away() -> dict[str, int]:
        raise Unavailable("The store is away.")

    with pytest.raises(Unavailable):
        RunMaintenance({"away": away})(a_maintenance("away"), silent)


def test_a_worker_that_stops_does_not_wait_for_a_long_task() -> None:
    may_end = threading.Event()

    def long() -> dict[str, int]:
        return {"waited": int(may_end.wait(20))}

    def stops(share: float, stage: str) -> None:
        assert stage == "long"
        raise WorkerStops

    with pytest.raises(WorkerStops):
        RunMaintenance({"long": long})(a_maintenance("long"), stops)
    may_end.set()


def test_a_task_that_there_is_no_more() -> None:
    with pytest.raises(NotFound):
        RunMaintenance({})(a_maintenance("gone"), silent)
