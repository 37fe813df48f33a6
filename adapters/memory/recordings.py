"""The recordings of all libraries, in memory."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from adapters import cursors, refusals
from adapters.memory.access import AuditLog
from adapters.memory.shelf import Shelf, position
from domain.audit import AuditEntry
from domain.event import Event
from domain.listing import Filter, RecordingQuery, SortKey
from domain.ports.recordings import Recordings
from domain.recording import Recording, Status
from domain.source import SourcedRecording
from domain.tally import Counted, Counter, Tally
from domain.values import LibraryId, Page, RecordingId

_UNFINISHED = frozenset({Status.RECEIVING, Status.PROCESSING})


class MemoryRecordings(Recordings):
    def __init__(self, audit_log: AuditLog) -> None:
        self._log = audit_log
        self._shelf = Shelf()

    def add(self, recording: Recording, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        with self._log.lock:
            if self._shelf.find(recording.id) is not None:
                raise refusals.taken("recording", recording.id)
            self._require_unclaimed(recording)
            self._log.append(audit, events)
            self._shelf.put(recording)

    def save(self, recording: Recording, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        with self._log.lock:
            self._require_version(recording, replaces)
            self._require_unclaimed(recording)
            self._log.append(audit, events)
            self._shelf.put(recording)

    def get(self, library_id: LibraryId, recording_id: RecordingId) -> Recording:
        with self._log.lock:
            recording = self._shelf.find(recording_id)
        if recording is None or recording.library_id != library_id:
            raise refusals.unknown("recording", recording_id)
        return recording

    def find_by_content(self, library_id: LibraryId, sha256: str) -> Recording | None:
        with self._log.lock:
            same = [each for each in self._shelf.of_content(library_id, sha256) if each.is_live]
        return min(same, key=lambda r: (r.created_at, r.id), default=None)

    def search(self, library_id: LibraryId, query: RecordingQuery) -> Page[Recording]:
        after = cursors.read(library_id, query, _kind(query.sort))
        with self._log.lock:
            walked = self._shelf.walk(library_id, query.sort, after, query.descending)
            found = list(islice(filter(query.matches, walked), query.limit + 1))
        page = found[: query.limit]
        more = len(found) > query.limit
        return Page(tuple(page), cursors.written(library_id, query, position(page[-1], query.sort)) if more else None)

    def tally(self, library_id: LibraryId, filters: Sequence[Filter]) -> Tally:
        query = RecordingQuery(tuple(filters))
        matching = [each for each in self._of(library_id) if all(wanted.matches(each) for wanted in filters)]
        counter = Counter(with_trash=query.shows_trash)
        for recording in matching:
            counter.count(Counted.of(recording))
        oldest_first = sorted(filter(query.matches, matching), key=lambda each: each.created_at)
        return counter.tally({each.failure.code: each.failure.detail for each in oldest_first if each.failure})

    def remove(self, recording: Recording, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        with self._log.lock:
            self._require_version(recording, replaces)
            self._log.append(audit, events)
            self._shelf.remove(recording.id)

    def trashed_before(self, moment: datetime, limit: int) -> tuple[Recording, ...]:
        dated = [(r.trashed_at, r.id, r) for r in self._all() if r.trashed_at and r.trashed_at <= moment]
        return tuple(recording for _, _, recording in sorted(dated, key=lambda row: row[:2])[:limit])

    def unfinished_since(self, moment: datetime, limit: int) -> tuple[Recording, ...]:
        stale = [r for r in self._all() if r.status in _UNFINISHED and r.updated_at <= moment]
        return tuple(sorted(stale, key=lambda r: (r.updated_at, r.id))[:limit])

    def from_sources(self, library_id: LibraryId, address: str) -> Iterator[SourcedRecording]:
        made = (
            SourcedRecording(r.id, r.source)
            for r in self._of(library_id)
            if r.source and r.source.url.startswith(address) and r.status is not Status.TRASHED
        )
        return iter(sorted(made, key=lambda each: (each.source.url, each.recording_id)))

    def _all(self) -> tuple[Recording, ...]:
        with self._log.lock:
            return self._shelf.all()

    def _of(self, library_id: LibraryId) -> Iterable[Recording]:
        return (recording for recording in self._all() if recording.library_id == library_id)

    def _require_version(self, recording: Recording, replaces: int) -> None:
        stored = self.get(recording.library_id, recording.id)
        if stored.version != replaces:
            raise refusals.changed("recording", recording.id, stored.version, replaces)

    def _require_unclaimed(self, recording: Recording) -> None:
        if not recording.claims_content:
            return
        for other in self._shelf.of_content(recording.library_id, recording.sha256):
            if other.claims_content and other.id != recording.id:
                raise refusals.duplicate(other.id)


def _kind(sort: SortKey) -> type[str] | type[float]:
    return float if sort in {SortKey.DURATION, SortKey.LOUDNESS, SortKey.SIZE} else str
