"""Idempotency-Key: a request that comes again with its key is carried out once, and answered alike.

Kept are the answers of requests that were carried out (2xx), for a day. A refusal changed nothing, so it is
forgotten: the same key may come again with the mended request. A request that a crash cut short blocks its key until
it expires; while a body arrives, it is renewed. Another request, or another API key, under the same Idempotency-Key
is refused.
"""

import hashlib
import json
import logging

from flask import Response, g, request

from domain.errors import AudioBackendError
from domain.idempotency import Answer, IdempotentRequest
from domain.ports.access import IdempotentRequests
from domain.ports.world import Clock
from entrypoints.http.context import adapters
from entrypoints.http.json_body import JSON_BODY_BYTES

log = logging.getLogger(__name__)

UNSAFE = frozenset({"POST", "PATCH", "DELETE"})
_KEPT_HEADERS = ("Content-Type", "ETag", "Location")


def begin() -> Response | None:
    """The kept answer, where there is one. Raises what `IdempotentRequest.replay` raises."""
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method not in UNSAFE or request.url_rule is None or g.get("actor") is None:
        return None
    clock: Clock = adapters().clock()
    fingerprint = _fingerprint()
    started = IdempotentRequest.start(g.actor.library_id, key, fingerprint, clock.now())
    earlier = _store().begin(started)
    if earlier is None:
        g.idempotent = started
        return None
    answer = earlier.replay(fingerprint)
    return Response(answer.body, answer.status, {**answer.headers, "Idempotency-Replayed": "true"})


def keep_alive() -> None:
    """Called as a body arrives: a request that takes hours must not lose its key while it is carried out."""
    started: IdempotentRequest | None = g.get("idempotent")
    now = adapters().clock().now()
    if started is None or not started.is_due_for_renewal(now):
        return
    g.idempotent = started.renewed(now)
    try:
        _store().renew(g.idempotent)
    except AudioBackendError as error:
        # The key lasts for several renewals more.
        log.warning("could not renew an idempotent request: %s", error.detail)


def settle(response: Response) -> Response:
    started: IdempotentRequest | None = g.pop("idempotent", None)
    if started is None:
        return response
    try:
        if 200 <= response.status_code < 300 and not response.is_streamed:  # what is streamed has only told
            headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
            body = g.get("body_to_keep") or response.get_data()
            _store().finish(started.answered(Answer(response.status_code, headers, body)))
        else:
            _store().forget(started)
    except AudioBackendError as error:
        # The request itself was carried out; its key stays blocked until it expires.
        log.warning("could not keep the answer of an idempotent request: %s", error.detail)
    return response


def _store() -> IdempotentRequests:
    store: IdempotentRequests = adapters().idempotent_requests()
    return store


def _fingerprint() -> str:
    """Tells requests apart by all that is known before a long body is read, and short JSON bodies by their bytes.

    Of a form's content type only the type counts: its boundary is another one each time.
    """
    asked = [
        g.actor.name,
        request.method,
        request.path,
        request.query_string.decode("latin-1"),
        request.mimetype,
        request.content_length,
        request.headers.get("Content-Digest"),
        request.headers.get("If-Match"),
        _body_hash(),
    ]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def _body_hash() -> str | None:
    if not request.is_json:
        return None
    request.max_content_length = JSON_BODY_BYTES
    return hashlib.sha256(request.get_data()).hexdigest()
