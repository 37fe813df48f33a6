"""Schedules as people see them: made, edited, paused, looked through, and run out of turn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from application.access import DEFAULT_LIBRARY
from application.batches import work_of
from application.item_work import ItemWork
from application.run_schedules import StartScheduled
from application.selecting import CheckSelection
from domain.access import Actor, Permission
from domain.audit import AuditEntry
from domain.batch import Selection, Work
from domain.errors import Conflict, Forbidden, Invalid, VersionMismatch
from domain.ports.access import Libraries
from domain.ports.schedules import Cron, Schedules
from domain.ports.world import Clock, Ids
from domain.schedule import Run, Schedule, ScheduledBatch, ScheduledTask, ScheduleId, Timing
from domain.values import Page

MAX_SCHEDULES = 200


@dataclass(frozen=True)
class CheckRuns:
    """What a schedule is to run, looked at as closely as if it were run now.

    Raises Forbidden where a library other than the service's own asks for a task of the service as a whole.
    """

    works: Mapping[Work, ItemWork]
    check_selection: CheckSelection
    libraries: Libraries

    def __call__(self, actor: Actor, runs: ScheduledBatch | ScheduledTask) -> None:
        if isinstance(runs, ScheduledBatch):
            work_of(self.works, runs.work).settled(actor, runs.settings)
            self.check_selection(actor, Selection(query=runs.query, share=runs.share))
        elif self.libraries.get(actor.library_id).name != DEFAULT_LIBRARY:
            words = f"Maintenance is of the service as a whole: schedule it in the library {DEFAULT_LIBRARY!r}."
            raise Forbidden(words, task=runs.task)


@dataclass(frozen=True)
class CreateSchedule:
    schedules: Schedules
    check_runs: CheckRuns
    cron: Cron
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, name: str, timing: Timing, runs: ScheduledBatch | ScheduledTask) -> Schedule:
        actor.require(Permission.ADMINISTER)
        if len(self.schedules.of_library(actor.library_id)) >= MAX_SCHEDULES:
            raise Conflict(f"A library has at most {MAX_SCHEDULES} schedules. Remove one first.", limit=MAX_SCHEDULES)
        self.check_runs(actor, runs)
        now = self.clock.now()
        schedule = Schedule.create(
            ScheduleId(self.ids.next()),
            actor.library_id,
            name=name,
            timing=timing,
            runs=runs,
            now=now,
            by=actor.name,
            next_time=self.cron.next,
        )
        entry = AuditEntry.of_change(self.ids.next(), now, actor, "schedule.create", before=None, after=schedule)
        self.schedules.add(schedule, entry)
        return schedule


@dataclass(frozen=True)
class ForetellTimes:
    """The next moments, in UTC, that a cron expression names in a time zone. Raises Invalid where it names none."""

    cron: Cron
    clock: Clock

    def __call__(self, actor: Actor, expression: str, time_zone: str, count: int = 5) -> tuple[datetime, ...]:
        actor.require(Permission.READ)
        times = [self.cron.next(expression, time_zone, self.clock.now())]
        while len(times) < count:
            times.append(self.cron.next(expression, time_zone, times[-1]))
        return tuple(times)


@dataclass(frozen=True)
class ListSchedules:
    schedules: Schedules

    def __call__(self, actor: Actor) -> tuple[Schedule, ...]:
        actor.require(Permission.READ)
        return self.schedules.of_library(actor.library_id)


@dataclass(frozen=True)
class GetSchedule:
    schedules: Schedules

    def __call__(self, actor: Actor, schedule_id: ScheduleId) -> Schedule:
        actor.require(Permission.READ)
        return self.schedules.get(actor.library_id, schedule_id)


@dataclass(frozen=True)
class ChangeSchedule:
    """With `version`, the change holds for that version only. One that changes nothing stores nothing."""

    schedules: Schedules
    clock: Clock
    ids: Ids

    def __call__(
        self,
        actor: Actor,
        schedule_id: ScheduleId,
        action: str,
        change: Callable[[Schedule, datetime], Schedule],
        version: int | None = None,
    ) -> Schedule:
        actor.require(Permission.ADMINISTER)
        before = self.schedules.get(actor.library_id, schedule_id)
        if version is not None and before.version != version:
            raise VersionMismatch("The schedule has changed. Load it again, then repeat the change.")
        now = self.clock.now()
        after = change(before, now)
        if after is not before:
            entry = AuditEntry.of_change(self.ids.next(), now, actor, action, before=before, after=after)
            self.schedules.save(after, before.version, entry)
        return after


@dataclass(frozen=True)
class EditSchedule:
    """Another name, timing and work in the place of all there were."""

    change_schedule: ChangeSchedule
    check_runs: CheckRuns
    cron: Cron

    def __call__(
        self,
        actor: Actor,
        schedule_id: ScheduleId,
        version: int,
        *,
        name: str,
        timing: Timing,
        runs: ScheduledBatch | ScheduledTask,
    ) -> Schedule:
        actor.require(Permission.ADMINISTER)
        self.check_runs(actor, runs)

        def change(schedule: Schedule, now: datetime) -> Schedule:
            return schedule.edited(now, self.cron.next, name=name, timing=timing, runs=runs)

        return self.change_schedule(actor, schedule_id, "schedule.edit", change, version)


@dataclass(frozen=True)
class PauseSchedule:
    change_schedule: ChangeSchedule

    def __call__(self, actor: Actor, schedule_id: ScheduleId) -> Schedule:
        return self.change_schedule(actor, schedule_id, "schedule.pause", Schedule.paused)


@dataclass(frozen=True)
class ResumeSchedule:
    change_schedule: ChangeSchedule
    cron: Cron

    def __call__(self, actor: Actor, schedule_id: ScheduleId) -> Schedule:
        def change(schedule: Schedule, now: datetime) -> Schedule:
            return schedule.resumed(now, self.cron.next)

        return self.change_schedule(actor, schedule_id, "schedule.resume", change)


@dataclass(frozen=True)
class RemoveSchedule:
    """What it has started goes on."""

    schedules: Schedules
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, schedule_id: ScheduleId, version: int) -> None:
        actor.require(Permission.ADMINISTER)
        schedule = self.schedules.get(actor.library_id, schedule_id)
        now = self.clock.now()
        entry = AuditEntry.of_change(self.ids.next(), now, actor, "schedule.remove", before=schedule, after=None)
        self.schedules.remove(schedule, version, entry)


@dataclass(frozen=True)
class RunNow:
    """Out of turn, also where it is paused or its window closed; its next time stays what it is.

    Raises what starting the work raises: whoever asks is there to hear it.
    """

    schedules: Schedules
    start_scheduled: StartScheduled
    clock: Clock

    def __call__(self, actor: Actor, schedule_id: ScheduleId) -> Run:
        actor.require(Permission.ADMINISTER)
        schedule = self.schedules.get(actor.library_id, schedule_id)
        run = self.start_scheduled(schedule, self.clock.now(), actor.name)
        self.schedules.add_run(run)
        return run


@dataclass(frozen=True)
class ListRuns:
    """The latest first. Its cursor is the moment of the last one's slot."""

    schedules: Schedules

    def __call__(self, actor: Actor, schedule_id: ScheduleId, limit: int, cursor: str | None = None) -> Page[Run]:
        actor.require(Permission.READ)
        schedule = self.schedules.get(actor.library_id, schedule_id)
        found = self.schedules.runs(actor.library_id, schedule.id, limit + 1, _moment(cursor))
        items = found[:limit]
        return Page(items, items[-1].slot.isoformat() if len(found) > limit else None)


def _moment(cursor: str | None) -> datetime | None:
    if cursor is None:
        return None
    try:
        moment = datetime.fromisoformat(cursor)
        if moment.tzinfo is not None:
            return moment
    except ValueError:
        pass
    raise Invalid("The cursor is not one that this listing gave. Start again without it.", field="cursor")
