"""Objects in memory, under addresses of the scheme `memory`."""

import hashlib
import threading
from collections.abc import Iterator

from adapters import refusals
from domain.ports.sources import Sources
from domain.ports.world import Clock
from domain.source import SourceObject
from domain.values import ByteRange

CHUNK_BYTES = 1024 * 1024


class MemorySources(Sources):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._objects: dict[str, tuple[SourceObject, bytes]] = {}

    @property
    def scheme(self) -> str:
        return "memory"

    def put(self, url: str, content: bytes) -> None:
        etag = hashlib.sha256(content).hexdigest()[:32]
        with self._lock:
            self._objects[url] = SourceObject(url, len(content), etag, self._clock.now()), content

    def remove(self, url: str) -> None:
        with self._lock:
            del self._objects[url]

    def list(self, address: str) -> Iterator[SourceObject]:
        self._require_ours(address)
        with self._lock:
            found = [each for each, _ in self._objects.values() if each.url.startswith(address)]
        return iter(sorted(found, key=lambda each: each.url))

    def find(self, url: str) -> SourceObject:
        return self._stored(url)[0]

    def read(self, found: SourceObject, byte_range: ByteRange | None = None) -> Iterator[bytes]:
        stored, content = self._stored(found.url)
        if stored.etag != found.etag:
            raise refusals.changed_since(found.url)
        wanted = content if byte_range is None else content[byte_range.start : byte_range.end + 1]
        return (wanted[at : at + CHUNK_BYTES] for at in range(0, len(wanted), CHUNK_BYTES))

    def _stored(self, url: str) -> tuple[SourceObject, bytes]:
        self._require_ours(url)
        with self._lock:
            stored = self._objects.get(url)
        if stored is None:
            raise refusals.unknown("object", url)
        return stored

    def _require_ours(self, url: str) -> None:
        if not url.startswith(f"{self.scheme}://"):
            raise refusals.unreadable(self.scheme, url)
