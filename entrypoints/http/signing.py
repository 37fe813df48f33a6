"""What the service signs, so that it can trust it when it comes back: cursors, the addresses of upload parts, and the
CSRF tokens of pages."""

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, current_app
from itsdangerous import BadSignature, Signer, URLSafeSerializer

from domain.errors import Forbidden, Invalid
from domain.values import LibraryId, UploadId
from entrypoints.settings import Profile, Settings

_EXTENSION = "audio-backend-secret"
_FILE = "signing-key"


def install(app: Flask, settings: Settings) -> None:
    app.extensions[_EXTENSION] = secret_of(settings)


def secret_of(settings: Settings) -> str:
    """The configured one; else the one that the data folder keeps, made on first use; in memory, one for this run.

    Raises Invalid where several machines answer and none is configured: what one signs, the others must believe.
    """
    if settings.signing_key is not None:
        return settings.signing_key.get_secret_value()
    if settings.profile is Profile.AWS:
        raise Invalid("AUDIO_SIGNING_KEY is missing: a secret of 32 characters or more, the same for every web task.")
    if settings.profile is Profile.MEMORY:
        return secrets.token_urlsafe(32)
    return _kept_secret(settings.data_dir)


def _kept_secret(folder: Path) -> str:
    path, fresh = folder / _FILE, folder / f"{_FILE}.{secrets.token_hex(8)}"
    if not path.exists():
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # of two processes that start at once, one makes it and both read that one
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def _serializer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.extensions[_EXTENSION], salt=purpose)


def signed_cursor(library_id: LibraryId, listing: str, cursor: str | None) -> str | None:
    """A store's cursor, bound to the library and the listing that it was given for."""
    return None if cursor is None else str(_serializer(f"cursor:{library_id}:{listing}").dumps(cursor))


def stores_cursor(library_id: LibraryId, listing: str, signed: str | None) -> str | None:
    """Raises Invalid when the cursor was not signed here for this library and listing."""
    if signed is None:
        return None
    try:
        return str(_serializer(f"cursor:{library_id}:{listing}").loads(signed))
    except BadSignature as error:
        raise Invalid(
            "The cursor is not one that this listing gave. Start again without it.", field="cursor"
        ) from error


def csrf_token_of(session_token: str) -> str:
    """An HMAC of the session's token: made anew for each page, kept nowhere, and of no use with another session."""
    signer = Signer(current_app.extensions[_EXTENSION], salt="csrf", digest_method=hashlib.sha256)
    return signer.get_signature(session_token).decode()


@dataclass(frozen=True, slots=True)
class PartPermit:
    """Whoever holds it may send this part until then: any bytes, or those of a SHA-256."""

    library_id: LibraryId
    upload_id: UploadId
    n: int
    expires_at: datetime
    sha256: str | None = None

    def signed(self) -> str:
        claims = [self.library_id, self.upload_id, self.n, int(self.expires_at.timestamp()), self.sha256]
        return str(_serializer("part").dumps(claims))


def permit_of(signature: str, upload_id: UploadId, n: int, now: datetime) -> PartPermit:
    """Raises Forbidden when the address was changed or has expired."""
    try:
        library_id, signed_upload, signed_n, expires, sha256 = _serializer("part").loads(signature)
    except (BadSignature, ValueError, TypeError) as error:
        raise _refused() from error
    if (signed_upload, signed_n) != (upload_id, n) or now.timestamp() >= expires:
        raise _refused()
    return PartPermit(LibraryId(library_id), upload_id, n, datetime.fromtimestamp(expires, UTC), sha256)


def _refused() -> Forbidden:
    return Forbidden("The address was changed or has expired. Ask for fresh ones with POST /api/v1/uploads/{id}/parts.")
