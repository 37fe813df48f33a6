"""The outbox, in memory."""

from collections.abc import Sequence
from datetime import datetime

from adapters.memory.access import AuditLog
from domain.event import Event
from domain.ports.events import Outbox


class MemoryOutbox(Outbox):
    def __init__(self, audit_log: AuditLog) -> None:
        self._log = audit_log

    def pending(self, before: datetime, limit: int) -> tuple[Event, ...]:
        with self._log.lock:
            due = [event for event in self._log.outbox.values() if event.at <= before]
        return tuple(sorted(due, key=lambda event: (event.at, event.id))[:limit])

    def done(self, events: Sequence[Event]) -> None:
        with self._log.lock:
            for event in events:
                self._log.outbox.pop(event.id, None)
