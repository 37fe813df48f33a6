"""Stretches of recordings that people have marked."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.audit import AuditEntry
from domain.event import Event
from domain.region import Region, RegionId
from domain.values import LibraryId, RecordingId


class Regions(Protocol):
    """They are found by their recording. A region never changes its recording nor its origin."""

    @abstractmethod
    def add(self, region: Region, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        """Raises Conflict when the recording has a region of that id, or one of the same origin: then with that one's
        `region_id`. Of two of one origin at the same moment, one wins."""
        ...

    @abstractmethod
    def save(self, region: Region, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None: ...

    @abstractmethod
    def get(self, library_id: LibraryId, recording_id: RecordingId, region_id: RegionId) -> Region: ...

    @abstractmethod
    def of_recording(self, library_id: LibraryId, recording_id: RecordingId) -> tuple[Region, ...]:
        """All of them, by their start, then by their id."""
        ...

    @abstractmethod
    def remove(self, region: Region, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        """Its origin is free for another one then."""
        ...

    @abstractmethod
    def remove_all(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        """Without a trace: for a recording that goes for good."""
        ...
