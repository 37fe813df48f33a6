"""Work to be done in the background, and what is told of it."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain.audit import AuditEntry
from domain.event import Event
from domain.job import Job, JobStatus
from domain.job_kind import JobKind, Lane
from domain.values import JobId, LibraryId, Page, RecordingId


@dataclass(frozen=True, slots=True)
class JobQuery:
    """Newest first; None leaves a field open. Crews are the service's own: they are found by their kind alone."""

    status: JobStatus | None = None
    kind: JobKind | None = None
    recording_id: RecordingId | None = None
    limit: int = 50
    cursor: str | None = None


class Jobs(Protocol):
    """The truth about work. A claim is `save` of `job.claimed(…)`: of two claimers, one gets VersionMismatch."""

    @abstractmethod
    def add(self, job: Job, events: Sequence[Event] = ()) -> Job:
        """Store a new one; where the library has a job with its key, that one is returned and nothing stored."""
        ...

    @abstractmethod
    def save(self, job: Job, replaces: int, audit: AuditEntry | None = None, events: Sequence[Event] = ()) -> None:
        """`audit` is for what a person did; claims, heartbeats and progress are not changes in that sense."""
        ...

    @abstractmethod
    def get(self, library_id: LibraryId, job_id: JobId) -> Job: ...

    @abstractmethod
    def find(self, job_id: JobId) -> Job | None:
        """By id alone, for a worker that was rung."""
        ...

    @abstractmethod
    def find_by_key(self, library_id: LibraryId, key: str) -> Job | None: ...

    @abstractmethod
    def search(self, library_id: LibraryId, query: JobQuery) -> Page[Job]: ...

    @abstractmethod
    def to_ring(self, now: datetime, limit: int) -> tuple[Job, ...]:
        """Of all libraries, the jobs whose `ring_at` has come, longest ago first."""
        ...

    @abstractmethod
    def remove_of_recording(self, library_id: LibraryId, recording_id: RecordingId) -> None: ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in the hands of one receiver, until its visibility ends. `receives` counts this one too."""

    job_id: JobId
    lane: Lane
    receipt: str
    receives: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    job_id: JobId
    reason: str
    receives: int
    died_at: datetime


class JobQueue(Protocol):
    """The doorbell: messages that carry a job id and nothing else. At least once, in no certain order within a lane.

    A queue may hold one message or several for one job, all in the job's one lane. What is lost here is rung again by
    the sweep. Libraries take turns: a thousand messages of one do not stand before the one of another.
    """

    @abstractmethod
    def send(self, job_id: JobId, lane: Lane, library_id: LibraryId, delay: timedelta = timedelta()) -> None: ...

    @abstractmethod
    def receive(self, lanes: Sequence[Lane], wait: timedelta, visibility: timedelta) -> Delivery | None:
        """The next message, hidden from others for `visibility`; None when none has come after `wait`.

        What waits in an earlier one of the lanes comes first. A message that was received too often goes to the dead
        letters instead.
        """
        ...

    @abstractmethod
    def stop_receiving(self) -> None:
        """From now on nothing is received here: `receive` answers None at once, also to those who wait in it."""
        ...

    @abstractmethod
    def extend(self, delivery: Delivery, visibility: timedelta) -> None:
        """Hidden for `visibility` from now. Raises LeaseLost when the message is in other hands."""
        ...

    @abstractmethod
    def acknowledge(self, delivery: Delivery) -> None:
        """Done with. A message that has passed into other hands stays with them."""
        ...

    @abstractmethod
    def release(self, delivery: Delivery, delay: timedelta) -> None:
        """To be received again after the delay. A message that has passed into other hands stays with them."""
        ...

    @abstractmethod
    def bury(self, delivery: Delivery, reason: str) -> None:
        """To the dead letters."""
        ...

    @abstractmethod
    def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Oldest first."""
        ...

    @abstractmethod
    def forget(self, job_id: JobId) -> None:
        """Remove the job's dead letter, where there is one. A message for the job stays what it is."""
        ...

    @abstractmethod
    def ping(self) -> None: ...


class ScaleIn(Protocol):
    """Whether the platform may take this machine away when there is less to do. Never fails: a job matters more."""

    @abstractmethod
    def protect(self) -> None:
        """There is work in hand here that would be lost. Said again and again, since it lapses by itself."""
        ...

    @abstractmethod
    def allow(self) -> None:
        """There is none."""
        ...


class ScheduleClaims(Protocol):
    @abstractmethod
    def claim(self, task: str, slot: datetime) -> bool:
        """True for the first who asks for this run of the task, False for all others. Old claims may be forgotten."""
        ...


class Events(Protocol):
    """A stream per library, kept for about an hour."""

    @abstractmethod
    def publish(self, event: Event) -> None:
        """Give it an id and append it."""
        ...

    @abstractmethod
    def since(self, library_id: LibraryId, last_id: str | None, limit: int = 100) -> tuple[Event, ...]:
        """What came after the event `last_id`, oldest first. None: nothing but what is still to come (empty)."""
        ...

    @abstractmethod
    def last_id(self, library_id: LibraryId) -> str:
        """The id after which everything is new."""
        ...

    @abstractmethod
    def wait(self, library_id: LibraryId, last_id: str, timeout: timedelta) -> bool:
        """True as soon as something came after `last_id`, False when nothing has by then."""
        ...

    @abstractmethod
    def purge(self, before: datetime) -> int: ...
