"""A maintenance task as a job: somebody's schedule asked for it, and a worker runs it beside all else."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from application.upkeep import Report
from domain.errors import NotFound
from domain.job import Job
from domain.ports.audio import Progress

LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class RunMaintenance:
    """Runs the task that the job's parameters name. All of them may be cut off at any moment, and run twice at a time.

    Tasks know nothing of leases. So each runs in a thread, while this one looks whether the job is still its worker's:
    `progress` raises where it is not, and the task is left to itself, to end with its process at the latest.
    """

    tasks: Mapping[str, Callable[[], Report]]

    def __call__(self, job: Job, progress: Progress) -> None:
        name = str(job.parameters["task"])
        if name not in self.tasks:
            raise NotFound(f"There is no task {name!r} any more.", task=name)
        failures: list[Exception] = []

        def run() -> None:
            try:
                self.tasks[name]()
            except Exception as error:  # noqa: BLE001 - it is raised again, where the worker knows what it means
                failures.append(error)

        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        while thread.is_alive():
            progress(0.0, name)
            thread.join(LOOK_SECONDS)
        if failures:
            raise failures[0]
