"""Schedules and what became of their runs, in memory."""

from datetime import datetime

from adapters import refusals
from adapters.memory.access import AuditLog
from domain.audit import AuditEntry
from domain.ports.schedules import RUNS_KEPT_FOR, Schedules
from domain.schedule import Run, Schedule, ScheduleId
from domain.values import LibraryId


class MemorySchedules(Schedules):
    def __init__(self, audit_log: AuditLog) -> None:
        self._log = audit_log
        self._schedules: dict[ScheduleId, Schedule] = {}
        self._runs: dict[ScheduleId, dict[datetime, Run]] = {}

    def add(self, schedule: Schedule, audit: AuditEntry) -> None:
        with self._log.lock:
            if schedule.id in self._schedules:
                raise refusals.taken("schedule", schedule.id)
            self._log.append(audit)
            self._schedules[schedule.id] = schedule

    def save(self, schedule: Schedule, replaces: int, audit: AuditEntry | None = None) -> None:
        with self._log.lock:
            self._require_version(schedule, replaces)
            self._log.append(audit)
            self._schedules[schedule.id] = schedule

    def get(self, library_id: LibraryId, schedule_id: ScheduleId) -> Schedule:
        with self._log.lock:
            schedule = self._schedules.get(schedule_id)
        if schedule is None or schedule.library_id != library_id:
            raise refusals.unknown("schedule", schedule_id)
        return schedule

    def of_library(self, library_id: LibraryId) -> tuple[Schedule, ...]:
        with self._log.lock:
            own = [each for each in self._schedules.values() if each.library_id == library_id]
        return tuple(sorted(own, key=lambda schedule: schedule.id))

    def remove(self, schedule: Schedule, replaces: int, audit: AuditEntry) -> None:
        with self._log.lock:
            self._require_version(schedule, replaces)
            self._log.append(audit)
            del self._schedules[schedule.id]
            self._runs.pop(schedule.id, None)

    def due(self, now: datetime, limit: int) -> tuple[Schedule, ...]:
        with self._log.lock:
            waiting = [(each.due_at, each.id, each) for each in self._schedules.values() if each.due_at is not None]
        return tuple(schedule for at, _, schedule in sorted(waiting, key=lambda row: row[:2])[:limit] if at <= now)

    def add_run(self, run: Run) -> None:
        with self._log.lock:
            runs = self._runs.setdefault(run.schedule_id, {})
            runs[run.slot] = run
            for slot in [slot for slot in runs if slot < run.slot - RUNS_KEPT_FOR]:
                del runs[slot]

    def runs(
        self, library_id: LibraryId, schedule_id: ScheduleId, limit: int, before: datetime | None = None
    ) -> tuple[Run, ...]:
        with self._log.lock:
            stored = [run for run in self._runs.get(schedule_id, {}).values() if run.library_id == library_id]
        wanted = (run for run in stored if before is None or run.slot < before)
        return tuple(sorted(wanted, key=lambda run: run.slot, reverse=True)[:limit])

    def _require_version(self, schedule: Schedule, replaces: int) -> None:
        stored = self.get(schedule.library_id, schedule.id)
        if stored.version != replaces:
            raise refusals.changed("schedule", schedule.id, stored.version, replaces)
