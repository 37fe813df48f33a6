"""The outbox, in SQLite."""

from collections.abc import Sequence
from datetime import datetime

from adapters import cursors
from adapters.local import rows
from adapters.local.database import Database
from domain.event import Event
from domain.ports.events import Outbox


class SqliteOutbox(Outbox):
    def __init__(self, database: Database) -> None:
        self._database = database

    def pending(self, before: datetime, limit: int) -> tuple[Event, ...]:
        query = "SELECT doc FROM outbox WHERE at <= ? ORDER BY at, id LIMIT ?"
        with self._database.reading() as connection:
            return rows.read_all(connection, Event, query, cursors.moment(before), limit)

    def done(self, events: Sequence[Event]) -> None:
        with self._database.writing() as connection:
            connection.executemany("DELETE FROM outbox WHERE id = ?", [(event.id,) for event in events])
