"""Who asks. Every address below /api needs a key, but for those that were signed: there the address is the key."""

from flask import g, request

from domain.errors import AudioBackendError, Unauthenticated
from entrypoints.http.context import request_id, use_cases

API = "/api/"
KEYLESS = frozenset({"uploads.receive_part"})


def needs_key() -> bool:
    return request.path.startswith(API) and request.method != "OPTIONS" and request.endpoint not in KEYLESS


def recognise() -> None:
    """Finds out who asks. A stranger is turned away by `demand_key`, after the rate limit has counted the request."""
    g.actor, g.refusal = None, None
    if not needs_key():
        return
    try:
        g.actor = use_cases().authenticate()(_token(), request_id())
    except AudioBackendError as error:
        g.refusal = error


def demand_key() -> None:
    if g.refusal is not None:
        raise g.refusal


def _token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Send a valid key as 'Authorization: Bearer ak_…'.")
    return token.strip()
