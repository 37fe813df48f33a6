"""Streams that end badly, and short ways to look into a blob store."""

from collections.abc import Iterator

from domain.ports.blobs import Blobs
from domain.values import ByteRange

KEY = "library/recordings/1/original"


class Broken(Exception):
    """What a client that goes away looks like."""


def broken_off() -> Iterator[bytes]:
    yield b"half"
    raise Broken


def lost_client() -> Iterator[bytes]:
    yield b"half"
    raise ConnectionResetError


def content(blobs: Blobs, key: str = KEY, byte_range: ByteRange | None = None) -> bytes:
    return b"".join(blobs.get(key, byte_range))


def keys(blobs: Blobs, prefix: str = "") -> list[str]:
    return [info.key for info in blobs.list(prefix)]
