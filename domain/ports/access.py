"""Who may do what, who is signed in, what was done, and what was asked for once already."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.access import Key, Library
from domain.audit import AuditEntry
from domain.event import Event
from domain.idempotency import IdempotentRequest
from domain.session import Session
from domain.values import KeyId, LibraryId, Page


class Libraries(Protocol):
    @abstractmethod
    def add(self, library: Library, audit: AuditEntry) -> None:
        """Raises Conflict when the id or the name is taken."""
        ...

    @abstractmethod
    def save(self, library: Library, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        """A library keeps its name."""
        ...

    @abstractmethod
    def get(self, library_id: LibraryId) -> Library: ...

    @abstractmethod
    def find_by_name(self, name: str) -> Library | None: ...

    @abstractmethod
    def all(self) -> tuple[Library, ...]:
        """By name."""
        ...


class Keys(Protocol):
    @abstractmethod
    def add(self, key: Key, audit: AuditEntry) -> None:
        """Raises Conflict when a key with the same token is there."""
        ...

    @abstractmethod
    def save(self, key: Key, replaces: int, audit: AuditEntry) -> None: ...

    @abstractmethod
    def get(self, library_id: LibraryId, key_id: KeyId) -> Key: ...

    @abstractmethod
    def find_by_token(self, token_sha256: str) -> Key | None: ...

    @abstractmethod
    def of_library(self, library_id: LibraryId) -> tuple[Key, ...]:
        """Oldest first, revoked ones too."""
        ...


class Sessions(Protocol):
    """Of all libraries, found by their tokens' hash alone. What has expired stays until it is removed or purged."""

    @abstractmethod
    def add(self, session: Session, audit: AuditEntry) -> None:
        """Raises Conflict when the id is taken."""
        ...

    @abstractmethod
    def find(self, session_id: str) -> Session | None: ...

    @abstractmethod
    def remove(self, session_id: str, audit: AuditEntry) -> bool:
        """Whether it was there. Of many at once, one is told so, and that one's entry is stored and no other."""
        ...

    @abstractmethod
    def purge(self, now: datetime, limit: int) -> int:
        """Remove what has expired, so many at most, and without an entry; how many."""
        ...


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Newest first; None leaves a field open. `since` is inclusive, `until` exclusive."""

    actor: str | None = None
    action: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    cursor: str | None = None


class AuditTrail(Protocol):
    """Read side of the trail; entries are written by the stores, together with the change."""

    @abstractmethod
    def search(self, library_id: LibraryId, query: AuditQuery) -> Page[AuditEntry]: ...


class IdempotentRequests(Protocol):
    @abstractmethod
    def begin(self, request: IdempotentRequest) -> IdempotentRequest | None:
        """Store a started request, if none is there under its library and key that has not expired at `started_at`.

        Returns the one that is there, or None when this one was stored. Of two at once, one is stored.
        """
        ...

    @abstractmethod
    def renew(self, request: IdempotentRequest) -> None:
        """Store the later `expires_at` of a request that is still carried out.

        This, `finish` and `forget` touch the request that began at the same `started_at` and no other: when that one
        has expired and another has begun under its key, or nothing is there, they change nothing.
        """
        ...

    @abstractmethod
    def finish(self, request: IdempotentRequest) -> None:
        """Store the answered request in the place of the started one."""
        ...

    @abstractmethod
    def forget(self, request: IdempotentRequest) -> None:
        """The request failed in a way that a repetition may mend."""
        ...

    @abstractmethod
    def purge(self, now: datetime) -> int:
        """Remove what has expired; how many."""
        ...
