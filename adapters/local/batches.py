"""Batches and their items, in SQLite."""

import sqlite3
from collections.abc import Sequence

from adapters import codec, cursors, refusals
from adapters.local import rows
from adapters.local.database import Database
from domain.batch import Batch, Counts, Item, ItemStatus, Making
from domain.ports.batches import Batches, ItemQuery
from domain.values import JobId, LibraryId, Page

REMOVED_AT_ONCE = 1000
"""Items that one transaction removes: others write in between."""

_ITEMS = "SELECT doc FROM batch_items WHERE batch_id = ?"


class SqliteBatches(Batches):
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, batch: Batch) -> None:
        row: rows.Row = {
            "id": batch.id,
            "library_id": batch.library_id,
            "created_at": cursors.moment(batch.created_at),
            "doc": codec.written(batch),
        }
        making = Making(batch.id)
        with self._database.writing() as connection:
            rows.add(connection, "batch", "batches", row)
            connection.execute(
                "INSERT INTO batch_makings (batch_id, version, doc) VALUES (?, ?, ?)",
                (batch.id, making.version, codec.written(making)),
            )

    def get(self, library_id: LibraryId, batch_id: JobId) -> Batch:
        query = "SELECT doc FROM batches WHERE id = ? AND library_id = ?"
        with self._database.reading() as connection:
            batch = rows.read_one(connection, Batch, query, batch_id, library_id)
        if batch is None:
            raise refusals.unknown("batch", batch_id)
        return batch

    def making(self, batch_id: JobId) -> Making:
        query = "SELECT doc FROM batch_makings WHERE batch_id = ?"
        with self._database.reading() as connection:
            making = rows.read_one(connection, Making, query, batch_id)
        if making is None:
            raise refusals.unknown("batch", batch_id)
        return making

    def put_items(self, items: Sequence[Item], making: Making, replaces: int) -> None:
        batch_id = making.batch_id
        query = "SELECT version FROM batch_makings WHERE batch_id = ?"
        with self._database.writing() as connection:
            stored = connection.execute(query, (batch_id,)).fetchone()
            if stored is None:
                raise refusals.unknown("batch", batch_id)
            if stored[0] != replaces:
                raise refusals.changed("making of batch", batch_id, stored[0], replaces)
            connection.execute(
                "UPDATE batch_makings SET version = ?, doc = ? WHERE batch_id = ?",
                (making.version, codec.written(making), batch_id),
            )
            _put(connection, batch_id, items)

    def save_items(self, items: Sequence[Item]) -> None:
        if items:
            with self._database.writing() as connection:
                _put(connection, items[0].batch_id, items)

    def item(self, library_id: LibraryId, batch_id: JobId, n: int) -> Item:
        with self._database.reading() as connection:
            _require(connection, library_id, batch_id)
            item = _item(connection, batch_id, n)
        if item is None:
            raise refusals.unknown("item", f"{batch_id}:{n}")
        return item

    def open_items(self, batch_id: JobId, stripe: int, limit: int) -> tuple[Item, ...]:
        query = (  # by that index, since SQLite would go through those that have ended, too
            "SELECT doc FROM batch_items INDEXED BY batch_items_open"
            " WHERE batch_id = ? AND stripe = ? AND status IN ('queued', 'running') ORDER BY n LIMIT ?"
        )
        with self._database.reading() as connection:
            return rows.read_all(connection, Item, query, batch_id, stripe, limit)

    def items(self, library_id: LibraryId, batch_id: JobId, query: ItemQuery) -> Page[Item]:
        first = cursors.first_number(library_id, batch_id, query)
        where, values = ("", ()) if query.status is None else (" AND status = ?", (query.status.value,))
        wanted = f"{_ITEMS}{where} AND n >= ? ORDER BY n LIMIT ?"
        with self._database.reading() as connection:
            _require(connection, library_id, batch_id)
            found = rows.read_all(connection, Item, wanted, batch_id, *values, first, query.limit + 1)
        items = found[: query.limit]
        more = len(found) > len(items)
        return Page(items, cursors.after_number(library_id, batch_id, query, items[-1].n) if more else None)

    def counts(self, library_id: LibraryId, batch_id: JobId) -> Counts:
        """In one statement, so that statuses and seconds are of the same moment."""
        query = (
            "SELECT status, items, audio_seconds, busy_seconds FROM batches"
            " LEFT JOIN batch_counts ON batch_id = id AND items <> 0 WHERE id = ? AND library_id = ?"
        )
        with self._database.reading() as connection:
            found = connection.execute(query, (batch_id, library_id)).fetchall()
        if not found:
            raise refusals.unknown("batch", batch_id)
        return Counts({ItemStatus(row[0]): row[1] for row in found if row[0]}, *found[0][2:])

    def active(self, library_id: LibraryId) -> tuple[JobId, ...]:
        query = "SELECT id FROM batches WHERE library_id = ? AND active ORDER BY created_at, id"
        with self._database.reading() as connection:
            return tuple(JobId(row[0]) for row in connection.execute(query, (library_id,)))

    def end(self, library_id: LibraryId, batch_id: JobId) -> None:
        self._set_active(library_id, batch_id, active=False)

    def reopen(self, library_id: LibraryId, batch_id: JobId) -> None:
        self._set_active(library_id, batch_id, active=True)

    def _set_active(self, library_id: LibraryId, batch_id: JobId, *, active: bool) -> None:
        with self._database.writing() as connection:
            _require(connection, library_id, batch_id)
            connection.execute("UPDATE batches SET active = ? WHERE id = ?", (active, batch_id))

    def remove(self, library_id: LibraryId, batch_id: JobId) -> None:
        query = "SELECT 1 FROM batches WHERE id = ? AND library_id = ?"
        some = "SELECT n FROM batch_items WHERE batch_id = ? LIMIT ?"
        while True:
            with self._database.writing() as connection:
                if not rows.exists(connection, query, batch_id, library_id):
                    return
                connection.execute("DELETE FROM batch_makings WHERE batch_id = ?", (batch_id,))
                removed = connection.execute(
                    f"DELETE FROM batch_items WHERE batch_id = ? AND n IN ({some})",  # noqa: S608 - words of ours
                    (batch_id, batch_id, REMOVED_AT_ONCE),
                )
                if removed.rowcount < REMOVED_AT_ONCE:
                    connection.execute("DELETE FROM batch_counts WHERE batch_id = ?", (batch_id,))
                    connection.execute("DELETE FROM batches WHERE id = ?", (batch_id,))
                    return


def _require(connection: sqlite3.Connection, library_id: LibraryId, batch_id: JobId) -> None:
    if not rows.exists(connection, "SELECT 1 FROM batches WHERE id = ? AND library_id = ?", batch_id, library_id):
        raise refusals.unknown("batch", batch_id)


def _item(connection: sqlite3.Connection, batch_id: JobId, n: int) -> Item | None:
    return rows.read_one(connection, Item, f"{_ITEMS} AND n = ?", batch_id, n)


def _put(connection: sqlite3.Connection, batch_id: JobId, items: Sequence[Item]) -> None:
    stored = []
    for item in items:
        before = _item(connection, batch_id, item.n)
        refusals.require_next(item, before)
        if before is not None:
            stored.append(before)
    connection.executemany(
        "INSERT INTO batch_items (batch_id, n, stripe, status, doc) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (batch_id, stripe, n) DO UPDATE SET status = excluded.status, doc = excluded.doc",
        [(batch_id, item.n, item.stripe, item.status.value, codec.written(item)) for item in items],
    )
    change = Counts.of_items(items) - Counts.of_items(stored)
    connection.executemany(
        "INSERT INTO batch_counts (batch_id, status, items) VALUES (?, ?, ?)"
        " ON CONFLICT (batch_id, status) DO UPDATE SET items = items + excluded.items",
        [(batch_id, status.value, number) for status, number in change.by_status.items()],
    )
    connection.execute(
        "UPDATE batches SET audio_seconds = audio_seconds + ?, busy_seconds = busy_seconds + ? WHERE id = ?",
        (change.audio_seconds, change.busy_seconds, batch_id),
    )
