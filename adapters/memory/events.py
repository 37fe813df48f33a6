"""The stream of events of each library, in memory."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

from adapters import cursors
from domain.event import Event
from domain.ports.work import Events
from domain.values import LibraryId


class MemoryEvents(Events):
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._last = 0
        self._events: list[tuple[int, Event]] = []

    def publish(self, event: Event) -> None:
        with self._changed:
            self._last += 1
            self._events.append((self._last, replace(event, id=str(self._last))))
            self._changed.notify_all()

    def since(self, library_id: LibraryId, last_id: str | None, limit: int = 100) -> tuple[Event, ...]:
        if last_id is None:
            return ()
        after = cursors.event_number(last_id)
        with self._changed:
            return self._after(library_id, after)[:limit]

    def last_id(self, library_id: LibraryId) -> str:
        with self._changed:
            return str(self._last)

    def wait(self, library_id: LibraryId, last_id: str, timeout: timedelta) -> bool:
        after = cursors.event_number(last_id)
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._after(library_id, after)), timeout.total_seconds())

    def purge(self, before: datetime) -> int:
        with self._changed:
            kept = [row for row in self._events if row[1].at >= before]
            gone = len(self._events) - len(kept)
            self._events = kept
            return gone

    def _after(self, library_id: LibraryId, number: int) -> tuple[Event, ...]:
        return tuple(event for n, event in self._events if n > number and event.library_id == library_id)
