"""The map of the hexagon: what the inside asks of the outside.

What holds for all of them:
- Methods are safe to call from several threads. Times are aware and in UTC.
- A missing thing raises NotFound where it is asked for by name; a search that may find nothing returns None.
- Every `save` names the version that it replaces and raises VersionMismatch when another is stored.
- A write that takes an `audit` entry stores both or neither.
- A store that does not answer raises Unavailable; a method that raises has changed nothing.
- Cursors are opaque: a caller hands back what it was given. One that cannot be read raises Invalid.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from domain.access import Key, Library
from domain.analysis import Analysis, Artefact, AudioFormat, Heard
from domain.audit import AuditEntry
from domain.event import Event
from domain.idempotency import IdempotentRequest
from domain.job import Job, JobKind, JobStatus
from domain.listing import RecordingQuery
from domain.recording import Recording
from domain.rendition import Rendition
from domain.upload import Part, Upload
from domain.values import (
    BlobInfo,
    ByteRange,
    JobId,
    KeyId,
    LibraryId,
    Page,
    RecordingId,
    Scalar,
    UploadId,
)

# ---- the records -------------------------------------------------------------------------------------------------


class Recordings(Protocol):
    """The recordings of all libraries; every question names the library."""

    @abstractmethod
    def add(self, recording: Recording, audit: AuditEntry) -> None:
        """Store a new one. Raises Conflict when its id is taken.

        Raises DuplicateContent, naming the other one, when it claims its content and another one that claims it too
        has the same SHA-256: of two at the same moment, one wins. The same holds for `save`.
        """
        ...

    @abstractmethod
    def save(self, recording: Recording, replaces: int, audit: AuditEntry) -> None: ...

    @abstractmethod
    def get(self, library_id: LibraryId, recording_id: RecordingId) -> Recording: ...

    @abstractmethod
    def find_by_content(self, library_id: LibraryId, sha256: str) -> Recording | None:
        """The oldest live recording of these bytes, whether or not it claims them."""
        ...

    @abstractmethod
    def search(self, library_id: LibraryId, query: RecordingQuery) -> Page[Recording]:
        """One page in the query's order. Paging on sees each recording once that is there from start to end."""
        ...

    @abstractmethod
    def remove(self, recording: Recording, replaces: int, audit: AuditEntry) -> None:
        """Take the record out for good; its blobs are the caller's business."""
        ...

    @abstractmethod
    def trashed_before(self, moment: datetime, limit: int) -> tuple[Recording, ...]:
        """Of all libraries, the longest in the trash first."""
        ...

    @abstractmethod
    def unfinished_since(self, moment: datetime, limit: int) -> tuple[Recording, ...]:
        """Of all libraries, those receiving or processing and not updated after the moment, oldest first."""
        ...


class Analyses(Protocol):
    @abstractmethod
    def put(self, analysis: Analysis) -> None:
        """Store under its key. The same again changes nothing; raises LeaseLost when a newer fence is stored."""
        ...

    @abstractmethod
    def find(self, library_id: LibraryId, key: str) -> Analysis | None: ...

    @abstractmethod
    def remove(self, library_id: LibraryId, key: str) -> None:
        """What is not there is removed already."""
        ...


class Renditions(Protocol):
    @abstractmethod
    def put(self, rendition: Rendition) -> None:
        """Store under recording and name, in the place of an older one.

        Raises LeaseLost when a newer fence is stored."""
        ...

    @abstractmethod
    def get(self, library_id: LibraryId, recording_id: RecordingId, name: str) -> Rendition: ...

    @abstractmethod
    def of_recording(self, library_id: LibraryId, recording_id: RecordingId) -> tuple[Rendition, ...]:
        """By name."""
        ...

    @abstractmethod
    def remove_all(self, library_id: LibraryId, recording_id: RecordingId) -> None: ...


@dataclass(frozen=True, slots=True)
class JobQuery:
    """Newest first; None leaves a field open."""

    status: JobStatus | None = None
    kind: JobKind | None = None
    recording_id: RecordingId | None = None
    limit: int = 50
    cursor: str | None = None


class Jobs(Protocol):
    """The truth about work. A claim is `save` of `job.claimed(…)`: of two claimers, one gets VersionMismatch."""

    @abstractmethod
    def add(self, job: Job) -> Job:
        """Store a new one; where the library has a job with its key, that one is returned and nothing stored."""
        ...

    @abstractmethod
    def save(self, job: Job, replaces: int, audit: AuditEntry | None = None) -> None:
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


class Uploads(Protocol):
    @abstractmethod
    def add(self, upload: Upload, audit: AuditEntry) -> None: ...

    @abstractmethod
    def save(self, upload: Upload, replaces: int, audit: AuditEntry) -> None: ...

    @abstractmethod
    def get(self, library_id: LibraryId, upload_id: UploadId) -> Upload: ...

    @abstractmethod
    def expired(self, now: datetime, limit: int) -> tuple[Upload, ...]:
        """Of all libraries, open ones whose time is over."""
        ...

    @abstractmethod
    def find_by_multipart(self, blob_key: str, multipart_id: str) -> Upload | None:
        """Whose parts these are, whatever its status."""
        ...


class Libraries(Protocol):
    @abstractmethod
    def add(self, library: Library, audit: AuditEntry) -> None:
        """Raises Conflict when the id or the name is taken."""
        ...

    @abstractmethod
    def get(self, library_id: LibraryId) -> Library: ...

    @abstractmethod
    def find_by_name(self, name: str) -> Library | None: ...

    @abstractmethod
    def all(self) -> tuple[Library, ...]:
        """By name."""
        ...


class Keys(Protocol):
    @abstractmethod
    def add(self, key: Key, audit: AuditEntry) -> None:
        """Raises Conflict when a key with the same token is there."""
        ...

    @abstractmethod
    def save(self, key: Key, replaces: int, audit: AuditEntry) -> None: ...

    @abstractmethod
    def get(self, library_id: LibraryId, key_id: KeyId) -> Key: ...

    @abstractmethod
    def find_by_token(self, token_sha256: str) -> Key | None: ...

    @abstractmethod
    def of_library(self, library_id: LibraryId) -> tuple[Key, ...]:
        """Oldest first, revoked ones too."""
        ...


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Newest first; None leaves a field open. `since` is inclusive, `until` exclusive."""

    actor: str | None = None
    action: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    cursor: str | None = None


class AuditTrail(Protocol):
    """Read side of the trail; entries are written by the stores, together with the change."""

    @abstractmethod
    def search(self, library_id: LibraryId, query: AuditQuery) -> Page[AuditEntry]: ...


class IdempotentRequests(Protocol):
    @abstractmethod
    def begin(self, request: IdempotentRequest) -> IdempotentRequest | None:
        """Store a started request, if none is there under its library and key that has not expired at `started_at`.

        Returns the one that is there, or None when this one was stored. Of two at once, one is stored.
        """
        ...

    @abstractmethod
    def renew(self, request: IdempotentRequest) -> None:
        """Store the later `expires_at` of a request that is still carried out.

        This, `finish` and `forget` touch the request that began at the same `started_at` and no other: when that one
        has expired and another has begun under its key, or nothing is there, they change nothing.
        """
        ...

    @abstractmethod
    def finish(self, request: IdempotentRequest) -> None:
        """Store the answered request in the place of the started one."""
        ...

    @abstractmethod
    def forget(self, request: IdempotentRequest) -> None:
        """The request failed in a way that a repetition may mend."""
        ...

    @abstractmethod
    def purge(self, now: datetime) -> int:
        """Remove what has expired; how many."""
        ...


# ---- the bytes ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request that a client may send by itself, straight to the store, for a while."""

    url: str
    headers: Mapping[str, str]


class Blobs(Protocol):
    """Bytes under keys of the form `a/b/c`. A blob is there in full or not at all, and safe once a write returns."""

    @abstractmethod
    def put(self, key: str, chunks: Iterable[bytes]) -> BlobInfo:
        """Store the chunks, in the place of what was there. An exception out of `chunks` stores nothing."""
        ...

    @abstractmethod
    def stat(self, key: str) -> BlobInfo: ...

    @abstractmethod
    def get(self, key: str, byte_range: ByteRange | None = None) -> Iterator[bytes]:
        """The bytes, in chunks of at most 1 MiB. The range lies inside the blob. Raises NotFound at the call."""
        ...

    @abstractmethod
    def as_file(self, key: str) -> AbstractContextManager[Path]:
        """A readable file with the blob's bytes, for as long as the context is open; not to be written to."""
        ...

    @abstractmethod
    def delete(self, key: str) -> None:
        """What is not there is deleted already."""
        ...

    @abstractmethod
    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        """All blobs whose key starts with the prefix, by key; nothing that is only half written."""
        ...

    @abstractmethod
    def begin_multipart(self, key: str) -> str:
        """The id under which parts for this key are collected."""
        ...

    @abstractmethod
    def put_part(self, key: str, multipart_id: str, n: int, chunks: Iterable[bytes]) -> Part:
        """Store part `n`, in the place of an earlier one. Raises NotFound when the multipart has ended."""
        ...

    @abstractmethod
    def parts(self, key: str, multipart_id: str) -> tuple[Part, ...]:
        """Those that have arrived, by number. Raises NotFound when the multipart has ended."""
        ...

    @abstractmethod
    def complete_multipart(self, key: str, multipart_id: str) -> BlobInfo:
        """Put the parts together, by number, as the blob. Once done, doing it again returns the blob."""
        ...

    @abstractmethod
    def abort_multipart(self, key: str, multipart_id: str) -> None:
        """Forget the parts. What is not there is aborted already."""
        ...

    @abstractmethod
    def multiparts(self) -> Iterator[tuple[str, str, datetime]]:
        """Key, id and start of every multipart that has not ended."""
        ...

    @abstractmethod
    def remove_unfinished(self, before: datetime) -> int:
        """Remove what writes that never ended have left behind since before the moment; how many."""
        ...

    @abstractmethod
    def signed_part(self, key: str, multipart_id: str, n: int, size: int, valid_for: timedelta) -> SignedRequest | None:
        """A PUT for one part, straight to the store; None where the store has no address of its own."""
        ...

    @abstractmethod
    def signed_get(self, key: str, filename: str, content_type: str, valid_for: timedelta) -> SignedRequest | None:
        """A GET for the bytes, straight from the store; None where the store has no address of its own."""
        ...

    @abstractmethod
    def ping(self) -> None:
        """Returns when the store would take a write; raises Unavailable otherwise."""
        ...


# ---- the work ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in the hands of one receiver, until its visibility ends. `receives` counts this one too."""

    job_id: JobId
    receipt: str
    receives: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    job_id: JobId
    reason: str
    receives: int
    died_at: datetime


class JobQueue(Protocol):
    """The doorbell: messages that carry a job id and nothing else. At least once, in no certain order.

    A queue may hold one message or several for one job. What is lost here is rung again by the sweep.
    """

    @abstractmethod
    def send(self, job_id: JobId, delay: timedelta = timedelta()) -> None: ...

    @abstractmethod
    def receive(self, wait: timedelta, visibility: timedelta) -> Delivery | None:
        """The next message, hidden from others for `visibility`; None when none has come after `wait`.

        A message that was received too often goes to the dead letters instead.
        """
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


# ---- the ears ----------------------------------------------------------------------------------------------------

Progress = Callable[[float, str], None]
"""Called now and then with the share that is done (0 to 1) and the stage's name; what it raises ends the work."""


class AudioEngine(Protocol):
    """Hears. Memory stays bounded whatever the length of the file; a file can harm neither caller nor machine.

    The unusable is refused with UnusableAudio's leaves or Unsupported; EngineFailure says that the engine died on it.
    """

    @property
    @abstractmethod
    def analyser(self) -> str:
        """Name of the analyser that `listen` is, e.g. `listen`."""
        ...

    @property
    @abstractmethod
    def version(self) -> str:
        """Changes whenever the same bytes would give another result."""
        ...

    @property
    @abstractmethod
    def parameters(self) -> Mapping[str, Scalar]:
        """What else makes the result: settings of the analysis."""
        ...

    @abstractmethod
    def sniff(self, head: bytes) -> str:
        """The container's name from a file's first bytes (4 KiB or all). Raises Unsupported or EmptyAudio."""
        ...

    @abstractmethod
    def probe(self, path: Path) -> AudioFormat:
        """What the file says of itself, with its first sounds decoded; in at most 2 s of CPU. No true duration yet."""
        ...

    @abstractmethod
    def listen(self, path: Path, workspace: Path, progress: Progress) -> Heard:
        """One pass over all of it.

        Artefacts are left in the workspace: waveform.dat, waveform.json, spectrogram.png."""
        ...

    @abstractmethod
    def preview(self, path: Path, workspace: Path, progress: Progress) -> Artefact:
        """A small mp3 of all of it, left in the workspace as preview.mp3."""
        ...

    @abstractmethod
    def ping(self) -> None: ...


# ---- the world ---------------------------------------------------------------------------------------------------


class Clock(Protocol):
    @abstractmethod
    def now(self) -> datetime:
        """Aware, in UTC."""
        ...


class Workspaces(Protocol):
    @abstractmethod
    def open(self) -> AbstractContextManager[Path]:
        """An empty folder for one piece of work, gone with all that is in it when the context closes."""
        ...

    @abstractmethod
    def remove_abandoned(self, before: datetime) -> int:
        """Remove the folders of workers that died, made before the moment; how many."""
        ...


class Ids(Protocol):
    @abstractmethod
    def next(self) -> str:
        """A new id, greater as text than every id that this process has given before: 26 characters, a ULID."""
        ...
