"""Small values that several entities share. Each knows its own rules and refuses what breaks them."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NewType, TypeVar

from domain.errors import AudioBackendError, DigestMismatch, Invalid

LibraryId = NewType("LibraryId", str)
RecordingId = NewType("RecordingId", str)
JobId = NewType("JobId", str)
UploadId = NewType("UploadId", str)
KeyId = NewType("KeyId", str)
WebhookId = NewType("WebhookId", str)

Scalar = str | int | float | bool | None

T = TypeVar("T")

MAX_NAME_CHARS = 255
MAX_TAGS = 100
MAX_FIELDS = 100
MAX_WHOLE_NUMBER = 2**53
"""Beyond it JavaScript, spreadsheets and many readers of JSON take one number for another."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


def display_name(raw: str) -> str:
    """A file name as it may be shown: its last path segment, NFC, without control and direction-changing characters.

    It is never a path: blobs are stored under ids. A NUL, CR or LF is an attack on whoever reads the name next
    and is refused; anything else odd is taken out.

    Raises:
        Invalid: the name holds NUL, CR or LF, or nothing is left of it.
    """
    if any(char in raw for char in "\0\r\n"):
        raise Invalid("The file name holds a NUL or a line break. Send a plain file name.", field="filename")
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", raw))[-1]
    # Cc controls, Cf formats (bidi overrides, zero-width), Cs surrogates, Co private, Zl/Zp line separators.
    shown = "".join(c for c in last if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
    shown = " ".join(shown.split()).strip(". ")
    if not shown:
        raise Invalid("The file name is empty. Send ?filename=NAME.", field="filename")
    if len(shown) <= MAX_NAME_CHARS:
        return shown
    stem, dot, suffix = shown.rpartition(".")
    if not dot or len(suffix) > 16:
        return shown[:MAX_NAME_CHARS]
    return f"{stem[: MAX_NAME_CHARS - len(suffix) - 1]}.{suffix}"


def plain_text(raw: str, field: str, limit: int) -> str:
    """Trimmed text without control characters.

    Raises:
        Invalid: it is empty or longer than `limit` characters, or holds control characters.
    """
    text = unicodedata.normalize("NFC", raw).strip()
    if not text or len(text) > limit:
        raise Invalid(f"{field} must have 1 to {limit} characters.", field=field)
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        raise Invalid(f"{field} holds control characters. Remove them.", field=field)
    return text


def checked_tags(raw: tuple[str, ...]) -> tuple[str, ...]:
    """Tags, each 1 to 64 characters, without repeats, in alphabetical order."""
    tags = sorted({plain_text(tag, "tags", 64) for tag in raw})
    if len(tags) > MAX_TAGS:
        raise Invalid(f"A recording has at most {MAX_TAGS} tags.", field="tags")
    return tuple(tags)


def checked_fields(raw: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """An admin's own metadata: flat, named like identifiers, with short plain values."""
    if len(raw) > MAX_FIELDS:
        raise Invalid(f"A recording has at most {MAX_FIELDS} fields.", field="fields")
    for name, value in raw.items():
        if not _FIELD_NAME.fullmatch(name):
            raise Invalid(
                f"The field name {name[:64]!r} must start with a letter and hold letters, digits, '_', '.' or '-'.",
                field="fields",
            )
        if isinstance(value, str) and value:
            plain_text(value, f"fields.{name}", 4096)
        elif isinstance(value, int | float) and not _is_exact(value):
            raise Invalid(
                f"fields.{name} must be a finite number, a whole one of at most {MAX_WHOLE_NUMBER}. Send it as a text.",
                field=f"fields.{name}",
            )
    return dict(sorted(raw.items()))


def _is_exact(number: int | float) -> bool:
    return math.isfinite(number) if isinstance(number, float) else abs(number) <= MAX_WHOLE_NUMBER


def checked_sha256(raw: str) -> str:
    digest = raw.lower()
    if not _SHA256.fullmatch(digest):
        raise Invalid("sha256 must be 64 hexadecimal digits.", field="sha256")
    return digest


def require_digest(announced: str | None, received: str) -> None:
    """Raises DigestMismatch when bytes were announced with another SHA-256 than they have."""
    if announced is not None and announced != received:
        raise DigestMismatch(
            "The SHA-256 of the bytes that arrived differs from the one that was sent with them. Send the file again.",
            announced=announced,
            received=received,
        )


@dataclass(frozen=True, slots=True)
class ByteRange:
    """`start` to `end` of some content, both inclusive, as in HTTP."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start + 1


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something failed: a stable code and words that an admin can act on."""

    code: str
    detail: str

    @classmethod
    def from_error(cls, error: AudioBackendError) -> "Failure":
        return cls(error.code, error.detail)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a listing; `next_cursor` is an opaque word of the adapter that made it, None on the last page alone.

    A page may hold less than was asked for, even nothing, where looking further would have taken too long.
    """

    items: tuple[T, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """What is stored under a key."""

    key: str
    size_bytes: int
    modified_at: datetime
