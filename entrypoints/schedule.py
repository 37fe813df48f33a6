"""Scheduled jobs: each runs once when told by name, or when its time has come while the scheduler runs."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from application.upkeep import Report
from domain.errors import NotFound
from entrypoints.container import Container

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0


def run_tasks(container: Container, names: Sequence[str]) -> tuple[dict[str, Report], Exception | None]:
    """Runs scheduled jobs now, whatever their schedule: what those did that came to an end, and the first failure.

    Raises NotFound, before any is run, for a name that there is not.
    """
    tasks: Mapping[str, Callable[[], Report]] = container.use_cases.tasks()
    for name in names:
        if name not in tasks:
            raise NotFound(f"There is no scheduled job {name!r}. There are: {', '.join(tasks)}.")
    reports: dict[str, Report] = {}
    failure: Exception | None = None
    for name in names:
        try:
            reports[name] = tasks[name]()
        except Exception as error:
            log.exception("scheduled job %s failed", name)
            failure = failure or error
        else:
            log.info("scheduled job %s: %s", name, reports[name])
    return reports, failure


def run_scheduler(container: Container, stop: threading.Event) -> None:
    """Starts what is due, every second, until `stop` is set; what runs then has the grace to come to its end."""
    scheduler = Scheduler(container.use_cases.tasks(), container.use_cases.claim_task())
    log.info("scheduler ready")
    while not stop.wait(TICK_SECONDS):
        scheduler.tick()
    scheduler.join(container.settings.stop_grace_seconds)


class Scheduler:
    """Runs each task in a thread of its own, so that a long one holds up no other, and never twice at once."""

    def __init__(self, tasks: Mapping[str, Callable[[], Report]], claim_task: Callable[[str], bool]) -> None:
        self._tasks = tasks
        self._claim_task = claim_task
        self._running: dict[str, threading.Thread] = {}

    def tick(self) -> None:
        for name in self._tasks:
            if not self._is_running(name) and self._is_due(name):
                # A daemon: a task that outlasts the grace is cut off with the process, which every task endures.
                self._running[name] = threading.Thread(target=self._run, args=(name,), name=name, daemon=True)
                self._running[name].start()

    def join(self, grace_seconds: float) -> None:
        deadline = time.monotonic() + grace_seconds
        for thread in self._running.values():
            thread.join(max(0.0, deadline - time.monotonic()))

    def _is_running(self, name: str) -> bool:
        return name in self._running and self._running[name].is_alive()

    def _is_due(self, name: str) -> bool:
        try:
            return self._claim_task(name)
        except Exception:
            log.exception("scheduled job %s could not be claimed", name)
            return False

    def _run(self, name: str) -> None:
        try:
            report = self._tasks[name]()
        except Exception:
            # Its next period comes.
            log.exception("scheduled job %s failed", name)
            return
        if any(report.values()):
            log.info("scheduled job %s: %s", name, report)
