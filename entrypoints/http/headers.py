"""Headers that every answer carries, and who may read them from another origin."""

from flask import Flask, Response, request
from flask_cors import CORS

from entrypoints.http.auth import API
from entrypoints.settings import Settings

_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_PAGE_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_PAGES = ("/docs", "/problems")
_EXPOSED = [
    "Content-Disposition", "Content-Range", "ETag", "Idempotency-Replayed", "Location", "Retry-After",
    "X-Request-ID",
]  # fmt: skip
_ACCEPTED = [
    "Authorization", "Content-Digest", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "If-Range",
    "Last-Event-ID", "Range", "X-Request-ID",
]  # fmt: skip


def install(app: Flask, settings: Settings) -> None:
    if settings.cors_origins:
        CORS(
            app,
            resources={r"/api/*": {"origins": list(settings.cors_origins)}},
            methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            allow_headers=_ACCEPTED,
            expose_headers=_EXPOSED,
            max_age=600,
        )


def secured(response: Response) -> Response:
    policy = _PAGE_POLICY if request.path.startswith(_PAGES) else _API_POLICY
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if request.path.startswith(API):
        # What a key may see is not for anybody's cache.
        response.headers.setdefault("Cache-Control", "no-store")
    return response
