"""Schedules and what became of their runs."""

from datetime import datetime
from itertools import islice

from adapters import cursors, refusals
from adapters.aws import items, versioned
from adapters.aws.due import due, overdue
from adapters.aws.items import Item, Key, document, key, read
from adapters.aws.schema import TTL
from adapters.aws.table import Range, Table
from adapters.aws.versioned import Record
from adapters.aws.writes import put
from domain.audit import AuditEntry
from domain.ports.schedules import RUNS_KEPT_FOR, Schedules
from domain.schedule import Run, Schedule, ScheduleId
from domain.values import LibraryId

_DUE = "schedule"


class DynamoSchedules(Schedules):
    """Those of a library lie in one partition, so that one query lists them; runs in one of each schedule, and end by
    themselves."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, schedule: Schedule, audit: AuditEntry) -> None:
        versioned.add(self._table, _record(schedule), audit)

    def save(self, schedule: Schedule, replaces: int, audit: AuditEntry | None = None) -> None:
        versioned.save(self._table, _record(schedule), replaces, audit)

    def get(self, library_id: LibraryId, schedule_id: ScheduleId) -> Schedule:
        item = self._table.get(_key(library_id, schedule_id))
        if item is None:
            raise refusals.unknown("schedule", schedule_id)
        return read(Schedule, item)

    def of_library(self, library_id: LibraryId) -> tuple[Schedule, ...]:
        return tuple(read(Schedule, item) for item in self._table.items(Range(_partition(library_id))))

    def remove(self, schedule: Schedule, replaces: int, audit: AuditEntry) -> None:
        versioned.remove(self._table, _record(schedule), replaces, audit)

    def due(self, now: datetime, limit: int) -> tuple[Schedule, ...]:
        return tuple(read(Schedule, item) for item in overdue(self._table, _DUE, now, limit))

    def add_run(self, run: Run) -> None:
        pk = _runs_of(run.library_id, run.schedule_id)
        end = int((run.slot + RUNS_KEPT_FOR).timestamp())
        self._table.write(put({"pk": pk, "sk": cursors.moment(run.slot), "doc": document(run), TTL: end}))

    def runs(
        self, library_id: LibraryId, schedule_id: ScheduleId, limit: int, before: datetime | None = None
    ) -> tuple[Run, ...]:
        below = None if before is None else cursors.moment(before)
        asked = Range(_runs_of(library_id, schedule_id), below=below, descending=True)
        return tuple(read(Run, item) for item in islice(self._table.items(asked, page=limit + 1), limit))


def _record(schedule: Schedule) -> Record:
    pk, sk = _key(schedule.library_id, schedule.id)
    item: Item = {
        "pk": pk,
        "sk": sk,
        "version": schedule.version,
        "doc": document(schedule),
        **({} if schedule.due_at is None else due(_DUE, schedule.id, schedule.due_at)),
    }
    return Record("schedule", schedule.id, item)


def _key(library_id: LibraryId, schedule_id: ScheduleId) -> Key:
    return _partition(library_id), items.key("schedule", schedule_id)


def _partition(library_id: LibraryId) -> str:
    return key("schedules", library_id)


def _runs_of(library_id: LibraryId, schedule_id: ScheduleId) -> str:
    return key("runs", library_id, schedule_id)
