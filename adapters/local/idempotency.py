"""Requests that are carried out once, in SQLite."""

import sqlite3
from datetime import datetime

from adapters import codec, cursors
from adapters.local import rows
from adapters.local.database import Database
from domain.idempotency import IdempotentRequest
from domain.ports.access import IdempotentRequests

_STORE = "INSERT OR REPLACE INTO idempotent_requests (library_id, key, expires_at, doc) VALUES (?, ?, ?, ?)"


class SqliteIdempotentRequests(IdempotentRequests):
    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, request: IdempotentRequest) -> IdempotentRequest | None:
        with self._database.writing() as connection:
            stored = rows.read_one(
                connection,
                IdempotentRequest,
                "SELECT doc FROM idempotent_requests WHERE library_id = ? AND key = ? AND expires_at > ?",
                request.library_id,
                request.key,
                cursors.moment(request.started_at),
            )
            if stored is None:
                connection.execute(_STORE, _row(request))
            return stored

    def renew(self, request: IdempotentRequest) -> None:
        with self._database.writing() as connection:
            if _is_stored(connection, request):
                connection.execute(_STORE, _row(request))

    finish = renew

    def forget(self, request: IdempotentRequest) -> None:
        with self._database.writing() as connection:
            if _is_stored(connection, request):
                connection.execute(
                    "DELETE FROM idempotent_requests WHERE library_id = ? AND key = ?",
                    (request.library_id, request.key),
                )

    def purge(self, now: datetime) -> int:
        with self._database.writing() as connection:
            gone = connection.execute("DELETE FROM idempotent_requests WHERE expires_at <= ?", (cursors.moment(now),))
            return gone.rowcount


def _is_stored(connection: sqlite3.Connection, request: IdempotentRequest) -> bool:
    stored = rows.read_one(
        connection,
        IdempotentRequest,
        "SELECT doc FROM idempotent_requests WHERE library_id = ? AND key = ?",
        request.library_id,
        request.key,
    )
    return stored is not None and stored.started_at == request.started_at


def _row(request: IdempotentRequest) -> tuple[str, str, str, str]:
    return request.library_id, request.key, cursors.moment(request.expires_at), codec.written(request)
