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
