"""What a page of the panel may load and run: its own files, and sound from where the originals are."""

import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Response, current_app, g

from entrypoints.http.context import adapters

_EXTENSION = "audio-backend-sound-origin"


def nonce() -> str:
    """Of this answer: what a script writes into a shadow root (wavesurfer's styles) carries it too."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    found: str = g.nonce
    return found


def allow_own_files(response: Response) -> Response:
    """The strict policy, on what was drawn as a page; everything else keeps the API's."""
    if g.get("is_page"):
        sound = " ".join(["'self'", *filter(None, [_sound_origin()])])
        response.headers["Content-Security-Policy"] = "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                f"style-src 'self' 'nonce-{nonce()}'",
                f"img-src {sound} data: blob:",  # Pico draws its marks from data
                f"media-src {sound} blob:",
                f"connect-src {sound}",
                "font-src 'self'",
                "base-uri 'none'",
                "form-action 'self'",
                "frame-ancestors 'none'",
            )
        )
        response.headers["Cache-Control"] = "no-store"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    return response


def _sound_origin() -> str | None:
    """Where the store's own addresses lead, when it has some: the bucket. Signing asks nobody."""
    if _EXTENSION not in current_app.extensions:
        signed = adapters().blobs().signed_get("origin", "origin", "audio/wav", timedelta(seconds=1))
        parts = urlsplit(signed.url) if signed else None
        current_app.extensions[_EXTENSION] = f"{parts.scheme}://{parts.netloc}" if parts else None
    found: str | None = current_app.extensions[_EXTENSION]
    return found
