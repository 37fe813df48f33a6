"""Who is signed in, in SQLite."""

from datetime import datetime

from adapters import codec, cursors
from adapters.local import rows
from adapters.local.database import Database
from domain.audit import AuditEntry
from domain.ports.access import Sessions
from domain.session import Session

_PURGE = "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"


class SqliteSessions(Sessions):
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, session: Session, audit: AuditEntry) -> None:
        row = {"id": session.id, "expires_at": cursors.moment(session.expires_at), "doc": codec.written(session)}
        with self._database.writing() as connection:
            rows.add(connection, "session", "sessions", row)
            rows.append_audit(connection, audit)

    def find(self, session_id: str) -> Session | None:
        with self._database.reading() as connection:
            return rows.read_one(connection, Session, "SELECT doc FROM sessions WHERE id = ?", session_id)

    def remove(self, session_id: str, audit: AuditEntry) -> bool:
        with self._database.writing() as connection:
            gone = connection.execute("DELETE FROM sessions WHERE id = ?", (session_id,)).rowcount == 1
            if gone:
                rows.append_audit(connection, audit)
            return gone

    def purge(self, now: datetime, limit: int) -> int:
        with self._database.writing() as connection:
            return connection.execute(_PURGE, (cursors.moment(now), limit)).rowcount
