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


class Unnamed(Iterator[bytes]):
    """The chunks of a file whose name may go at once: its bytes stay until they were read, or until it is closed."""

    def __init__(self, path: Path) -> None:
        self.size_bytes = path.stat().st_size
        self._file = path.open("rb")

    def __next__(self) -> bytes:
        chunk = b"" if self._file.closed else self._file.read(COPY_BYTES)
        if not chunk:
            self.close()
            raise StopIteration
        return chunk

    def close(self) -> None:
        self._file.close()
