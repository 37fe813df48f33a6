"""Scheduled jobs: each runs once when told by name, or when its time has come while the scheduler runs."""

import logging
import threading
from collections.abc import Callable, Mapping

from application.schedule import ClaimTask
from application.upkeep import Report
from domain.errors import NotFound
from entrypoints.container import Container

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0


def run_task(container: Container, name: str) -> Report:
    """Runs one scheduled job now, whatever its schedule. Raises NotFound for a name that there is not."""
    tasks: Mapping[str, Callable[[], Report]] = container.use_cases.tasks()
    if name not in tasks:
        raise NotFound(f"There is no scheduled job {name!r}. There are: {', '.join(tasks)}.")
    report = tasks[name]()
    log.info("scheduled job %s: %s", name, report)
    return report


def run_scheduler(container: Container, stop: threading.Event) -> None:
    """Starts what is due, every second, until `stop` is set."""
    claim_task: ClaimTask = container.use_cases.claim_task()
    tasks: Mapping[str, Callable[[], Report]] = container.use_cases.tasks()
    log.info("scheduler ready")
    while not stop.wait(TICK_SECONDS):
        for name, task in tasks.items():
            run_if_due(name, task, claim_task)


def run_if_due(name: str, task: Callable[[], Report], claim_task: ClaimTask) -> None:
    try:
        if not claim_task(name):
            return
        report = task()
    except Exception:
        # One that fails must not keep the others from running; its next period comes.
        log.exception("scheduled job %s failed", name)
        return
    if any(report.values()):
        log.info("scheduled job %s: %s", name, report)
