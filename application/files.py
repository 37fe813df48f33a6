"""Work files that are read without being held."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

COPY_BYTES = 1024 * 1024


def chunks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(COPY_BYTES):
            yield chunk


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    for chunk in chunks_of(path):
        digest.update(chunk)
    return digest.hexdigest()


def lines_from(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """The first lines, with their ends, of bytes that come in chunks."""
    rest, count = b"", 0
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if count == most:
                return
            count += 1
            yield line + b"\n"
