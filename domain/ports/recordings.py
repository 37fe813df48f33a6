"""Recordings, what is known of them, and how they come in by parts."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from domain.analysis import Analysis
from domain.audit import AuditEntry
from domain.event import Event
from domain.listing import Filter, RecordingQuery
from domain.recording import Recording
from domain.rendition import Rendition
from domain.source import SourcedRecording
from domain.tally import Tally
from domain.upload import Upload
from domain.values import LibraryId, Page, RecordingId, UploadId


class Recordings(Protocol):
    """The recordings of all libraries; every question names the library."""

    @abstractmethod
    def add(self, recording: Recording, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        """Store a new one. Raises Conflict when its id is taken.

        Raises DuplicateContent, naming the other one, when it claims its content and another one that claims it too
        has the same SHA-256: of two at the same moment, one wins. The same holds for `save`.
        """
        ...

    @abstractmethod
    def save(self, recording: Recording, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None: ...

    @abstractmethod
    def get(self, library_id: LibraryId, recording_id: RecordingId) -> Recording: ...

    @abstractmethod
    def find_by_content(self, library_id: LibraryId, sha256: str) -> Recording | None:
        """The oldest live recording of these bytes, whether or not it claims them."""
        ...

    @abstractmethod
    def search(self, library_id: LibraryId, query: RecordingQuery) -> Page[Recording]:
        """One page in the query's order. Paging on sees each recording once that is there from start to end.

        What was written in the moments before may be missing, and is never shown as it was before.
        """
        ...

    @abstractmethod
    def tally(self, library_id: LibraryId, filters: Sequence[Filter]) -> Tally:
        """What those that match all the filters come to. A store that would take too long counts some, and says so."""
        ...

    @abstractmethod
    def remove(self, recording: Recording, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        """Take the record out for good; its blobs are the caller's business."""
        ...

    @abstractmethod
    def trashed_before(self, moment: datetime, limit: int) -> tuple[Recording, ...]:
        """Of all libraries, those trashed at the moment or before it, the longest in the trash first."""
        ...

    @abstractmethod
    def unfinished_since(self, moment: datetime, limit: int) -> tuple[Recording, ...]:
        """Of all libraries, those receiving or processing and not updated after the moment, oldest first."""
        ...

    @abstractmethod
    def from_sources(self, library_id: LibraryId, address: str) -> Iterator[SourcedRecording]:
        """Those whose source's URL starts with the address and that are not in the trash: by URL, then by id.

        Read on as they are taken, so that there may be millions; what changes meanwhile is seen or not.
        """
        ...


class Analyses(Protocol):
    @abstractmethod
    def put(self, analysis: Analysis) -> None:
        """Store under its key. The same again changes nothing; raises LeaseLost when a newer fence is stored."""
        ...

    @abstractmethod
    def find(self, library_id: LibraryId, key: str) -> Analysis | None: ...

    @abstractmethod
    def of_content(self, library_id: LibraryId, sha256: str) -> tuple[Analysis, ...]:
        """All that is stored of these bytes, newest first."""
        ...

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
    def remove(self, rendition: Rendition) -> None:
        """Take this one out. Where another fence has written under its name since, that one stays."""
        ...

    @abstractmethod
    def remove_all(self, library_id: LibraryId, recording_id: RecordingId) -> None: ...


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
