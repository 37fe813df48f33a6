"""Recordings in every order that they are listed in, kept as they come and go: a page costs what it shows."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from adapters import cursors
from domain.listing import SortKey, sort_value
from domain.recording import Recording
from domain.values import LibraryId, RecordingId


class Shelf:
    """Not safe for several threads: who uses it holds a lock, also while it walks."""

    def __init__(self) -> None:
        self._recordings: dict[RecordingId, Recording] = {}
        self._orders: dict[tuple[LibraryId, SortKey], list[cursors.Position]] = defaultdict(list)
        self._contents: dict[tuple[LibraryId, str], dict[RecordingId, None]] = defaultdict(dict)

    def find(self, recording_id: RecordingId) -> Recording | None:
        return self._recordings.get(recording_id)

    def all(self) -> tuple[Recording, ...]:
        return tuple(self._recordings.values())

    def put(self, recording: Recording) -> None:
        """In the place of what stood there under its id."""
        self.remove(recording.id)
        self._recordings[recording.id] = recording
        for sort in SortKey:
            insort(self._orders[recording.library_id, sort], position(recording, sort))
        if recording.sha256 is not None:
            self._contents[recording.library_id, recording.sha256][recording.id] = None

    def remove(self, recording_id: RecordingId) -> None:
        recording = self._recordings.pop(recording_id, None)
        if recording is None:
            return
        for sort in SortKey:
            order = self._orders[recording.library_id, sort]
            del order[bisect_left(order, position(recording, sort))]
        if recording.sha256 is not None:
            del self._contents[recording.library_id, recording.sha256][recording_id]

    def of_content(self, library_id: LibraryId, sha256: str | None) -> tuple[Recording, ...]:
        return tuple(self._recordings[each] for each in self._contents.get((library_id, sha256 or ""), ()))

    def walk(
        self, library_id: LibraryId, sort: SortKey, after: cursors.Position | None, descending: bool
    ) -> Iterator[Recording]:
        """All of the library in that order, or those that come after the position."""
        order = self._orders.get((library_id, sort), [])
        if descending:
            places = range((len(order) if after is None else bisect_left(order, after)) - 1, -1, -1)
        else:
            places = range(0 if after is None else bisect_right(order, after), len(order))
        for place in places:
            yield self._recordings[RecordingId(order[place][1])]


def position(recording: Recording, sort: SortKey) -> cursors.Position:
    value = sort_value(recording, sort)
    return cursors.moment(value) if isinstance(value, datetime) else value, recording.id
