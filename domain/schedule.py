"""A schedule: what is run by itself, at the times that a cron expression names."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NewType

from domain.batch import Work
from domain.errors import IllegalTransition, Invalid
from domain.values import Failure, JobId, LibraryId, plain_text

ScheduleId = NewType("ScheduleId", str)

NextTime = Callable[[str, str, datetime], datetime]
"""The first time after a moment that a cron expression names in a time zone: domain.ports.schedules.Cron.next."""

MAINTENANCE = ("reconcile-blobs", "empty-trash", "purge-expired-uploads", "purge-on-request")
"""Tasks of the service as a whole that may be scheduled."""

SCHEDULABLE = frozenset({Work.RECIPE, Work.ANALYSE, Work.PREDICT, Work.CHANGE, Work.FIXITY})

MAX_NAME_CHARS = 64
MAX_DELAY_SECONDS = 7 * 24 * 3600
DELAY_SECONDS = 600
"""How late a run may be that is not to be made up for: a scheduler takes up to a minute or two to come round."""

_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class ScheduleStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


class Missed(StrEnum):
    """What becomes of runs whose time passed while nobody looked."""

    ONCE = "once"  # one run makes up for all of them
    SKIP = "skip"  # they are left out


@dataclass(frozen=True, slots=True)
class Window:
    """The times of day, HH:MM in the schedule's time zone, between which runs may start. `closes` is no part of it.

    It may reach over midnight.
    """

    opens: str
    closes: str

    def __post_init__(self) -> None:
        if not (_TIME_OF_DAY.fullmatch(self.opens) and _TIME_OF_DAY.fullmatch(self.closes)):
            raise Invalid("A window opens and closes at times of day such as 22:30.", field="window")
        if self.opens == self.closes:
            raise Invalid("A window that opens and closes at one time is none. Leave it out.", field="window")


@dataclass(frozen=True, slots=True)
class Timing:
    """`longest_delay_seconds` is for missed runs that are skipped: what starts later than that was missed."""

    cron: str
    time_zone: str = "UTC"
    window: Window | None = None
    missed: Missed = Missed.ONCE
    longest_delay_seconds: int = DELAY_SECONDS

    def __post_init__(self) -> None:
        if not 60 <= self.longest_delay_seconds <= MAX_DELAY_SECONDS:
            raise Invalid(
                f"longest_delay_seconds must lie between 60 and {MAX_DELAY_SECONDS}.", field="longest_delay_seconds"
            )

    def after(self, moment: datetime, next_time: NextTime) -> datetime:
        """The next time that the expression names. Raises Invalid when it is not one, or the zone is unknown."""
        return next_time(self.cron, self.time_zone, moment)

    def open_from(self, moment: datetime, next_time: NextTime) -> datetime:
        """That moment or, where the window is closed then, the one at which it opens next."""
        if self.window is None:
            return moment
        opens = next_time(_daily(self.window.opens), self.time_zone, moment)
        closes = next_time(_daily(self.window.closes), self.time_zone, moment)
        return moment if closes < opens else opens


def _daily(time_of_day: str) -> str:
    hour, minute = time_of_day.split(":")
    return f"{int(minute)} {int(hour)} * * *"


@dataclass(frozen=True, slots=True)
class ScheduledBatch:
    """A batch of `work` over all that `query` finds when the time has come, or a `share` (0 to 1) of it.

    `settings` are what is asked of the work, as plain JSON values; they are pinned to versions by each run anew.
    """

    work: Work
    settings: Mapping[str, Any]
    query: Mapping[str, tuple[str, ...]]
    share: float = 1.0

    def __post_init__(self) -> None:
        if self.work not in SCHEDULABLE:
            raise Invalid(f"{self.work} cannot be scheduled.", field="work")
        if not 0 < self.share <= 1:
            raise Invalid("share must lie above 0, and be 1 at most.", field="share")


@dataclass(frozen=True, slots=True)
class ScheduledTask:
    """A maintenance task of the service as a whole."""

    task: str

    def __post_init__(self) -> None:
        if self.task not in MAINTENANCE:
            raise Invalid(f"task must be one of: {', '.join(MAINTENANCE)}.", field="task")


class Turn(StrEnum):
    """What a schedule wants when somebody looks at it."""

    START = "start"
    SKIP = "skip"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Schedule:
    """`slot` is the time of the next run as the expression names it, `due_at` the moment from which it may start: later
    where the window is closed then. Both are None while it is paused.
    """

    id: ScheduleId
    library_id: LibraryId
    name: str
    timing: Timing
    runs: ScheduledBatch | ScheduledTask
    created_at: datetime
    updated_at: datetime
    created_by: str
    status: ScheduleStatus = ScheduleStatus.ACTIVE
    slot: datetime | None = None
    due_at: datetime | None = None
    version: int = 1

    @classmethod
    def create(
        cls,
        schedule_id: ScheduleId,
        library_id: LibraryId,
        *,
        name: str,
        timing: Timing,
        runs: ScheduledBatch | ScheduledTask,
        now: datetime,
        by: str,
        next_time: NextTime,
    ) -> "Schedule":
        name = plain_text(name, "name", MAX_NAME_CHARS)
        made = cls(schedule_id, library_id, name, timing, runs, created_at=now, updated_at=now, created_by=by)
        return made._planned(now, next_time)

    def edited(
        self,
        now: datetime,
        next_time: NextTime,
        *,
        name: str,
        timing: Timing,
        runs: ScheduledBatch | ScheduledTask,
    ) -> "Schedule":
        """A time that has come and was not looked at yet is kept where the timing stays as it is."""
        changed = replace(self, name=plain_text(name, "name", MAX_NAME_CHARS), timing=timing, runs=runs, updated_at=now)
        if timing != self.timing:
            timing.after(now, next_time)  # one that is paused must not fail when it is resumed
            if self.status is ScheduleStatus.ACTIVE:
                changed = changed._planned(now, next_time)
        return replace(changed, version=self.version + 1)

    def paused(self, now: datetime) -> "Schedule":
        """Pausing it again changes nothing."""
        if self.status is ScheduleStatus.PAUSED:
            return self
        return replace(
            self,
            status=ScheduleStatus.PAUSED,
            slot=None,
            due_at=None,
            updated_at=now,
            version=self.version + 1,
        )

    def resumed(self, now: datetime, next_time: NextTime) -> "Schedule":
        """Active from now on: times that passed while it was paused are not missed ones. Again, it changes nothing."""
        if self.status is ScheduleStatus.ACTIVE:
            return self
        active = replace(self, status=ScheduleStatus.ACTIVE, updated_at=now, version=self.version + 1)
        return active._planned(now, next_time)

    def turn(self, now: datetime, next_time: NextTime) -> tuple[Turn, "Schedule"]:
        """What is to be done for `slot`, and the schedule as it is once that is done.

        Several times that have passed are one turn: the next one lies after now.

        Raises:
            IllegalTransition: it is paused, or its time has not come.
        """
        if self.slot is None or self.due_at is None or now < self.due_at:
            raise IllegalTransition("The schedule is not due.", status=str(self.status))
        done = replace(self._planned(max(now, self.slot), next_time), version=self.version + 1)
        late = now - self.due_at > timedelta(seconds=self.timing.longest_delay_seconds)
        if late and self.timing.missed is Missed.SKIP:
            return Turn.SKIP, done
        opens = self.timing.open_from(now, next_time)
        if opens > now:
            return Turn.WAIT, replace(self, due_at=opens, version=self.version + 1)
        return Turn.START, done

    def _planned(self, after: datetime, next_time: NextTime) -> "Schedule":
        slot = self.timing.after(after, next_time)
        return replace(self, slot=slot, due_at=self.timing.open_from(slot, next_time))


class RunOutcome(StrEnum):
    STARTED = "started"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a schedule: the job that it started, or why there is none. `slot` tells it from the schedule's others.

    One that a person asked for has the moment of asking as its slot.
    """

    schedule_id: ScheduleId
    library_id: LibraryId
    slot: datetime
    at: datetime
    outcome: RunOutcome
    by: str
    job_id: JobId | None = None
    reason: Failure | None = None
