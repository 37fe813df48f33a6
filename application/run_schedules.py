"""What schedules start when their time has come."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from application.batches import StartBatch
from application.upkeep import Report
from application.work import StartJob
from domain.access import Actor, system_actor
from domain.batch import Selection
from domain.errors import AudioBackendError, CallersFault, VersionMismatch
from domain.job import WHOLE_LIBRARY, Job
from domain.job_kind import JobKind
from domain.ports.schedules import Cron, Schedules
from domain.ports.world import Clock
from domain.schedule import Run, RunOutcome, Schedule, ScheduledBatch, Turn
from domain.values import Failure

log = logging.getLogger(__name__)

AT_A_TIME = 200

MISSED = Failure("missed", "Nobody looked when its time had come, and missed runs are to be skipped.")


@dataclass(frozen=True)
class StartScheduled:
    """One run of a schedule. Starting the same slot again starts nothing: its first job is the answer."""

    start_batch: StartBatch
    start_job: StartJob
    clock: Clock

    def __call__(self, schedule: Schedule, slot: datetime, by: str) -> Run:
        """Raises what starting the work raises."""
        actor = system_actor(schedule.library_id, f"schedule:{schedule.id}")
        job = self._start(schedule, actor, f"schedule:{schedule.id}:{slot.isoformat()}")
        return Run(schedule.id, schedule.library_id, slot, self.clock.now(), RunOutcome.STARTED, by, job.id)

    def _start(self, schedule: Schedule, actor: Actor, key: str) -> Job:
        runs = schedule.runs
        if isinstance(runs, ScheduledBatch):
            selection = Selection(query=runs.query, share=runs.share)
            return self.start_batch(actor, runs.work, runs.settings, selection, key)
        return self.start_job(actor, JobKind.MAINTENANCE, WHOLE_LIBRARY, {"task": runs.task}, key=key)


@dataclass(frozen=True)
class RunDueSchedules:
    """Starts what is due, and moves each schedule on to its next time.

    The work is started first, under a key of the slot: of two schedulers at the same moment, or one that dies in
    between, both name the same job. What the world refuses for now is left due; what can never be started is a failed
    run, and the schedule goes on.
    """

    schedules: Schedules
    start_scheduled: StartScheduled
    cron: Cron
    clock: Clock

    def __call__(self) -> Report:
        counts = dict.fromkeys(["started", "skipped", "failed", "left"], 0)
        for schedule in self.schedules.due(self.clock.now(), AT_A_TIME):
            try:
                outcome = self._run(schedule)
            except VersionMismatch:
                continue  # somebody else was faster: another scheduler, or a person who has changed it
            except AudioBackendError as error:
                log.warning("schedule %s is left for the next time: %s: %s", schedule.id, error.code, error.detail)
                counts["left"] += 1
            else:
                counts[outcome or "left"] += 1
        return counts

    def _run(self, schedule: Schedule) -> RunOutcome | None:
        """None where it waits for its window."""
        turn, onward = schedule.turn(self.clock.now(), self.cron.next)
        run = None if turn is Turn.WAIT else self._run_of(schedule, turn)
        if run is not None:
            self.schedules.add_run(run)
        self.schedules.save(onward, schedule.version)
        return None if run is None else run.outcome

    def _run_of(self, schedule: Schedule, turn: Turn) -> Run:
        by, now = "system:scheduler", self.clock.now()
        slot = schedule.slot or now  # only what is due has a turn
        blank = Run(schedule.id, schedule.library_id, slot, now, RunOutcome.SKIPPED, by, reason=MISSED)
        if turn is Turn.SKIP:
            return blank
        try:
            return self.start_scheduled(schedule, slot, by)
        except CallersFault as error:
            log.warning("schedule %s cannot be run: %s: %s", schedule.id, error.code, error.detail)
            return replace(blank, outcome=RunOutcome.FAILED, reason=Failure.from_error(error))
