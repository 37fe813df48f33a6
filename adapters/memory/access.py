"""Libraries, keys and the audit trail, in memory."""

import threading
from collections.abc import Sequence

from adapters import cursors, refusals
from domain.access import Key, Library
from domain.audit import AuditEntry
from domain.event import Event
from domain.ports.access import AuditQuery, AuditTrail, Keys, Libraries
from domain.values import KeyId, LibraryId, Page


class AuditLog:
    """The entries, the events of the outbox, and the lock that all stores share that write some with each change.

    A store checks, then appends here, then changes its own table: the last step cannot fail, so that all are
    stored or none, and under the one lock nobody sees the half of it.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.outbox: dict[str, Event] = {}
        self._entries: dict[str, AuditEntry] = {}

    def append(self, entry: AuditEntry | None, events: Sequence[Event] = ()) -> None:
        with self.lock:
            if entry is not None:
                if entry.id in self._entries:
                    raise refusals.taken("audit entry", entry.id)
                self._entries[entry.id] = entry
            self.outbox.update({event.id: event for event in events})

    def entries(self) -> tuple[AuditEntry, ...]:
        with self.lock:
            return tuple(self._entries.values())


class MemoryAuditTrail(AuditTrail):
    def __init__(self, audit_log: AuditLog) -> None:
        self._log = audit_log

    def search(self, library_id: LibraryId, query: AuditQuery) -> Page[AuditEntry]:
        found = sorted(
            (e for e in self._log.entries() if e.library_id == library_id and _asked_for(e, query)),
            key=_position,
            reverse=True,
        )
        start = cursors.read(library_id, query, str)
        if start is not None:
            found = [entry for entry in found if _position(entry) < start]
        items = tuple(found[: query.limit])
        more = len(found) > query.limit
        return Page(items, cursors.written(library_id, query, _position(items[-1])) if more else None)


def _position(entry: AuditEntry) -> tuple[str, str]:
    return cursors.moment(entry.at), entry.id


def _asked_for(entry: AuditEntry, query: AuditQuery) -> bool:
    return (
        (query.actor is None or entry.actor == query.actor)
        and (query.action is None or entry.action == query.action)
        and (query.subject_id is None or entry.subject_id == query.subject_id)
        and (query.since is None or query.since <= entry.at)
        and (query.until is None or entry.at < query.until)
    )


class MemoryLibraries(Libraries):
    def __init__(self, audit_log: AuditLog) -> None:
        self._log = audit_log
        self._libraries: dict[LibraryId, Library] = {}

    def add(self, library: Library, audit: AuditEntry) -> None:
        with self._log.lock:
            if library.id in self._libraries:
                raise refusals.taken("library", library.id)
            if any(other.name == library.name for other in self._libraries.values()):
                raise refusals.taken("library", library.name)
            self._log.append(audit)
            self._libraries[library.id] = library

    def save(self, library: Library, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        with self._log.lock:
            stored = self.get(library.id)
            if stored.version != replaces:
                raise refusals.changed("library", library.id, stored.version, replaces)
            self._log.append(audit, events)
            self._libraries[library.id] = library

    def get(self, library_id: LibraryId) -> Library:
        with self._log.lock:
            library = self._libraries.get(library_id)
        if library is None:
            raise refusals.unknown("library", library_id)
        return library

    def find_by_name(self, name: str) -> Library | None:
        return next((library for library in self.all() if library.name == name), None)

    def all(self) -> tuple[Library, ...]:
        with self._log.lock:
            return tuple(sorted(self._libraries.values(), key=lambda library: library.name))


class MemoryKeys(Keys):
    def __init__(self, audit_log: AuditLog) -> None:
        self._log = audit_log
        self._keys: dict[KeyId, Key] = {}

    def add(self, key: Key, audit: AuditEntry) -> None:
        with self._log.lock:
            if key.id in self._keys:
                raise refusals.taken("key", key.id)
            if self.find_by_token(key.token_sha256) is not None:
                raise refusals.same_token()
            self._log.append(audit)
            self._keys[key.id] = key

    def save(self, key: Key, replaces: int, audit: AuditEntry) -> None:
        with self._log.lock:
            stored = self.get(key.library_id, key.id)
            if stored.version != replaces:
                raise refusals.changed("key", key.id, stored.version, replaces)
            self._log.append(audit)
            self._keys[key.id] = key

    def get(self, library_id: LibraryId, key_id: KeyId) -> Key:
        with self._log.lock:
            key = self._keys.get(key_id)
        if key is None or key.library_id != library_id:
            raise refusals.unknown("key", key_id)
        return key

    def find_by_token(self, token_sha256: str) -> Key | None:
        with self._log.lock:
            return next((key for key in self._keys.values() if key.token_sha256 == token_sha256), None)

    def of_library(self, library_id: LibraryId) -> tuple[Key, ...]:
        with self._log.lock:
            own = [key for key in self._keys.values() if key.library_id == library_id]
        return tuple(sorted(own, key=lambda key: (key.created_at, key.id)))
