"""Who may do what: libraries, their keys, and the actor that a use-case acts for."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.errors import Forbidden, Invalid
from domain.policy import ACCEPT_ALL, Policy
from domain.recipe_rule import RecipeRule
from domain.values import KeyId, LibraryId, plain_text

TOKEN_PREFIX = "ak_"  # noqa: S105 - tells keys from other secrets, is none itself
MIN_TOKEN_CHARS = 32


class Permission(StrEnum):
    READ = "read"
    WRITE = "write"
    ADMINISTER = "administer"


class Role(StrEnum):
    """Each role may do all that the one before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"

    @property
    def permissions(self) -> frozenset[Permission]:
        return _GRANTS[self]


_GRANTS = {
    Role.VIEWER: frozenset({Permission.READ}),
    Role.EDITOR: frozenset({Permission.READ, Permission.WRITE}),
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Library:
    """The boundary of tenancy: every record belongs to one, and no query reaches over it."""

    id: LibraryId
    name: str
    created_at: datetime
    policy: Policy = ACCEPT_ALL
    version: int = 1
    recipes_on_upload: tuple[RecipeRule, ...] = ()

    @classmethod
    def create(cls, library_id: LibraryId, name: str, now: datetime) -> "Library":
        return cls(library_id, plain_text(name, "name", 64), now)

    def governed(self, policy: Policy) -> "Library":
        """Under another policy; the same one again changes nothing."""
        return self if policy == self.policy else replace(self, policy=policy, version=self.version + 1)

    def processing(self, rules: tuple[RecipeRule, ...]) -> "Library":
        """With other rules for what comes in; the same again change nothing."""
        if rules == self.recipes_on_upload:
            return self
        return replace(self, recipes_on_upload=rules, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Actor:
    """On whose behalf a use-case runs: a key's holder, or a part of the system (then `role` is ADMIN)."""

    library_id: LibraryId
    name: str
    role: Role
    request_id: str | None = None

    def require(self, permission: Permission) -> None:
        """Raises Forbidden when the role does not grant the permission."""
        if permission not in self.role.permissions:
            raise Forbidden(
                f"The key's role is {self.role}, which does not permit to {permission}. Use a key with a higher role.",
                role=str(self.role),
                permission=str(permission),
            )


@dataclass(frozen=True, slots=True)
class Key:
    """An API key. Only the SHA-256 of its token is kept: tokens are random, so a slow hash would add nothing."""

    id: KeyId
    library_id: LibraryId
    name: str
    role: Role
    token_sha256: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    version: int = 1

    @classmethod
    def issue(
        cls,
        key_id: KeyId,
        library_id: LibraryId,
        *,
        name: str,
        role: Role,
        token: str,
        now: datetime,
        expires_at: datetime | None = None,
    ) -> "Key":
        if expires_at is not None and expires_at <= now:
            raise Invalid("expires_at lies in the past.", field="expires_at")
        name = plain_text(name, "name", 64)
        return cls(key_id, library_id, name, role, token_hash(token), now, expires_at)

    def is_valid(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def revoke(self, now: datetime) -> "Key":
        """Revoked for good; revoking again changes nothing."""
        if self.revoked_at is not None:
            return self
        return replace(self, revoked_at=now, version=self.version + 1)

    def actor(self, request_id: str | None = None) -> Actor:
        return Actor(self.library_id, f"key:{self.id}", self.role, request_id)


def new_token() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """The SHA-256 under which a token is kept.

    Raises:
        Invalid: the token is too short to be safe without a slow hash, or has the wrong prefix.
    """
    if not token.startswith(TOKEN_PREFIX) or len(token) < MIN_TOKEN_CHARS:
        raise Invalid(f"A key starts with {TOKEN_PREFIX} and has {MIN_TOKEN_CHARS} characters or more.", field="key")
    return hashlib.sha256(token.encode()).hexdigest()


def system_actor(library_id: LibraryId, part: str, request_id: str | None = None) -> Actor:
    """A part of the service that acts by itself, such as a job or a scheduled task."""
    return Actor(library_id, f"system:{part}", Role.ADMIN, request_id)
