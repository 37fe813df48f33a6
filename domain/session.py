"""Who is signed in to the panel: sessions, and the links that start one."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.access import Key
from domain.values import KeyId, LibraryId

SESSION_TOKEN_PREFIX = "as_"  # noqa: S105 - tells sessions from other secrets, is none itself
LINK_TOKEN_PREFIX = "al_"  # noqa: S105 - as above
SESSION_LASTS = timedelta(hours=12)
LINK_LASTS = timedelta(minutes=15)

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """The holder of a key at the panel, until it expires. `id` is the SHA-256 of its token, which is kept nowhere.

    One that is `one_time` is a sign-in link: it opens nothing, and is exchanged once for a session that does.
    """

    id: str
    key_id: KeyId
    library_id: LibraryId
    created_at: datetime
    expires_at: datetime
    one_time: bool = False

    @classmethod
    def start(cls, key: Key, token: str, now: datetime) -> "Session":
        return cls(session_id(token), key.id, key.library_id, now, now + SESSION_LASTS)

    @classmethod
    def link(cls, key: Key, token: str, now: datetime) -> "Session":
        return cls(session_id(token), key.id, key.library_id, now, now + LINK_LASTS, one_time=True)

    def is_valid(self, now: datetime) -> bool:
        """By its own time; whether its key is still good is the key's to say."""
        return now < self.expires_at


def new_session_token() -> str:
    return SESSION_TOKEN_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)


def new_link_token() -> str:
    return LINK_TOKEN_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)


def session_id(token: str) -> str:
    """Tokens are random, so a slow hash would add nothing."""
    return hashlib.sha256(token.encode()).hexdigest()
