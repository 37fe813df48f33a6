"""Who is signed in."""

from datetime import datetime

from adapters.aws import versioned
from adapters.aws.due import due, overdue
from adapters.aws.items import Item, Key, document, key, key_of, read
from adapters.aws.schema import TTL
from adapters.aws.table import Refused, Table
from adapters.aws.versioned import Record
from adapters.aws.writes import PRESENT, delete
from domain.audit import AuditEntry
from domain.errors import NotFound
from domain.ports.access import Sessions
from domain.session import Session

_NEVER_CHANGES = 1


class DynamoSessions(Sessions):
    """What has expired is removed by `purge`, which the sweep calls, or by DynamoDB itself where nothing sweeps."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, session: Session, audit: AuditEntry) -> None:
        versioned.add(self._table, Record("session", session.id, _item(session)), audit)

    def find(self, session_id: str) -> Session | None:
        item = self._table.get(_key(session_id))
        return None if item is None else read(Session, item)

    def remove(self, session_id: str, audit: AuditEntry) -> bool:
        pk, sk = _key(session_id)
        try:
            versioned.remove(self._table, Record("session", session_id, {"pk": pk, "sk": sk}), _NEVER_CHANGES, audit)
        except NotFound:
            return False
        return True

    def purge(self, now: datetime, limit: int) -> int:
        return sum(map(self._removed, overdue(self._table, "session", now, limit)))

    def _removed(self, item: Item) -> bool:
        try:
            self._table.write(delete(key_of(item), PRESENT))
        except Refused:
            return False  # by another, in this very moment
        return True


def _item(session: Session) -> Item:
    pk, sk = _key(session.id)
    return {
        "pk": pk,
        "sk": sk,
        "version": _NEVER_CHANGES,
        "doc": document(session),
        TTL: int(session.expires_at.timestamp()) + 1,
        **due("session", session.id, session.expires_at),
    }


def _key(session_id: str) -> Key:
    return key("session", session_id), "session"
