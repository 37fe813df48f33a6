"""Libraries and their keys."""

from collections.abc import Sequence

from adapters import refusals
from adapters.aws import items, versioned
from adapters.aws.items import Item, document, read
from adapters.aws.table import Range, Refused, Table
from adapters.aws.versioned import Record
from adapters.aws.writes import ABSENT, put
from domain.access import Key, Library
from domain.audit import AuditEntry
from domain.event import Event
from domain.ports.access import Keys, Libraries
from domain.values import KeyId, LibraryId

_LIBRARIES = "libraries"
_TOKEN = "token"  # noqa: S105 - a word of keys, no secret


class DynamoLibraries(Libraries):
    """All in one partition, so that one query lists them; beside each an item under its name, which takes it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, library: Library, audit: AuditEntry) -> None:
        name: Item = {"pk": _LIBRARIES, "sk": items.key("name", library.name), "library": library.id}
        try:
            versioned.add(self._table, _library_record(library), audit, put(name, ABSENT))
        except Refused as refused:
            raise refusals.taken("library", library.name) from refused

    def save(self, library: Library, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        versioned.save(self._table, _library_record(library), replaces, audit, events=events)

    def get(self, library_id: LibraryId) -> Library:
        item = self._table.get((_LIBRARIES, items.key("library", library_id)))
        if item is None:
            raise refusals.unknown("library", library_id)
        return read(Library, item)

    def find_by_name(self, name: str) -> Library | None:
        named = self._table.get((_LIBRARIES, items.key("name", name)))
        return None if named is None else self.get(LibraryId(str(named["library"])))

    def all(self) -> tuple[Library, ...]:
        ids = Range(_LIBRARIES, least=items.key("library", ""), below=items.key("name", ""))
        libraries = (read(Library, item) for item in self._table.items(ids))
        return tuple(sorted(libraries, key=lambda library: library.name))


def _library_record(library: Library) -> Record:
    item: Item = {
        "pk": _LIBRARIES,
        "sk": items.key("library", library.id),
        "version": library.version,
        "doc": document(library),
    }
    return Record("library", library.id, item)


class DynamoKeys(Keys):
    """Each is stored twice, in its library and under its token's hash: every request asks by token, with one read.

    Both are written in one transaction, so that they never differ.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, key: Key, audit: AuditEntry) -> None:
        try:
            versioned.add(self._table, _key_record(key), audit, put(_by_token(key), ABSENT))
        except Refused as refused:
            raise refusals.same_token() from refused

    def save(self, key: Key, replaces: int, audit: AuditEntry) -> None:
        versioned.save(self._table, _key_record(key), replaces, audit, put(_by_token(key)))

    def get(self, library_id: LibraryId, key_id: KeyId) -> Key:
        item = self._table.get((_keys_of(library_id), items.key("key", key_id)))
        if item is None:
            raise refusals.unknown("key", key_id)
        return read(Key, item)

    def find_by_token(self, token_sha256: str) -> Key | None:
        item = self._table.get(_token_key(token_sha256))
        return None if item is None else read(Key, item)

    def of_library(self, library_id: LibraryId) -> tuple[Key, ...]:
        keys = (read(Key, item) for item in self._table.items(Range(_keys_of(library_id))))
        return tuple(sorted(keys, key=lambda key: (key.created_at, key.id)))


def _key_record(key: Key) -> Record:
    item: Item = {
        "pk": _keys_of(key.library_id),
        "sk": items.key("key", key.id),
        "version": key.version,
        "doc": document(key),
    }
    return Record("key", key.id, item)


def _by_token(key: Key) -> Item:
    pk, sk = _token_key(key.token_sha256)
    return {"pk": pk, "sk": sk, "doc": document(key)}


def _keys_of(library_id: LibraryId) -> str:
    return items.key("keys", library_id)


def _token_key(token_sha256: str) -> items.Key:
    return items.key(_TOKEN, token_sha256), _TOKEN
