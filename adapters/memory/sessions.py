"""Who is signed in, in memory."""

from datetime import datetime
from itertools import islice

from adapters import refusals
from adapters.memory.access import AuditLog
from domain.audit import AuditEntry
from domain.ports.access import Sessions
from domain.session import Session


class MemorySessions(Sessions):
    def __init__(self, audit_log: AuditLog) -> None:
        self._log = audit_log
        self._sessions: dict[str, Session] = {}

    def add(self, session: Session, audit: AuditEntry) -> None:
        with self._log.lock:
            if session.id in self._sessions:
                raise refusals.taken("session", session.id)
            self._log.append(audit)
            self._sessions[session.id] = session

    def find(self, session_id: str) -> Session | None:
        with self._log.lock:
            return self._sessions.get(session_id)

    def remove(self, session_id: str, audit: AuditEntry) -> bool:
        with self._log.lock:
            if session_id not in self._sessions:
                return False
            self._log.append(audit)
            del self._sessions[session_id]
            return True

    def purge(self, now: datetime, limit: int) -> int:
        with self._log.lock:
            over = (session.id for session in self._sessions.values() if not session.is_valid(now))
            expired = list(islice(over, limit))
            for session_id in expired:
                del self._sessions[session_id]
            return len(expired)
