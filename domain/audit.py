"""The trail of changes: append-only, one entry for every change that somebody or something made."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from domain.access import Actor
from domain.values import LibraryId

# Not facts of their own: every change moves them. And secrets, which no trail may hold.
_BOOKKEEPING = frozenset({"version", "updated_at", "token_sha256", "secret", "old_secret"})


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which thing, when. `before` and `after` hold just what changed, as plain JSON values."""

    id: str
    library_id: LibraryId
    at: datetime
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    request_id: str | None = None

    @classmethod
    def of_change(
        cls, entry_id: str, at: datetime, actor: Actor, action: str, *, before: Any, after: Any
    ) -> "AuditEntry":
        """The entry for one entity that became another; `before` is None at its creation, `after` at its end."""
        entity = before if after is None else after
        old, new = _facts(before), _facts(after)
        changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        return cls(
            id=entry_id,
            library_id=actor.library_id,
            at=at,
            actor=actor.name,
            action=action,
            subject_kind=type(entity).__name__.lower(),
            subject_id=entity.id,
            before={name: old[name] for name in sorted(changed & old.keys())},
            after={name: new[name] for name in sorted(changed & new.keys())},
            request_id=actor.request_id,
        )


def _facts(entity: Any) -> dict[str, Any]:
    if entity is None:
        return {}
    return {f.name: _plain(getattr(entity, f.name)) for f in fields(entity) if f.name not in _BOOKKEEPING}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
