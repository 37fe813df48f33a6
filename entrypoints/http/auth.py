"""Who asks: the holder of a key, or of a session of the panel.

Every address below /api needs either, but for those that were signed: there the address is the key. A browser sends
its cookie along whoever made it ask, so a session changes nothing without the CSRF token that only its pages know.
"""

import hmac
from typing import ClassVar

from flask import Request, g, request

from domain.access import Actor
from domain.errors import AudioBackendError, Forbidden, Unauthenticated
from entrypoints.http.context import request_id, use_cases
from entrypoints.http.signing import csrf_token_of

API = "/api/"
KEYLESS = frozenset({"uploads.receive_part"})
SESSION_COOKIE = "audio-session"
CSRF_HEADER = "X-CSRF-Token"

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class CsrfTokenMismatch(Forbidden):
    code: ClassVar[str] = "csrf-token"
    title: ClassVar[str] = "The page is older than the session"


def needs_key() -> bool:
    return request.path.startswith(API) and request.method != "OPTIONS" and request.endpoint not in KEYLESS


def recognise() -> None:
    """Finds out who asks. A stranger is turned away by `demand_key`, after the rate limit has counted the request."""
    g.actor, g.refusal = None, None
    if not needs_key():
        return
    try:
        if SESSION_COOKIE in request.cookies and "Authorization" not in request.headers:
            g.actor = _signed_in(request)
            _require_csrf_token()
        else:
            g.actor = use_cases().authenticate()(_token(), request_id())
    except AudioBackendError as error:
        g.refusal = error


def demand_key() -> None:
    if g.refusal is not None:
        raise g.refusal


def actor_of_session(asked: Request) -> Actor | None:
    """Who is signed in, for a page of the panel; None for everybody else. Sets `g.actor`, too."""
    try:
        g.actor = _signed_in(asked)
    except Unauthenticated:
        g.actor = None
    found: Actor | None = g.actor
    return found


def _signed_in(asked: Request) -> Actor:
    actor: Actor = use_cases().authenticate_session()(asked.cookies.get(SESSION_COOKIE, ""), request_id())
    return actor


def _require_csrf_token() -> None:
    if request.method in _SAFE:
        return
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(), csrf_token_of(request.cookies[SESSION_COOKIE]).encode()):
        raise CsrfTokenMismatch(f"The page was made for another session, or {CSRF_HEADER} is missing. Reload the page.")


def _token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Send a valid key as 'Authorization: Bearer ak_…'.")
    return token.strip()
