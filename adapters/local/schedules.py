"""Schedules and what became of their runs, in SQLite."""

from datetime import datetime

from adapters import codec, cursors, refusals
from adapters.local import rows
from adapters.local.database import Database
from domain.audit import AuditEntry
from domain.ports.schedules import RUNS_KEPT_FOR, Schedules
from domain.schedule import Run, Schedule, ScheduleId
from domain.values import LibraryId

_BEYOND = "~"  # sorts after all moments


class SqliteSchedules(Schedules):
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, schedule: Schedule, audit: AuditEntry) -> None:
        with self._database.writing() as connection:
            rows.add(connection, "schedule", "schedules", _row(schedule))
            rows.append_audit(connection, audit)

    def save(self, schedule: Schedule, replaces: int, audit: AuditEntry | None = None) -> None:
        with self._database.writing() as connection:
            rows.replace(connection, "schedule", "schedules", _row(schedule), replaces)
            if audit is not None:
                rows.append_audit(connection, audit)

    def get(self, library_id: LibraryId, schedule_id: ScheduleId) -> Schedule:
        query = "SELECT doc FROM schedules WHERE id = ? AND library_id = ?"
        with self._database.reading() as connection:
            schedule = rows.read_one(connection, Schedule, query, schedule_id, library_id)
        if schedule is None:
            raise refusals.unknown("schedule", schedule_id)
        return schedule

    def of_library(self, library_id: LibraryId) -> tuple[Schedule, ...]:
        query = "SELECT doc FROM schedules WHERE library_id = ? ORDER BY id"
        with self._database.reading() as connection:
            return rows.read_all(connection, Schedule, query, library_id)

    def remove(self, schedule: Schedule, replaces: int, audit: AuditEntry) -> None:
        with self._database.writing() as connection:
            rows.require_version(connection, "schedule", "schedules", _row(schedule), replaces)
            connection.execute("DELETE FROM schedules WHERE id = ?", (schedule.id,))
            rows.append_audit(connection, audit)

    def due(self, now: datetime, limit: int) -> tuple[Schedule, ...]:
        query = "SELECT doc FROM schedules WHERE due_at <= ? ORDER BY due_at, id LIMIT ?"
        with self._database.reading() as connection:
            return rows.read_all(connection, Schedule, query, cursors.moment(now), limit)

    def add_run(self, run: Run) -> None:
        with self._database.writing() as connection:
            if not rows.exists(connection, "SELECT 1 FROM schedules WHERE id = ?", run.schedule_id):
                return  # removed meanwhile: nobody can ask for its runs
            connection.execute(
                "INSERT OR REPLACE INTO schedule_runs (library_id, schedule_id, slot, doc) VALUES (?, ?, ?, ?)",
                (run.library_id, run.schedule_id, cursors.moment(run.slot), codec.written(run)),
            )
            connection.execute(
                "DELETE FROM schedule_runs WHERE schedule_id = ? AND slot < ?",
                (run.schedule_id, cursors.moment(run.slot - RUNS_KEPT_FOR)),
            )

    def runs(
        self, library_id: LibraryId, schedule_id: ScheduleId, limit: int, before: datetime | None = None
    ) -> tuple[Run, ...]:
        query = (
            "SELECT doc FROM schedule_runs WHERE schedule_id = ? AND library_id = ? AND slot < ?"
            " ORDER BY slot DESC LIMIT ?"
        )
        below = _BEYOND if before is None else cursors.moment(before)
        with self._database.reading() as connection:
            return rows.read_all(connection, Run, query, schedule_id, library_id, below, limit)


def _row(schedule: Schedule) -> rows.Row:
    return {
        "id": schedule.id,
        "library_id": schedule.library_id,
        "version": schedule.version,
        "due_at": None if schedule.due_at is None else cursors.moment(schedule.due_at),
        "doc": codec.written(schedule),
    }
