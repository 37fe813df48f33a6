"""Libraries, keys, and who has done what."""

from dataclasses import dataclass
from datetime import datetime

from domain.access import Actor, Key, Library, Permission, Role, new_token, system_actor, token_hash
from domain.audit import AuditEntry
from domain.errors import Conflict, Invalid, Unauthenticated
from domain.ports.access import AuditQuery, AuditTrail, Keys, Libraries
from domain.ports.world import Clock, Ids
from domain.values import KeyId, LibraryId, Page

DEFAULT_LIBRARY = "default"


@dataclass(frozen=True)
class Authenticate:
    keys: Keys
    clock: Clock

    def __call__(self, token: str, request_id: str | None = None) -> Actor:
        """Raises Unauthenticated, with the same words for every reason."""
        key = valid_key(self.keys, token, self.clock.now())
        if key is None:
            raise Unauthenticated("Send a valid key as 'Authorization: Bearer ak_…'.")
        return key.actor(request_id)


def valid_key(keys: Keys, token: str, now: datetime) -> Key | None:
    """Whose token it is; None where it is malformed, unknown, expired or revoked."""
    try:
        key = keys.find_by_token(token_hash(token))
    except Invalid:
        return None
    return key if key is not None and key.is_valid(now) else None


@dataclass(frozen=True)
class CreateKey:
    """The token is in the answer and nowhere else."""

    keys: Keys
    clock: Clock
    ids: Ids

    def __call__(
        self, actor: Actor, name: str, role: Role, expires_at: datetime | None = None, token: str | None = None
    ) -> tuple[Key, str]:
        actor.require(Permission.ADMINISTER)
        token = token or new_token()
        now = self.clock.now()
        key = Key.issue(
            KeyId(self.ids.next()), actor.library_id, name=name, role=role, token=token, now=now, expires_at=expires_at
        )
        self.keys.add(key, AuditEntry.of_change(self.ids.next(), now, actor, "key.create", before=None, after=key))
        return key, token


@dataclass(frozen=True)
class ListKeys:
    keys: Keys

    def __call__(self, actor: Actor) -> tuple[Key, ...]:
        actor.require(Permission.ADMINISTER)
        return self.keys.of_library(actor.library_id)


@dataclass(frozen=True)
class RevokeKey:
    keys: Keys
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, key_id: KeyId) -> Key:
        actor.require(Permission.ADMINISTER)
        key = self.keys.get(actor.library_id, key_id)
        now = self.clock.now()
        revoked = key.revoke(now)
        if revoked is not key:
            entry = AuditEntry.of_change(self.ids.next(), now, actor, "key.revoke", before=key, after=revoked)
            self.keys.save(revoked, replaces=key.version, audit=entry)
        return revoked


@dataclass(frozen=True)
class SearchAudit:
    trail: AuditTrail

    def __call__(self, actor: Actor, query: AuditQuery) -> Page[AuditEntry]:
        actor.require(Permission.ADMINISTER)
        return self.trail.search(actor.library_id, query)


@dataclass(frozen=True)
class GetLibrary:
    libraries: Libraries

    def __call__(self, actor: Actor) -> Library:
        actor.require(Permission.READ)
        return self.libraries.get(actor.library_id)


@dataclass(frozen=True)
class CreateLibrary:
    """For whoever runs the service: no key reaches over its own library, so none can make another one."""

    libraries: Libraries
    clock: Clock
    ids: Ids

    def __call__(self, name: str) -> Library:
        now = self.clock.now()
        library = Library.create(LibraryId(self.ids.next()), name, now)
        actor = system_actor(library.id, "setup")
        entry = AuditEntry.of_change(self.ids.next(), now, actor, "library.create", before=None, after=library)
        self.libraries.add(library, entry)
        return library


@dataclass(frozen=True)
class EnsureDefaultLibrary:
    """The library that is meant where none is named; made on first use, without a key."""

    libraries: Libraries
    create_library: CreateLibrary

    def __call__(self) -> Library:
        found = self.libraries.find_by_name(DEFAULT_LIBRARY)
        if found is not None:
            return found
        try:
            return self.create_library(DEFAULT_LIBRARY)
        except Conflict:
            # Another process was faster.
            found = self.libraries.find_by_name(DEFAULT_LIBRARY)
            if found is None:
                raise
            return found


@dataclass(frozen=True)
class PrepareAccess:
    """Before the first request: the default library, and a key for its admin.

    A configured `admin_token` becomes a key, unless it is one; Conflict is raised when it was revoked, has expired, or
    is no admin's. Without one, a key is made when the library has none, and its token returned to be shown once.
    """

    keys: Keys
    ensure_default_library: EnsureDefaultLibrary
    create_key: CreateKey
    clock: Clock

    def __call__(self, admin_token: str | None) -> tuple[Library, str | None]:
        library = self.ensure_default_library()
        actor = system_actor(library.id, "setup")
        if admin_token is not None:
            self._make_valid(actor, admin_token)
            return library, None
        if self.keys.of_library(library.id):
            return library, None
        return library, self.create_key(actor, "admin", Role.ADMIN)[1]

    def _make_valid(self, actor: Actor, token: str) -> None:
        key = self.keys.find_by_token(token_hash(token))
        if key is None:
            try:
                self.create_key(actor, "admin", Role.ADMIN, token=token)
            except Conflict:  # another process was faster
                key = self.keys.find_by_token(token_hash(token))
        if key is not None and not (key.is_valid(self.clock.now()) and key.role is Role.ADMIN):
            raise Conflict("The configured admin key was revoked, has expired, or is no admin's. Configure a new one.")
