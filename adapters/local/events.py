"""The stream of events of each library, in SQLite."""

import time
from dataclasses import replace
from datetime import datetime, timedelta

from adapters import codec, cursors
from adapters.local.database import Database
from adapters.local.waiting import Pause, wait_for
from domain.event import Event
from domain.ports.work import Events
from domain.values import LibraryId


class SqliteEvents(Events):
    def __init__(self, database: Database, pause: Pause = time.sleep) -> None:
        self._database = database
        self._pause = pause

    def publish(self, event: Event) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO events (library_id, at, doc) VALUES (?, ?, ?)",
                (event.library_id, cursors.moment(event.at), codec.written(event)),
            )

    def since(self, library_id: LibraryId, last_id: str | None, limit: int = 100) -> tuple[Event, ...]:
        if last_id is None:
            return ()
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT number, doc FROM events WHERE library_id = ? AND number > ? ORDER BY number LIMIT ?",
                (library_id, cursors.event_number(last_id), limit),
            ).fetchall()
        return tuple(replace(codec.read(Event, doc), id=str(number)) for number, doc in found)

    def last_id(self, library_id: LibraryId) -> str:
        with self._database.reading() as connection:
            last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        return str(last[0] if last else 0)

    def wait(self, library_id: LibraryId, last_id: str, timeout: timedelta) -> bool:
        def look() -> bool | None:
            return bool(self.since(library_id, last_id, limit=1)) or None

        return wait_for(self._database, look, timeout, self._pause) is not None

    def purge(self, before: datetime) -> int:
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM events WHERE at < ?", (cursors.moment(before),)).rowcount
