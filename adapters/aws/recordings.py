"""The recordings of all libraries, in DynamoDB."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime

from adapters import refusals
from adapters.aws import versioned
from adapters.aws.documents import cut, part_keys, whole
from adapters.aws.due import overdue
from adapters.aws.items import Item, batches, read
from adapters.aws.recording_changes import CLAIMANT, changes
from adapters.aws.recording_items import KIND, TRASHED, UNFINISHED, item_of, recording_key
from adapters.aws.recording_search import FEW, WALK, Search
from adapters.aws.recording_sources import from_sources
from adapters.aws.recording_tally import tally_of
from adapters.aws.table import MAX_TRANSACTION, Refused, Table
from adapters.aws.versioned import Record
from adapters.aws.writes import at_version, delete, put
from domain.audit import AuditEntry
from domain.event import Event
from domain.listing import Field, Filter, Op, RecordingQuery
from domain.ports.recordings import Recordings
from domain.recording import Recording
from domain.source import SourcedRecording
from domain.tally import Tally
from domain.values import LibraryId, Page, RecordingId

_SAME_AT_ONCE = 5  # hardly anything has the same bytes as more others


class DynamoRecordings(Recordings):
    """A change is one transaction: the recording, its entry in the trail, its claim, and what it is found by."""

    def __init__(self, table: Table, few: int = FEW, walk: int = WALK) -> None:
        """`few` and `walk` bound what a search reads, and `walk` what a tally counts: see recording_search."""
        self._table = table
        self._few = few
        self._walk = walk

    def add(self, recording: Recording, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        item, *parts = cut(item_of(recording))
        changed = changes(None, recording)
        self._table.write_each(changed.before)
        with _duplicates_named():
            together = (*changed.together, *map(put, parts))
            versioned.add(self._table, Record(KIND, recording.id, item), audit, *together, events=events)

    def save(self, recording: Recording, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        stored = self._stored(recording.library_id, recording.id, replaces)
        item, *parts = cut(item_of(recording))
        changed = changes(read(Recording, stored), recording)
        others = (*changed.together, *map(put, parts), *map(delete, part_keys(stored)))
        self._table.write_each(changed.before)
        with _duplicates_named():
            versioned.save(self._table, Record(KIND, recording.id, item), replaces, audit, *others, events=events)
        # Whoever has changed it since may have put one of them anew.
        with suppress(Refused):
            for some in batches(changed.after, MAX_TRANSACTION - 1):
                self._table.write(put(item, at_version(recording.version)), *some)

    def get(self, library_id: LibraryId, recording_id: RecordingId) -> Recording:
        return read(Recording, self._stored(library_id, recording_id))

    def find_by_content(self, library_id: LibraryId, sha256: str) -> Recording | None:
        query = RecordingQuery((Filter(Field.SHA256, Op.EQ, sha256),), descending=False, limit=_SAME_AT_ONCE)
        while True:
            page = self.search(library_id, query)
            oldest = next((recording for recording in page.items if recording.is_live), None)
            if oldest is not None or page.next_cursor is None:
                return oldest
            query = replace(query, cursor=page.next_cursor)

    def search(self, library_id: LibraryId, query: RecordingQuery) -> Page[Recording]:
        return Search(self._table, library_id, query, self._few, self._walk).page()

    def tally(self, library_id: LibraryId, filters: Sequence[Filter]) -> Tally:
        return tally_of(self._table, library_id, filters, self._walk)

    def remove(self, recording: Recording, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        stored = self._stored(recording.library_id, recording.id, replaces)
        changed = changes(read(Recording, stored), None)
        others = (*changed.together, *map(delete, part_keys(stored)))
        versioned.remove(self._table, Record(KIND, recording.id, stored), replaces, audit, *others, events=events)
        self._table.write_each(changed.after)

    def trashed_before(self, moment: datetime, limit: int) -> tuple[Recording, ...]:
        return self._overdue(TRASHED, moment, limit)

    def unfinished_since(self, moment: datetime, limit: int) -> tuple[Recording, ...]:
        return self._overdue(UNFINISHED, moment, limit)

    def from_sources(self, library_id: LibraryId, address: str) -> Iterator[SourcedRecording]:
        return from_sources(self._table, library_id, address)

    def _overdue(self, kind: str, moment: datetime, limit: int) -> tuple[Recording, ...]:
        found = (whole(self._table, item) for item in overdue(self._table, kind, moment, limit))
        return tuple(read(Recording, item) for item in found if item)

    def _stored(self, library_id: LibraryId, recording_id: RecordingId, version: int | None = None) -> Item:
        """Raises NotFound; and VersionMismatch when it has another version than is expected."""
        head = self._table.get(recording_key(library_id, recording_id))
        item = head and whole(self._table, head)
        if not item:
            raise refusals.unknown(KIND, recording_id)
        if version not in {None, item["version"]}:
            raise refusals.changed(KIND, recording_id, int(str(item["version"])), int(str(version)))
        return item


@contextmanager
def _duplicates_named() -> Iterator[None]:
    """A claim that another recording has, as DuplicateContent."""
    try:
        yield
    except Refused as refused:
        other = refused.found.get(1)
        if other is not None and CLAIMANT in other:
            raise refusals.duplicate(str(other[CLAIMANT])) from refused
        raise
