"""Schedules, what became of their runs, and the calendar that they follow."""

from abc import abstractmethod
from datetime import datetime, timedelta
from typing import Protocol

from domain.audit import AuditEntry
from domain.schedule import Run, Schedule, ScheduleId
from domain.values import LibraryId

RUNS_KEPT_FOR = timedelta(days=90)


class Schedules(Protocol):
    """`save` without an entry is for the scheduler, which only moves a schedule on to its next time."""

    @abstractmethod
    def add(self, schedule: Schedule, audit: AuditEntry) -> None: ...

    @abstractmethod
    def save(self, schedule: Schedule, replaces: int, audit: AuditEntry | None = None) -> None: ...

    @abstractmethod
    def get(self, library_id: LibraryId, schedule_id: ScheduleId) -> Schedule: ...

    @abstractmethod
    def of_library(self, library_id: LibraryId) -> tuple[Schedule, ...]:
        """Oldest first: a library has no more of them than a person can look through."""
        ...

    @abstractmethod
    def remove(self, schedule: Schedule, replaces: int, audit: AuditEntry) -> None:
        """What is known of its runs may stay for a while, and cannot be asked for any more."""
        ...

    @abstractmethod
    def due(self, now: datetime, limit: int) -> tuple[Schedule, ...]:
        """Of all libraries, those whose `due_at` has come, longest ago first."""
        ...

    @abstractmethod
    def add_run(self, run: Run) -> None:
        """In the place of what was known of the same slot. Runs may be forgotten after RUNS_KEPT_FOR."""
        ...

    @abstractmethod
    def runs(
        self, library_id: LibraryId, schedule_id: ScheduleId, limit: int, before: datetime | None = None
    ) -> tuple[Run, ...]:
        """The latest slot first; `before` leaves out that slot and all later ones."""
        ...


class Cron(Protocol):
    @abstractmethod
    def next(self, expression: str, time_zone: str, after: datetime) -> datetime:
        """The first time after that moment, in UTC, that the expression names on clocks of the time zone.

        Five fields: minute, hour, day of the month, month, day of the week. A time that clocks leave out on a day is
        taken as the first one after the gap, and of one that comes twice the first counts, unless the expression
        leaves its minute or hour open: then it names what clocks show, as often as they show it.

        Raises:
            Invalid: with `field`, that it is no such expression, names no time that ever comes, or nobody knows the
                time zone.
        """
        ...
