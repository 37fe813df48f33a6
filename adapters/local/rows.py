"""Rows of the tables that keep one document for each entity, written with their guards."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

from adapters import codec, cursors, refusals
from domain.audit import AuditEntry
from domain.event import Event
from domain.ports.access import AuditQuery
from domain.ports.models import PredictionQuery
from domain.ports.work import JobQuery
from domain.values import LibraryId, Page

T = TypeVar("T")
Row: TypeAlias = Mapping[str, str | int | float | None]

# The names of tables and columns in the statements below are words of this program; values are always bound.


def add(connection: sqlite3.Connection, kind: str, table: str, row: Row) -> int:
    """A new row, and its number. Raises Conflict when the id is taken."""
    if exists(connection, f"SELECT 1 FROM {table} WHERE id = ?", row["id"]):  # noqa: S608 - see above
        raise refusals.taken(kind, str(row["id"]))
    marks = ", ".join("?" * len(row))
    added = connection.execute(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})",  # noqa: S608 - see above
        tuple(row.values()),
    )
    return added.lastrowid or 0


def replace(connection: sqlite3.Connection, kind: str, table: str, row: Row, replaces: int) -> None:
    """Raises NotFound, or VersionMismatch when another version is stored than the one to be replaced."""
    require_version(connection, kind, table, row, replaces)
    connection.execute(
        f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in row)} WHERE id = ?",  # noqa: S608 - see above
        (*row.values(), row["id"]),
    )


def require_version(connection: sqlite3.Connection, kind: str, table: str, row: Row, replaces: int) -> None:
    stored = connection.execute(
        f"SELECT version FROM {table} WHERE id = ? AND library_id = ?",  # noqa: S608 - see above
        (row["id"], row["library_id"]),
    ).fetchone()
    if stored is None:
        raise refusals.unknown(kind, str(row["id"]))
    if stored[0] != replaces:
        raise refusals.changed(kind, str(row["id"]), stored[0], replaces)


def exists(connection: sqlite3.Connection, query: str, *values: object) -> bool:
    return connection.execute(query, values).fetchone() is not None


def append_audit(connection: sqlite3.Connection, entry: AuditEntry) -> None:
    """In the transaction of the change that it tells of: both are stored or neither."""
    row: Row = {
        "id": entry.id,
        "library_id": entry.library_id,
        "at": cursors.moment(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject_id": entry.subject_id,
        "doc": codec.written(entry),
    }
    add(connection, "audit entry", "audit", row)


def put_in_outbox(connection: sqlite3.Connection, events: Sequence[Event]) -> None:
    """In the transaction of the change that they tell of, as `append_audit`."""
    for event in events:
        connection.execute(
            "INSERT OR REPLACE INTO outbox (id, at, doc) VALUES (?, ?, ?)",
            (event.id, cursors.moment(event.at), codec.written(event)),
        )


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A table that is listed newest first, by its column of time and the id; `column` has what is listed of each."""

    kind: type[T]
    table: str
    time: str
    time_of: Callable[[T], datetime]
    id_of: Callable[[T], str]
    column: str = "doc"

    def page(
        self,
        connection: sqlite3.Connection,
        library_id: LibraryId,
        query: JobQuery | AuditQuery | PredictionQuery,
        conditions: Mapping[str, str | None],
    ) -> Page[T]:
        """`conditions` are SQL with the one value of each; what has none is left open."""
        where = ["library_id = ?", *(sql for sql, value in conditions.items() if value is not None)]
        values = [library_id, *(value for value in conditions.values() if value is not None)]
        start = cursors.read(library_id, query, str)
        if start is not None:
            where.append(f"({self.time}, id) < (?, ?)")
            values += map(str, start)
        found = read_all(
            connection,
            self.kind,
            f"SELECT {self.column} FROM {self.table} WHERE {' AND '.join(where)}"  # noqa: S608 - see above
            f" ORDER BY {self.time} DESC, id DESC LIMIT ?",
            *values,
            query.limit + 1,
        )
        items = found[: query.limit]
        if len(found) == len(items):
            return Page(items)
        last = items[-1]
        position = (cursors.moment(self.time_of(last)), self.id_of(last))
        return Page(items, cursors.written(library_id, query, position))


def read_all(connection: sqlite3.Connection, kind: type[T], query: str, *values: object) -> tuple[T, ...]:
    """The entities in the documents that a query of one column gives."""
    return tuple(codec.read(kind, doc) for (doc,) in connection.execute(query, values).fetchall())


def read_one(connection: sqlite3.Connection, kind: type[T], query: str, *values: object) -> T | None:
    row = connection.execute(query, values).fetchone()
    return None if row is None else codec.read(kind, row[0])
