"""Keys, libraries and the audit trail in JSON."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from domain.access import Key, Library, Role
from domain.audit import AuditEntry
from domain.ports.access import AuditQuery
from entrypoints.http.wire.common import Asked, Id, Listing, Moment, example


class KeyPath(Asked):
    id: Id


class NewKey(Asked):
    model_config = example(name="panel", role="editor")

    name: str = Field(max_length=1024)
    role: Role
    expires_at: Moment | None = None


class KeyView(BaseModel):
    id: str
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: Key) -> "KeyView":
        return cls(**_facts(key))


class IssuedKey(KeyView):
    token: str | None = Field(description="Shown this once; null when an earlier answer is repeated.")

    @classmethod
    def issued(cls, key: Key, token: str | None) -> "IssuedKey":
        return cls(**_facts(key), token=token)


def _facts(key: Key) -> dict[str, Any]:
    return {name: getattr(key, name) for name in KeyView.model_fields}


class KeyList(BaseModel):
    items: list[KeyView]


class LibraryView(BaseModel):
    id: str
    name: str
    created_at: datetime

    @classmethod
    def of(cls, library: Library) -> "LibraryView":
        return cls(id=library.id, name=library.name, created_at=library.created_at)


class AuditListing(Listing):
    actor: str | None = Field(None, max_length=255)
    action: str | None = Field(None, max_length=255)
    subject: str | None = Field(None, max_length=255)
    since: Moment | None = Field(None, description="Inclusive.")
    until: Moment | None = Field(None, description="Exclusive.")

    def query(self, cursor: str | None) -> AuditQuery:
        """With the store's own cursor."""
        return AuditQuery(
            actor=self.actor,
            action=self.action,
            subject_id=self.subject,
            since=self.since,
            until=self.until,
            limit=self.limit,
            cursor=cursor,
        )


class AuditEntryView(BaseModel):
    id: str
    at: datetime
    actor: str
    action: str
    subject_kind: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    request_id: str | None

    @classmethod
    def of(cls, entry: AuditEntry) -> "AuditEntryView":
        return cls(
            id=entry.id,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            subject_kind=entry.subject_kind,
            subject=entry.subject_id,
            before=dict(entry.before),
            after=dict(entry.after),
            request_id=entry.request_id,
        )


class AuditPage(BaseModel):
    items: list[AuditEntryView]
    next_cursor: str | None
