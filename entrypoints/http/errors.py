"""Errors as problem+json (RFC 9457): one table says which status each has."""

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from flask import Flask, Response, json, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from domain import errors
from domain.errors import AudioBackendError
from entrypoints.http.context import request_id
from entrypoints.http.problems import PROBLEMS
from entrypoints.http.wire.common import mistakes_of

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

# Most specific first: the first class that an error is an instance of decides.
STATUSES: tuple[tuple[type[AudioBackendError], int], ...] = (
    (errors.DigestMismatch, 422),
    (errors.InvalidStretch, 422),
    (errors.UnusableAudio, 422),
    (errors.Invalid, 400),
    (errors.Unsupported, 415),
    (errors.TooLarge, 413),
    (errors.Incomplete, 400),
    (errors.Unauthenticated, 401),
    (errors.Forbidden, 403),
    (errors.NotFound, 404),
    (errors.Gone, 410),
    (errors.Conflict, 409),
    (errors.IdempotencyKeyReused, 422),
    (errors.VersionMismatch, 412),
    (errors.PreconditionRequired, 428),
    (errors.RangeNotSatisfiable, 416),
    (errors.RateLimited, 429),
    (errors.CallersFault, 400),
    (errors.Unavailable, 503),
    (errors.EngineFailure, 422),  # what runs inside a request is bounded, and will end so again
    (errors.ModelFailure, 500),
    (errors.CorruptBlob, 500),
    (errors.LeaseLost, 409),
    (errors.WorldsFault, 500),
)

_CODES_OF_FRAMEWORK = {
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-content-type",
    416: "range-not-satisfiable",
    429: "rate-limited",
    503: "unavailable",
}


def status_of(error: AudioBackendError) -> int:
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def problem(
    status: int,
    code: str,
    detail: str,
    members: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body = {
        **{name: value for name, value in (members or {}).items() if value is not None},
        "type": f"/problems/{code}",
        "title": PROBLEMS[code].title if code in PROBLEMS else HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "request_id": request_id(),
    }
    return Response(json.dumps(body), status, headers, mimetype=MEDIA_TYPE)


def of_domain(error: AudioBackendError) -> Response:
    status = status_of(error)
    members, headers = dict(error.data), {}
    if "status" in members:
        # In a problem, `status` is the answer's own; the thing's comes under another name.
        members["current_status"] = members.pop("status")
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="audio-backend"'
    if status == 416:
        headers["Content-Range"] = f"bytes */{members.get('size_bytes', 0)}"
    if "retry_after" in members:
        headers["Retry-After"] = str(members.pop("retry_after"))
    if isinstance(error, errors.RequestInProgress):
        headers["Retry-After"] = "1"
    if isinstance(error, errors.DuplicateContent):
        members["recording"] = f"/api/v1/recordings/{members.get('recording_id')}"
    if isinstance(error, errors.WorldsFault):
        log.warning("answered %s: %s", error.code, error.detail, exc_info=status >= 500)
    return problem(status, error.code, error.detail, members, headers)


def of_framework(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]  # aborted with an answer that is ready
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]  # a redirect
    headers = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After", "Content-Range"}}
    code = _CODES_OF_FRAMEWORK.get(status, "bad-request" if status < 500 else "internal")
    return problem(status, code, error.description or HTTPStatus(status).phrase, headers=headers)


def of_validation(error: ValidationError) -> Response:
    """What Pydantic refused, without what the caller sent and without the library's own addresses."""
    return invalid_fields(mistakes_of(error))


def invalid_fields(found: Iterable[Mapping[str, str]]) -> Response:
    listed = list(found)[:100]
    named = ", ".join(e["field"] for e in listed[:5] if e["field"])
    detail = f"Not valid: {named}." if named else "The body is not valid."
    return problem(422, "validation-failed", detail, {"errors": listed})


def of_unknown(error: Exception) -> Response:
    error_id = uuid4().hex[:12]
    log.error("unexpected error %s", error_id, exc_info=error)
    detail = f"Something unexpected went wrong. The service's log has it as {error_id}."
    return problem(500, "internal", detail, {"error_id": error_id})


def install(app: Flask) -> None:
    app.register_error_handler(AudioBackendError, of_domain)
    app.register_error_handler(HTTPException, of_framework)
    app.register_error_handler(Exception, of_unknown)
