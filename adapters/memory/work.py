"""Jobs, their doorbell and the claims of scheduled runs, in memory."""

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters import cursors, refusals
from adapters.memory.access import AuditLog
from domain.audit import AuditEntry
from domain.event import Event
from domain.job import Job
from domain.job_kind import JobKind, Lane
from domain.ports.work import DeadLetter, Delivery, JobQuery, JobQueue, Jobs, ScheduleClaims
from domain.ports.world import Clock
from domain.values import JobId, LibraryId, Page, RecordingId

CLAIMS_KEPT_FOR = timedelta(days=7)


class MemoryJobs(Jobs):
    def __init__(self, audit_log: AuditLog) -> None:
        self._log = audit_log
        self._jobs: dict[JobId, Job] = {}

    def add(self, job: Job, events: Sequence[Event] = ()) -> Job:
        with self._log.lock:
            same_work = self.find_by_key(job.library_id, job.key)
            if same_work is not None:
                return same_work
            if job.id in self._jobs:
                raise refusals.taken("job", job.id)
            self._log.append(None, events)
            self._jobs[job.id] = job
            return job

    def save(self, job: Job, replaces: int, audit: AuditEntry | None = None, events: Sequence[Event] = ()) -> None:
        with self._log.lock:
            stored = self.get(job.library_id, job.id)
            if stored.version != replaces:
                raise refusals.changed("job", job.id, stored.version, replaces)
            self._log.append(audit, events)
            self._jobs[job.id] = job

    def get(self, library_id: LibraryId, job_id: JobId) -> Job:
        job = self.find(job_id)
        if job is None or job.library_id != library_id:
            raise refusals.unknown("job", job_id)
        return job

    def find(self, job_id: JobId) -> Job | None:
        with self._log.lock:
            return self._jobs.get(job_id)

    def find_by_key(self, library_id: LibraryId, key: str) -> Job | None:
        own = self._those(lambda job: job.library_id == library_id and job.key == key)
        return own[0] if own else None

    def search(self, library_id: LibraryId, query: JobQuery) -> Page[Job]:
        found = self._those(lambda job: job.library_id == library_id and _asked_for(job, query))
        found.sort(key=_position, reverse=True)
        start = cursors.read(library_id, query, str)
        if start is not None:
            found = [job for job in found if _position(job) < start]
        items = tuple(found[: query.limit])
        more = len(found) > query.limit
        return Page(items, cursors.written(library_id, query, _position(items[-1])) if more else None)

    def to_ring(self, now: datetime, limit: int) -> tuple[Job, ...]:
        due = [(job.ring_at, job.id, job) for job in self._those(lambda _: True) if job.ring_at]
        due.sort(key=lambda row: row[:2])
        return tuple(job for ring_at, _, job in due if ring_at <= now)[:limit]

    def remove_of_recording(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        with self._log.lock:
            for job in self._those(lambda j: j.library_id == library_id and j.recording_id == recording_id):
                del self._jobs[job.id]

    def _those(self, wanted: Callable[[Job], bool]) -> list[Job]:
        with self._log.lock:
            return [job for job in self._jobs.values() if wanted(job)]


def _position(job: Job) -> tuple[str, str]:
    return cursors.moment(job.created_at), job.id


def _asked_for(job: Job, query: JobQuery) -> bool:
    return (
        (query.status is None or job.status is query.status)
        and (job.kind is not JobKind.CREW if query.kind is None else job.kind is query.kind)
        and (query.recording_id is None or job.recording_id == query.recording_id)
    )


@dataclass(slots=True)
class _Message:
    """`again_at` is set by a send while a receiver has it: it rings once more when that one is done."""

    lane: Lane
    library_id: LibraryId
    visible_at: datetime
    receipt: str = ""
    receives: int = 0
    again_at: datetime | None = None


class MemoryQueue(JobQueue):
    """One message for each job."""

    def __init__(self, clock: Clock, max_receives: int = 10) -> None:
        self._clock = clock
        self._max_receives = max_receives
        self._changed = threading.Condition()
        self._messages: dict[JobId, _Message] = {}
        self._dead: dict[JobId, DeadLetter] = {}
        self._turns: dict[tuple[Lane, LibraryId], int] = {}
        self._stopped = False

    def send(self, job_id: JobId, lane: Lane, library_id: LibraryId, delay: timedelta = timedelta()) -> None:
        with self._changed:
            now = self._clock.now()
            message = self._messages.setdefault(job_id, _Message(lane, library_id, now + delay))
            if message.receipt and now < message.visible_at:
                message.again_at = min(message.again_at or now + delay, now + delay)
            else:
                message.visible_at = min(message.visible_at, now + delay)
            self._changed.notify_all()

    def receive(self, lanes: Sequence[Lane], wait: timedelta, visibility: timedelta) -> Delivery | None:
        deadline = time.monotonic() + wait.total_seconds()
        with self._changed:
            while not self._stopped:
                delivery = self._take(lanes, visibility)
                left = deadline - time.monotonic()
                if delivery is not None or left <= 0:
                    return delivery
                due = min((m.visible_at for m in self._messages.values() if m.lane in lanes), default=None)
                until_due = left if due is None else (due - self._clock.now()).total_seconds()
                self._changed.wait(min(left, max(until_due, 0.001)))
            return None

    def stop_receiving(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def extend(self, delivery: Delivery, visibility: timedelta) -> None:
        with self._changed:
            message = self._held(delivery)
            if message is None:
                raise refusals.lost(delivery.job_id)
            message.visible_at = self._clock.now() + visibility

    def acknowledge(self, delivery: Delivery) -> None:
        with self._changed:
            message = self._held(delivery)
            if message is not None:
                self._done(delivery.job_id, message)

    def release(self, delivery: Delivery, delay: timedelta) -> None:
        with self._changed:
            message = self._held(delivery)
            if message is not None:
                due = self._clock.now() + delay
                message.visible_at = min(due, message.again_at or due)
                message.receipt, message.again_at = "", None
                self._changed.notify_all()

    def bury(self, delivery: Delivery, reason: str) -> None:
        with self._changed:
            message = self._held(delivery)
            if message is not None:
                self._die(delivery.job_id, message, reason)
                self._done(delivery.job_id, message)

    def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        with self._changed:
            dead = sorted(self._dead.values(), key=lambda letter: (letter.died_at, letter.job_id))
        return tuple(dead[:limit])

    def forget(self, job_id: JobId) -> None:
        with self._changed:
            self._dead.pop(job_id, None)

    def ping(self) -> None:
        return None

    def _take(self, lanes: Sequence[Lane], visibility: timedelta) -> Delivery | None:
        now = self._clock.now()
        due = sorted(
            (lanes.index(m.lane), self._turns.get((m.lane, m.library_id), 0), m.visible_at, job_id)
            for job_id, m in self._messages.items()
            if m.visible_at <= now and m.lane in lanes
        )
        for *_, job_id in due:
            message = self._messages[job_id]
            if message.receives >= self._max_receives:
                self._die(job_id, message, f"It was received {message.receives} times and never finished.")
                del self._messages[job_id]
                continue
            message.visible_at = now + visibility
            message.receipt = secrets.token_hex(16)
            message.receives += 1
            message.again_at = None
            self._turns[message.lane, message.library_id] = max(self._turns.values(), default=0) + 1
            return Delivery(job_id, message.lane, message.receipt, message.receives)
        return None

    def _held(self, delivery: Delivery) -> _Message | None:
        message = self._messages.get(delivery.job_id)
        return message if message is not None and message.receipt == delivery.receipt else None

    def _done(self, job_id: JobId, message: _Message) -> None:
        del self._messages[job_id]
        if message.again_at is not None:
            self._messages[job_id] = _Message(message.lane, message.library_id, message.again_at)
            self._changed.notify_all()

    def _die(self, job_id: JobId, message: _Message, reason: str) -> None:
        self._dead[job_id] = DeadLetter(job_id, reason, message.receives, self._clock.now())


class MemoryScheduleClaims(ScheduleClaims):
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._claims: set[tuple[str, datetime]] = set()

    def claim(self, task: str, slot: datetime) -> bool:
        with self._lock:
            if (task, slot) in self._claims:
                return False
            self._claims = {(t, s) for t, s in self._claims if t != task or s > slot - CLAIMS_KEPT_FOR}
            self._claims.add((task, slot))
            return True
