"""Jobs, and the claims of scheduled runs."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from adapters import cursors, refusals
from adapters.aws import versioned
from adapters.aws.due import due, overdue
from adapters.aws.errors import RETRY_FAILED
from adapters.aws.items import Item, Key, document, key, read
from adapters.aws.listing import newest_first
from adapters.aws.schema import BY_CREATED, LIST_2, LIST_3, LIST_4, TTL
from adapters.aws.table import Range, Refused, Table
from adapters.aws.versioned import Record, write_once
from adapters.aws.writes import ABSENT, Condition, delete, put
from domain.audit import AuditEntry
from domain.errors import Conflict, Unavailable
from domain.event import Event
from domain.job import Job
from domain.job_kind import JobKind
from domain.ports.work import JobQuery, Jobs, ScheduleClaims
from domain.values import JobId, LibraryId, Page, RecordingId

CLAIMS_KEPT_FOR = timedelta(days=7)

_TRIES = 3


class DynamoJobs(Jobs):
    """Beside each job lies an item under its key, which takes the key: both are added and removed together."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, job: Job, events: Sequence[Event] = ()) -> Job:
        pk, sk = _key_taken(job.library_id, job.key)
        taken: Item = {"pk": pk, "sk": sk, "job": job.id}
        for _ in range(_TRIES):
            try:
                versioned.add(self._table, _record(job), None, put(taken, ABSENT), events=events)
            except (Conflict, Refused) as clash:
                same_work = self.find_by_key(job.library_id, job.key)
                if same_work is not None:
                    return same_work
                if isinstance(clash, Conflict):
                    raise
                continue  # the job that had the key has just been removed
            return job
        raise Unavailable(f"Jobs for {job.recording_id} come and go at this moment.", RETRY_FAILED, reason="contention")

    def save(self, job: Job, replaces: int, audit: AuditEntry | None = None, events: Sequence[Event] = ()) -> None:
        versioned.save(self._table, _record(job), replaces, audit, events=events)

    def get(self, library_id: LibraryId, job_id: JobId) -> Job:
        job = self.find(job_id)
        if job is None or job.library_id != library_id:
            raise refusals.unknown("job", job_id)
        return job

    def find(self, job_id: JobId) -> Job | None:
        item = self._table.get(_key(job_id))
        return None if item is None else read(Job, item)

    def find_by_key(self, library_id: LibraryId, key: str) -> Job | None:
        taken = self._table.get(_key_taken(library_id, key))
        return None if taken is None else self.find(JobId(str(taken["job"])))

    def search(self, library_id: LibraryId, query: JobQuery) -> Page[Job]:
        asked = _range(library_id, query)
        return newest_first(self._table, Job, library_id, query, asked=asked, wanted=lambda job: _asked_for(job, query))

    def to_ring(self, now: datetime, limit: int) -> tuple[Job, ...]:
        return tuple(read(Job, item) for item in overdue(self._table, "ring", now, limit))

    def remove_of_recording(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        """One that was added within the last moments may stay: its worker finds that the recording is gone."""
        known = self._table.items(_range(library_id, JobQuery(recording_id=recording_id)))
        stored = self._table.get_all((str(item["pk"]), str(item["sk"])) for item in known)
        for job in (read(Job, item) for item in stored.values()):
            its_own = Condition("attribute_not_exists(pk) OR #job = :job", {"job": "job"}, {"job": job.id})
            try:
                self._table.write(delete(_key(job.id)), delete(_key_taken(library_id, job.key), its_own))
            except Refused:
                continue  # somebody else has removed it, and a new one has the key


def _range(library_id: LibraryId, query: JobQuery) -> Range:
    """Where the fewest others are met: a recording has a few jobs, a library few that are not settled. Crews are in
    the list of their kind alone."""
    if query.kind is JobKind.CREW:
        return Range(key(library_id, "jobs", "kind", query.kind), LIST_3, "list3", "created")
    if query.recording_id is not None:
        return Range(key(library_id, "jobs", "recording", query.recording_id), LIST_4, "list4", "created")
    if query.status is not None:
        return Range(key(library_id, "jobs", "status", query.status), LIST_2, "list2", "created")
    if query.kind is not None:
        return Range(key(library_id, "jobs", "kind", query.kind), LIST_3, "list3", "created")
    return Range(key(library_id, "jobs"), BY_CREATED, "list", "created")


def _asked_for(job: Job, query: JobQuery) -> bool:
    """The status, too, may have changed since the index was written."""
    of_recording = query.recording_id in {None, job.recording_id}
    return of_recording and query.status in {None, job.status} and query.kind in {None, job.kind}


def _record(job: Job) -> Record:
    """Of a heartbeat and of progress the document changes, and the time to ring, which only `due` holds."""
    pk, sk = _key(job.id)
    library = job.library_id
    item: Item = {
        "pk": pk,
        "sk": sk,
        "library": library,
        "version": job.version,
        "doc": document(job),
        "created": key(cursors.moment(job.created_at), job.id),
        "list3": key(library, "jobs", "kind", job.kind),
        **({} if job.kind is JobKind.CREW else _lists(job)),
        **({} if job.ring_at is None else due("ring", job.id, job.ring_at)),
    }
    return Record("job", job.id, item)


def _lists(job: Job) -> Item:
    library = job.library_id
    return {
        "list": key(library, "jobs"),
        "list2": key(library, "jobs", "status", job.status),
        "list4": key(library, "jobs", "recording", job.recording_id),
    }


def _key(job_id: JobId) -> Key:
    return key("job", job_id), "job"


def _key_taken(library_id: LibraryId, job_key: str) -> Key:
    """Hashed: it holds the job's parameters, and a partition key may have no more than 2,048 bytes."""
    return key("job-key", library_id, hashlib.sha256(job_key.encode()).hexdigest()), "job-key"


class DynamoScheduleClaims(ScheduleClaims):
    """Every scheduler asks every second: a run that this one has asked for costs no second request."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._asked_for: dict[str, datetime] = {}

    def claim(self, task: str, slot: datetime) -> bool:
        if self._asked_for.get(task) == slot:
            return False
        end = int((slot + CLAIMS_KEPT_FOR).timestamp())
        item: Item = {"pk": key("schedule", task), "sk": cursors.moment(slot), TTL: end}
        try:
            write_once(self._table, put(item, ABSENT))
            claimed = True
        except Refused:
            claimed = False
        self._asked_for[task] = slot
        return claimed
