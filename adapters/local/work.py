"""Jobs and the claims of scheduled runs, in SQLite."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from adapters import codec, cursors, refusals
from adapters.local import rows
from adapters.local.database import Database
from domain.audit import AuditEntry
from domain.event import Event
from domain.job import Job
from domain.job_kind import JobKind
from domain.ports.work import JobQuery, Jobs, ScheduleClaims
from domain.values import JobId, LibraryId, Page, RecordingId

CLAIMS_KEPT_FOR = timedelta(days=7)


class SqliteJobs(Jobs):
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, job: Job, events: Sequence[Event] = ()) -> Job:
        query = "SELECT doc FROM jobs WHERE library_id = ? AND key = ?"
        with self._database.writing() as connection:
            same_work = rows.read_one(connection, Job, query, job.library_id, job.key)
            if same_work is not None:
                return same_work
            rows.add(connection, "job", "jobs", _row(job))
            rows.put_in_outbox(connection, events)
            return job

    def save(self, job: Job, replaces: int, audit: AuditEntry | None = None, events: Sequence[Event] = ()) -> None:
        with self._database.writing() as connection:
            rows.replace(connection, "job", "jobs", _row(job), replaces)
            if audit is not None:
                rows.append_audit(connection, audit)
            rows.put_in_outbox(connection, events)

    def get(self, library_id: LibraryId, job_id: JobId) -> Job:
        query = "SELECT doc FROM jobs WHERE id = ? AND library_id = ?"
        with self._database.reading() as connection:
            job = rows.read_one(connection, Job, query, job_id, library_id)
        if job is None:
            raise refusals.unknown("job", job_id)
        return job

    def find(self, job_id: JobId) -> Job | None:
        with self._database.reading() as connection:
            return rows.read_one(connection, Job, "SELECT doc FROM jobs WHERE id = ?", job_id)

    def find_by_key(self, library_id: LibraryId, key: str) -> Job | None:
        query = "SELECT doc FROM jobs WHERE library_id = ? AND key = ?"
        with self._database.reading() as connection:
            return rows.read_one(connection, Job, query, library_id, key)

    def search(self, library_id: LibraryId, query: JobQuery) -> Page[Job]:
        conditions = {
            "status = ?": query.status.value if query.status else None,
            "kind = ?": query.kind.value if query.kind else None,
            "kind <> ?": None if query.kind else JobKind.CREW.value,
            "recording_id = ?": query.recording_id,
        }
        with self._database.reading() as connection:
            return _JOBS.page(connection, library_id, query, conditions)

    def to_ring(self, now: datetime, limit: int) -> tuple[Job, ...]:
        query = "SELECT doc FROM jobs WHERE ring_at <= ? ORDER BY ring_at, id LIMIT ?"
        with self._database.reading() as connection:
            return rows.read_all(connection, Job, query, cursors.moment(now), limit)

    def remove_of_recording(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM jobs WHERE library_id = ? AND recording_id = ?", (library_id, recording_id))


_JOBS = rows.Listing(Job, "jobs", "created_at", lambda job: job.created_at, lambda job: job.id)


def _row(job: Job) -> rows.Row:
    return {
        "id": job.id,
        "library_id": job.library_id,
        "version": job.version,
        "key": job.key,
        "kind": job.kind.value,
        "status": job.status.value,
        "recording_id": job.recording_id,
        "created_at": cursors.moment(job.created_at),
        "ring_at": cursors.moment(job.ring_at) if job.ring_at else None,
        "doc": codec.written(job),
    }


class SqliteScheduleClaims(ScheduleClaims):
    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, task: str, slot: datetime) -> bool:
        with self._database.writing() as connection:
            claimed = connection.execute(
                "INSERT OR IGNORE INTO schedule_claims (task, slot) VALUES (?, ?)", (task, cursors.moment(slot))
            )
            connection.execute(
                "DELETE FROM schedule_claims WHERE task = ? AND slot <= ?",
                (task, cursors.moment(slot - CLAIMS_KEPT_FOR)),
            )
            return claimed.rowcount == 1
