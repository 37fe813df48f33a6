"""Libraries, keys and the audit trail, in SQLite."""

from collections.abc import Sequence

from adapters import codec, cursors, refusals
from adapters.local import rows
from adapters.local.database import Database
from domain.access import Key, Library
from domain.audit import AuditEntry
from domain.event import Event
from domain.ports.access import AuditQuery, AuditTrail, Keys, Libraries
from domain.values import KeyId, LibraryId, Page


class SqliteLibraries(Libraries):
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, library: Library, audit: AuditEntry) -> None:
        with self._database.writing() as connection:
            if rows.exists(connection, "SELECT 1 FROM libraries WHERE name = ?", library.name):
                raise refusals.taken("library", library.name)
            row: rows.Row = {
                "id": library.id,
                "name": library.name,
                "version": library.version,
                "doc": codec.written(library),
            }
            rows.add(connection, "library", "libraries", row)
            rows.append_audit(connection, audit)

    def save(self, library: Library, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        with self._database.writing() as connection:
            query = "SELECT version FROM libraries WHERE id = ?"
            stored = connection.execute(query, (library.id,)).fetchone()
            if stored is None:
                raise refusals.unknown("library", library.id)
            if stored[0] != replaces:
                raise refusals.changed("library", library.id, stored[0], replaces)
            connection.execute(
                "UPDATE libraries SET version = ?, doc = ? WHERE id = ?",
                (library.version, codec.written(library), library.id),
            )
            rows.append_audit(connection, audit)
            rows.put_in_outbox(connection, events)

    def get(self, library_id: LibraryId) -> Library:
        with self._database.reading() as connection:
            library = rows.read_one(connection, Library, "SELECT doc FROM libraries WHERE id = ?", library_id)
        if library is None:
            raise refusals.unknown("library", library_id)
        return library

    def find_by_name(self, name: str) -> Library | None:
        with self._database.reading() as connection:
            return rows.read_one(connection, Library, "SELECT doc FROM libraries WHERE name = ?", name)

    def all(self) -> tuple[Library, ...]:
        with self._database.reading() as connection:
            return rows.read_all(connection, Library, "SELECT doc FROM libraries ORDER BY name")


class SqliteKeys(Keys):
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: Key, audit: AuditEntry) -> None:
        with self._database.writing() as connection:
            if rows.exists(connection, "SELECT 1 FROM keys WHERE token_sha256 = ?", key.token_sha256):
                raise refusals.same_token()
            rows.add(connection, "key", "keys", _key_row(key))
            rows.append_audit(connection, audit)

    def save(self, key: Key, replaces: int, audit: AuditEntry) -> None:
        with self._database.writing() as connection:
            rows.replace(connection, "key", "keys", _key_row(key), replaces)
            rows.append_audit(connection, audit)

    def get(self, library_id: LibraryId, key_id: KeyId) -> Key:
        query = "SELECT doc FROM keys WHERE id = ? AND library_id = ?"
        with self._database.reading() as connection:
            key = rows.read_one(connection, Key, query, key_id, library_id)
        if key is None:
            raise refusals.unknown("key", key_id)
        return key

    def find_by_token(self, token_sha256: str) -> Key | None:
        with self._database.reading() as connection:
            return rows.read_one(connection, Key, "SELECT doc FROM keys WHERE token_sha256 = ?", token_sha256)

    def of_library(self, library_id: LibraryId) -> tuple[Key, ...]:
        query = "SELECT doc FROM keys WHERE library_id = ? ORDER BY created_at, id"
        with self._database.reading() as connection:
            return rows.read_all(connection, Key, query, library_id)


def _key_row(key: Key) -> rows.Row:
    return {
        "id": key.id,
        "library_id": key.library_id,
        "version": key.version,
        "token_sha256": key.token_sha256,
        "created_at": cursors.moment(key.created_at),
        "doc": codec.written(key),
    }


class SqliteAuditTrail(AuditTrail):
    """The file itself refuses to change or delete an entry."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(self, library_id: LibraryId, query: AuditQuery) -> Page[AuditEntry]:
        conditions = {
            "actor = ?": query.actor,
            "action = ?": query.action,
            "subject_id = ?": query.subject_id,
            "at >= ?": cursors.moment(query.since) if query.since else None,
            "at < ?": cursors.moment(query.until) if query.until else None,
        }
        with self._database.reading() as connection:
            return _ENTRIES.page(connection, library_id, query, conditions)


_ENTRIES = rows.Listing(AuditEntry, "audit", "at", lambda entry: entry.at, lambda entry: entry.id)
