"""Blobs, in memory."""

import secrets
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from adapters import refusals
from adapters.blob_keys import checked_key
from domain.errors import NotFound
from domain.ports.blobs import Blobs, SignedRequest
from domain.ports.world import Clock
from domain.upload import Part
from domain.values import BlobInfo, ByteRange

CHUNK_BYTES = 1024 * 1024


@dataclass(slots=True)
class _Multipart:
    key: str
    started_at: datetime
    parts: dict[int, tuple[Part, bytes]] = field(default_factory=dict)


class MemoryBlobs(Blobs):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._blobs: dict[str, tuple[BlobInfo, bytes]] = {}
        self._multiparts: dict[str, _Multipart] = {}

    def put(self, key: str, chunks: Iterable[bytes], *, overwrite: bool = True) -> BlobInfo:
        checked_key(key)
        content = b"".join(chunks)
        with self._lock:
            return self._store(key, content, overwrite)

    def stat(self, key: str) -> BlobInfo:
        return self._found(key)[0]

    def get(self, key: str, byte_range: ByteRange | None = None) -> Iterator[bytes]:
        _, content = self._found(key)
        wanted = memoryview(content)
        if byte_range is not None:
            wanted = wanted[byte_range.start : byte_range.end + 1]
        return (bytes(wanted[at : at + CHUNK_BYTES]) for at in range(0, len(wanted), CHUNK_BYTES))

    @contextmanager
    def as_file(self, key: str) -> Iterator[Path]:
        _, content = self._found(key)
        with tempfile.TemporaryDirectory(prefix="audio-blob-") as folder:
            path = Path(folder) / "blob"
            path.write_bytes(content)
            yield path

    def delete(self, key: str) -> None:
        checked_key(key)
        with self._lock:
            self._blobs.pop(key, None)

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        with self._lock:
            keys = sorted(key for key in self._blobs if key.startswith(prefix))
            return iter([self._blobs[key][0] for key in keys])

    def begin_multipart(self, key: str, *, part_sha256: bool = False) -> str:
        multipart_id = secrets.token_hex(16)
        with self._lock:
            self._multiparts[multipart_id] = _Multipart(checked_key(key), self._clock.now())
        return multipart_id

    def put_part(self, key: str, multipart_id: str, n: int, chunks: Iterable[bytes]) -> Part:
        self._multipart(key, multipart_id)
        content = b"".join(chunks)
        with self._lock:
            multipart = self._multipart(key, multipart_id)
            part = Part(n, len(content), secrets.token_hex(8))
            multipart.parts[n] = (part, content)
        return part

    def parts(self, key: str, multipart_id: str) -> tuple[Part, ...]:
        with self._lock:
            arrived = self._multipart(key, multipart_id).parts
            return tuple(arrived[n][0] for n in sorted(arrived))

    def complete_multipart(self, key: str, multipart_id: str) -> BlobInfo:
        checked_key(key)
        with self._lock:
            try:
                arrived = self._multipart(key, multipart_id).parts
            except NotFound:
                if key in self._blobs:
                    return self._blobs[key][0]
                raise
            if not arrived:
                raise refusals.no_parts(key)
            info = self._store(key, b"".join(arrived[n][1] for n in sorted(arrived)), overwrite=False)
            del self._multiparts[multipart_id]
            return info

    def abort_multipart(self, key: str, multipart_id: str) -> None:
        with self._lock:
            multipart = self._multiparts.get(multipart_id)
            if multipart is not None and multipart.key == key:
                del self._multiparts[multipart_id]

    def multiparts(self) -> Iterator[tuple[str, str, datetime]]:
        with self._lock:
            return iter([(m.key, multipart_id, m.started_at) for multipart_id, m in self._multiparts.items()])

    def remove_unfinished(self, before: datetime) -> int:
        return 0  # a write that does not end leaves nothing behind

    def signed_part(
        self, key: str, multipart_id: str, n: int, size: int, valid_for: timedelta, *, sha256: str | None = None
    ) -> SignedRequest | None:
        return None

    def signed_get(self, key: str, filename: str, content_type: str, valid_for: timedelta) -> SignedRequest | None:
        return None

    def ping(self) -> None:
        return None

    def _found(self, key: str) -> tuple[BlobInfo, bytes]:
        checked_key(key)
        with self._lock:
            blob = self._blobs.get(key)
        if blob is None:
            raise refusals.unknown("blob", key)
        return blob

    def _store(self, key: str, content: bytes, overwrite: bool) -> BlobInfo:
        if not overwrite and key in self._blobs:
            raise refusals.occupied(key)
        folders = {key[:at] for at, char in enumerate(key) if char == "/"}
        if any(other in folders or other.startswith(f"{key}/") for other in self._blobs):
            raise refusals.obstructed(key)  # as where blobs are files
        info = BlobInfo(key, len(content), self._clock.now())
        self._blobs[key] = (info, content)
        return info

    def _multipart(self, key: str, multipart_id: str) -> _Multipart:
        multipart = self._multiparts.get(multipart_id)
        if multipart is None or multipart.key != key:
            raise refusals.unknown("multipart", multipart_id)
        return multipart
