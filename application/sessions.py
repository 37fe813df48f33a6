"""Signing in to the panel and out of it. A session is its key's: it may do what the key may now, and ends with it."""

from dataclasses import dataclass
from datetime import datetime

from application.access import valid_key
from domain.access import Actor, Key, Permission, Role
from domain.audit import AuditEntry
from domain.errors import NotFound, Unauthenticated
from domain.ports.access import Keys, Sessions
from domain.ports.world import Clock, Ids
from domain.session import Session, new_link_token, new_session_token, session_id

SIGN_IN = "session.start"
SIGN_OUT = "session.end"
MAKE_LINK = "sign-in-link.make"
USE_LINK = "sign-in-link.use"


@dataclass(frozen=True)
class StartSession:
    """The token is in the answer and nowhere else."""

    sessions: Sessions
    clock: Clock
    ids: Ids

    def __call__(self, key: Key, request_id: str | None) -> tuple[Session, str]:
        token, now = new_session_token(), self.clock.now()
        session = Session.start(key, token, now)
        self.sessions.add(session, _entry(self.ids.next(), now, key.actor(request_id), SIGN_IN, session))
        return session, token


@dataclass(frozen=True)
class SignIn:
    keys: Keys
    start_session: StartSession
    clock: Clock

    def __call__(self, key_token: str, request_id: str | None = None) -> tuple[Session, str]:
        """Raises Unauthenticated, with the same words for every reason."""
        key = valid_key(self.keys, key_token, self.clock.now())
        if key is None:
            raise Unauthenticated("The key is not valid. Look whether all of it was copied, or ask for another one.")
        return self.start_session(key, request_id)


@dataclass(frozen=True)
class MakeSignInLink:
    """For whoever runs the service. Who has the link signs in as the key's holder, once."""

    keys: Keys
    sessions: Sessions
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, key: str | None = None) -> str:
        """The link's token, for the newest valid key of that id or name, or else of an admin.

        Raises NotFound when the library has none.
        """
        actor.require(Permission.ADMINISTER)
        now = self.clock.now()
        valid = [each for each in self.keys.of_library(actor.library_id) if each.is_valid(now)]
        meant = [each for each in valid if (key in {each.id, each.name} if key else each.role is Role.ADMIN)]
        if not meant:
            named = f"valid key {key!r}" if key else "valid key of an admin"
            raise NotFound(f"The library has no {named}. Make one with `audio-backend key create NAME --role ROLE`.")
        token = new_link_token()
        link = Session.link(meant[-1], token, now)
        self.sessions.add(link, _entry(self.ids.next(), now, actor, MAKE_LINK, link))
        return token


@dataclass(frozen=True)
class SignInByLink:
    keys: Keys
    sessions: Sessions
    start_session: StartSession
    clock: Clock
    ids: Ids

    def __call__(self, link_token: str, request_id: str | None = None) -> tuple[Session, str]:
        """Of two at once, one signs in. Raises Unauthenticated, with the same words for every reason."""
        now = self.clock.now()
        link = self.sessions.find(session_id(link_token))
        if link is not None and link.one_time and link.is_valid(now):
            key = self.keys.get(link.library_id, link.key_id)
            entry = _entry(self.ids.next(), now, key.actor(request_id), USE_LINK, link)
            if key.is_valid(now) and self.sessions.remove(link.id, entry):
                return self.start_session(key, request_id)
        raise Unauthenticated("The link was used or is too old. Make a new one: audio-backend sign-in-link")


@dataclass(frozen=True)
class AuthenticateSession:
    keys: Keys
    sessions: Sessions
    clock: Clock

    def __call__(self, token: str, request_id: str | None = None) -> Actor:
        """Raises Unauthenticated, with the same words for every reason."""
        now = self.clock.now()
        session = self.sessions.find(session_id(token))
        if session is not None and not session.one_time and session.is_valid(now):
            key = self.keys.get(session.library_id, session.key_id)
            if key.is_valid(now):
                return key.actor(request_id)
        raise Unauthenticated("You are not signed in any more. Sign in again.")


@dataclass(frozen=True)
class SignOut:
    """Out again, or with a token that is none, changes nothing."""

    keys: Keys
    sessions: Sessions
    clock: Clock
    ids: Ids

    def __call__(self, token: str, request_id: str | None = None) -> None:
        session = self.sessions.find(session_id(token))
        if session is not None and not session.one_time:
            actor = self.keys.get(session.library_id, session.key_id).actor(request_id)
            entry = _entry(self.ids.next(), self.clock.now(), actor, SIGN_OUT, session)
            self.sessions.remove(session.id, entry)


def _entry(entry_id: str, now: datetime, actor: Actor, action: str, session: Session) -> AuditEntry:
    """Told of the key; like other hashes of tokens, a session's id stays out of the trail."""
    return AuditEntry(
        id=entry_id,
        library_id=session.library_id,
        at=now,
        actor=actor.name,
        action=action,
        subject_kind="key",
        subject_id=session.key_id,
        before={},
        after={"expires_at": session.expires_at.isoformat()},
        request_id=actor.request_id,
    )
