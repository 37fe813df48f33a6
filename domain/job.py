"""A job: one unit of background work, held by one worker at a time under a lease."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.backoff import backoff
from domain.errors import IllegalTransition, LeaseLost
from domain.job_kind import JobKind
from domain.values import Failure, JobId, LibraryId, RecordingId, Scalar

MAX_ATTEMPTS = 5
RING_FIRST_AFTER = timedelta(seconds=10)  # the message may have been lost with the process that was to send it
RING_AGAIN_AFTER = timedelta(minutes=5)  # at least; then after as long as it has waited already, up to
RING_AGAIN_WITHIN = timedelta(hours=6)
RING_YIELDED_AFTER = timedelta(minutes=30)  # far beyond the wait for a turn: see Job.yielded


WHOLE_LIBRARY = RecordingId("")
"""Stands in the place of a recording where a job is for a library as a whole."""


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    PARTLY_FAILED = "partly-failed"
    FAILED = "failed"
    CANCELLED = "cancelled"


SETTLED = frozenset({JobStatus.SUCCEEDED, JobStatus.PARTLY_FAILED, JobStatus.FAILED, JobStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Lease:
    worker: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """The truth about a piece of work; the queue only says that it may be time to look here.

    `key` names the work: adding a job whose key is there already adds nothing. `due_at` is the earliest start.
    `ring_at` is when the sweep rings for it (again), None once it is settled: a lost message delays a job, no more.
    `attempts` counts the tries that a retry gives anew; `claims` only ever grows, and with it the `fence` that travels
    with all that a run writes. `parameters` say what the work is to be like, where its kind leaves that open.
    """

    id: JobId
    library_id: LibraryId
    kind: JobKind
    recording_id: RecordingId
    key: str
    status: JobStatus
    created_at: datetime
    updated_at: datetime
    due_at: datetime
    ring_at: datetime | None
    version: int = 1
    attempts: int = 0
    claims: int = 0
    lease: Lease | None = None
    progress: float = 0.0
    stage: str = ""
    failure: Failure | None = None
    request_id: str | None = None
    parameters: Mapping[str, Scalar] = field(default_factory=dict)

    @classmethod
    def queue(
        cls,
        job_id: JobId,
        library_id: LibraryId,
        kind: JobKind,
        recording_id: RecordingId,
        *,
        now: datetime,
        request_id: str | None = None,
        parameters: Mapping[str, Scalar] = MappingProxyType({}),
        key: str | None = None,
    ) -> "Job":
        """`key` None: made of kind, recording and parameters, so that the same work is one job."""
        return cls(
            id=job_id,
            library_id=library_id,
            kind=kind,
            recording_id=recording_id,
            key=job_key(kind, recording_id, parameters) if key is None else key,
            status=JobStatus.QUEUED,
            created_at=now,
            updated_at=now,
            due_at=now,
            ring_at=now + RING_FIRST_AFTER,
            request_id=request_id,
            parameters=dict(parameters),
        )

    @property
    def is_settled(self) -> bool:
        return self.status in SETTLED

    @property
    def fence(self) -> str:
        """Orders as text: ids of later jobs are greater, and so are later claims of one job."""
        return f"{self.id}:{self.claims:06d}"

    @property
    def is_exhausted(self) -> bool:
        return self.attempts >= MAX_ATTEMPTS

    @property
    def is_dead(self) -> bool:
        """A dead letter: it failed after all its attempts, and waits for somebody to release it."""
        return self.status is JobStatus.FAILED and self.is_exhausted

    def is_held(self, now: datetime) -> bool:
        return self.status is JobStatus.RUNNING and self.lease is not None and now < self.lease.expires_at

    def claimed(self, worker: str, now: datetime, lease_for: timedelta) -> "Job":
        """Taken by a worker: a queued one that is due, or a running one whose lease ran out.

        Raises:
            IllegalTransition: it is settled, not due, in live hands, or has had all its attempts.
        """
        waits = self.is_settled or self.status is JobStatus.PAUSED
        if waits or self.is_held(now) or now < self.due_at or self.is_exhausted:
            raise IllegalTransition(f"The job is {self.status} and cannot be claimed now.", status=str(self.status))
        expires = now + lease_for
        return self._next(
            now,
            status=JobStatus.RUNNING,
            attempts=self.attempts + 1,
            claims=self.claims + 1,
            lease=Lease(worker, expires),
            ring_at=expires,
            progress=0.0,
            stage="",
        )

    def heartbeat(self, fence: str, now: datetime, lease_for: timedelta) -> "Job":
        """The lease, longer.

        Raises:
            LeaseLost: the job was cancelled or has been claimed by somebody else since.
        """
        lease = self._lease_under(fence)
        expires = now + lease_for
        return self._next(now, lease=Lease(lease.worker, expires), ring_at=expires)

    def progressed(self, fence: str, progress: float, stage: str, now: datetime) -> "Job":
        self._lease_under(fence)
        return self._next(now, progress=min(1.0, max(self.progress, progress)), stage=stage)

    def succeeded(self, fence: str, now: datetime) -> "Job":
        self._lease_under(fence)
        return self._next(
            now, status=JobStatus.SUCCEEDED, lease=None, ring_at=None, progress=1.0, stage="", failure=None
        )

    def ended(self, fence: str, status: JobStatus, now: datetime) -> "Job":
        """Settled as what its items have come to."""
        self._lease_under(fence)
        return self._next(now, status=status, lease=None, ring_at=None, progress=1.0, stage="", failure=None)

    def parked(self, fence: str, until: datetime, now: datetime) -> "Job":
        """Still running, in nobody's hands: others do its work. It is looked at whenever somebody rings, and by `until`
        in any case. No attempt is lost."""
        self._lease_under(fence)
        return self._next(now, lease=None, due_at=now, ring_at=until, attempts=0)

    def yielded(self, fence: str, due: datetime, now: datetime) -> "Job":
        """Queued again after a slice of its work, so that others have their turn. Its message is kept until another is
        sent: a ring of the sweep would be one message more, and that for good, where queues keep several."""
        self._lease_under(fence)
        return self._next(
            now,
            status=JobStatus.QUEUED,
            lease=None,
            due_at=due,
            ring_at=due + RING_YIELDED_AFTER,
            attempts=0,
            stage="",
        )

    def failed(self, fence: str, failure: Failure, now: datetime) -> "Job":
        self._lease_under(fence)
        return self._next(now, status=JobStatus.FAILED, lease=None, ring_at=None, stage="", failure=failure)

    def gave_up(self, now: datetime) -> "Job":
        """Failed because every attempt ended with its worker."""
        if self.is_settled or self.is_held(now) or not self.is_exhausted:
            raise IllegalTransition("The job has attempts left.", status=str(self.status))
        failure = self.failure or Failure(
            "worker-lost",
            f"The worker was lost in each of {self.attempts} attempts. Look at its log, then retry the job.",
        )
        return self._next(now, status=JobStatus.FAILED, lease=None, ring_at=None, stage="", failure=failure)

    def postponed(self, fence: str, failure: Failure, now: datetime) -> "Job":
        """Queued again after a failure that may pass, later with each attempt."""
        self._lease_under(fence)
        due = now + backoff(self.id, self.attempts)
        return self._next(
            now,
            status=JobStatus.QUEUED,
            lease=None,
            due_at=due,
            ring_at=due + RING_FIRST_AFTER,
            stage="",
            failure=failure,
        )

    def released(self, fence: str, now: datetime) -> "Job":
        """Handed back unfinished, by a worker that stops: the attempt does not count."""
        self._lease_under(fence)
        return self._next(
            now,
            status=JobStatus.QUEUED,
            lease=None,
            due_at=now,
            ring_at=now + RING_FIRST_AFTER,
            attempts=self.attempts - 1,
            stage="",
        )

    def rung(self, now: datetime) -> "Job":
        """The sweep has rung for it, and does so ever more rarely.

        Nobody can tell a lost message from one that waits its turn, queues keep both, and workers are scaled by how
        many there are: what waits for long must not add to them all the time. A claim or a release starts anew.
        """
        waits_since = self.due_at if self.lease is None else self.lease.expires_at
        return self._next(now, ring_at=now + min(RING_AGAIN_WITHIN, max(RING_AGAIN_AFTER, now - waits_since)))

    def cancelled(self, now: datetime) -> "Job":
        """Cancelled for good; a worker that holds it notices at its next heartbeat."""
        if self.is_settled:
            raise IllegalTransition(f"The job has {self.status} already.", status=str(self.status))
        return self._next(now, status=JobStatus.CANCELLED, lease=None, ring_at=None, stage="")

    def paused(self, now: datetime) -> "Job":
        """Left as it is until it is resumed; a worker that holds it notices at its next heartbeat."""
        if self.kind is not JobKind.BATCH or self.is_settled or self.status is JobStatus.PAUSED:
            raise IllegalTransition(
                f"The job is {self.status}. Only a batch that has not ended can be paused.", status=str(self.status)
            )
        return self._next(now, status=JobStatus.PAUSED, lease=None, ring_at=None)

    def resumed(self, now: datetime) -> "Job":
        if self.status is not JobStatus.PAUSED:
            raise IllegalTransition(f"The job is {self.status} and not paused.", status=str(self.status))
        return self._next(
            now, status=JobStatus.QUEUED, attempts=0, due_at=now, ring_at=now + RING_FIRST_AFTER, failure=None
        )

    def retried(self, now: datetime, request_id: str | None = None) -> "Job":
        """A settled job that did not succeed, queued anew with all its attempts."""
        if self.status not in {JobStatus.FAILED, JobStatus.PARTLY_FAILED, JobStatus.CANCELLED}:
            raise IllegalTransition(
                f"The job is {self.status}. Only one that failed or was cancelled can be retried.",
                status=str(self.status),
            )
        return self.restarted(now, request_id)

    def restarted(self, now: datetime, request_id: str | None = None) -> "Job":
        """The same work once more, whatever became of it, on behalf of another request."""
        return self._next(
            now,
            status=JobStatus.QUEUED,
            attempts=0,
            lease=None,
            due_at=now,
            ring_at=now + RING_FIRST_AFTER,
            progress=0.0,
            stage="",
            failure=None,
            request_id=request_id or self.request_id,
        )

    def _lease_under(self, fence: str) -> Lease:
        if self.status is not JobStatus.RUNNING or self.lease is None or self.fence != fence:
            raise LeaseLost(f"The job is {self.status} and not held under this claim.", job_id=self.id)
        return self.lease

    def _next(self, now: datetime, **changes: object) -> "Job":
        return replace(self, updated_at=now, version=self.version + 1, **changes)  # type: ignore[arg-type]  # names checked by replace


def job_key(kind: JobKind, recording_id: RecordingId, parameters: Mapping[str, Scalar] = MappingProxyType({})) -> str:
    """The same work on the same recording with the same parameters has the same key."""
    if not parameters:
        return f"{kind}:{recording_id}"
    return f"{kind}:{recording_id}:{json.dumps(dict(parameters), sort_keys=True, separators=(',', ':'))}"
