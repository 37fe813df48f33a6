"""Which recordings a batch is about, a page at a time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from application.chosen import MAX_RECORDINGS, NAMED
from application.files import lines_from
from domain.access import Actor
from domain.batch import PAGE_ITEMS, ItemStatus, Selection
from domain.errors import Invalid, NotFound
from domain.listing import Field, Filter, Op, RecordingQuery, SortKey, filters_of
from domain.parameter import Setting
from domain.ports.batches import Batches, ItemQuery
from domain.ports.blobs import Blobs
from domain.ports.recordings import Recordings
from domain.recording import Recording
from domain.values import ByteRange, LibraryId, Page, RecordingId


@dataclass(frozen=True)
class Selected:
    """A recording of the selection; `recording` where it had to be read anyway."""

    recording_id: RecordingId
    settings: Mapping[str, Setting] = field(default_factory=dict)
    recording: Recording | None = None


@dataclass(frozen=True)
class CheckSelection:
    """Raises Invalid for a selection that makes no sense, and NotFound for one of what the library does not have."""

    recordings: Recordings
    batches: Batches

    def __call__(self, actor: Actor, selection: Selection) -> None:
        said = (bool(selection.recordings), selection.query is not None, bool(selection.undoes), bool(selection.rows))
        if sum(said) != 1:
            raise Invalid("Say either recordings or a query.", field="recordings")
        if not 0 < selection.share <= 1:
            raise Invalid("share must lie above 0 and not above 1.", field="share")
        if selection.query is not None:
            filters_of(selection.query)
        if selection.undoes is not None:
            self.batches.get(actor.library_id, selection.undoes)
        if len(selection.recordings) > MAX_RECORDINGS:
            raise Invalid(f"Name up to {MAX_RECORDINGS} recordings, or say a query.", field="recordings")
        unknown = [each for each in selection.recordings if not self._has(actor.library_id, each)]
        if unknown:
            raise NotFound(f"The library does not have {len(unknown)} of the recordings.", unknown=unknown[:NAMED])

    def _has(self, library_id: LibraryId, recording_id: RecordingId) -> bool:
        try:
            self.recordings.get(library_id, recording_id)
        except NotFound:
            return False
        return True


@dataclass(frozen=True)
class SelectRecordings:
    """A page of up to PAGE_ITEMS. A query finds what was there at `before`, in order of its creation."""

    recordings: Recordings
    batches: Batches
    blobs: Blobs

    def __call__(self, library_id: LibraryId, selection: Selection, cursor: str | None) -> Page[Selected]:
        if selection.undoes is not None:
            items = self.batches.items(library_id, selection.undoes, ItemQuery(None, PAGE_ITEMS, cursor))
            # One that a cancelled batch has left open may have been done all the same: its end was not stored.
            done = [each for each in items.items if each.status is ItemStatus.SUCCEEDED or not each.has_ended]
            return Page(tuple(Selected(item.recording_id, {"n": item.n}) for item in done), items.next_cursor)
        if selection.rows is not None:
            return self._rows(selection.rows, int(cursor or 0))
        if selection.query is None:
            start = int(cursor or 0)
            named = tuple(dict.fromkeys(selection.recordings))
            ids, more = named[start : start + PAGE_ITEMS], len(named) > start + PAGE_ITEMS
            found = [Selected(each) for each in ids if selection.takes(each)]
            return Page(tuple(found), str(start + PAGE_ITEMS) if more else None)
        page = self.recordings.search(library_id, _query(selection, cursor))
        taken = [Selected(each.id, recording=each) for each in page.items if selection.takes(each.id)]
        return Page(tuple(taken), page.next_cursor)

    def _rows(self, key: str, start: int) -> Page[Selected]:
        """From that byte of the blob on: a JSON list of id and settings on each line."""
        size = self.blobs.stat(key).size_bytes
        found: list[Selected] = []
        if start < size:
            for line in lines_from(self.blobs.get(key, ByteRange(start, size - 1)), PAGE_ITEMS):
                start += len(line)
                recording_id, said = json.loads(line)
                settings = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
                found.append(Selected(RecordingId(recording_id), settings))
        return Page(tuple(found), str(start) if start < size else None)


def _query(selection: Selection, cursor: str | None) -> RecordingQuery:
    filters = filters_of(selection.query or {})
    if selection.before is not None:
        filters += (Filter(Field.CREATED, Op.LTE, selection.before),)
    return RecordingQuery(filters, SortKey.CREATED, descending=False, limit=PAGE_ITEMS, cursor=cursor)
