"""Files that are made when somebody asks for them, and that no record names."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from application.browse import ADDRESS_VALID_FOR, Content
from application.files import chunks_of
from domain.analysis import Artefact
from domain.blob_keys import on_request_key, on_request_prefix
from domain.errors import NotFound, Unavailable
from domain.ports.access import Libraries
from domain.ports.audio import AudioEngine
from domain.ports.blobs import Blobs, Workspaces
from domain.ports.world import Clock
from domain.recording import Recording
from domain.stretch import Excerpt, SpectrogramWindow
from domain.values import BlobInfo, ByteRange, LibraryId

KEPT_FOR = timedelta(hours=1)
KEPT_BYTES = 256 * 1024**2
"""Of one library; the oldest make room for the next."""

LEAST_BYTES = 64 * 1024
"""What a file counts with at the least, so that not only the bytes are limited but also the number, to 4,096."""

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class MakeOnRequest:
    """Makes a file of a recording. With `keep`, it is found again by whoever asks for the same within the hour, unless
    its library's room is needed for others; otherwise it is gone once it has been read."""

    blobs: Blobs
    workspaces: Workspaces
    engine: AudioEngine

    def __call__(
        self,
        recording: Recording,
        asked: Excerpt | SpectrogramWindow,
        filename: str,
        content_type: str,
        make: Callable[[Path, Path], Artefact],
        *,
        renderer: str,
        keep: bool = True,
    ) -> Content:
        maker = [recording.sha256, renderer, self.engine.renderers[renderer], asdict(asked)]
        digest = hashlib.sha256(json.dumps(maker, sort_keys=True).encode()).hexdigest()
        if not keep:
            with self.workspaces.open() as workspace, self.blobs.as_file(recording.blob_key) as path:
                loose = _LooseFile(make(path, workspace).path)
            return Content(loose.size_bytes, content_type, filename, digest, loose.read)
        key = on_request_key(recording.library_id, recording.id, f"{digest}.{filename.rpartition('.')[2]}")
        try:
            stored = self.blobs.stat(key)
        except NotFound:
            with self.workspaces.open() as workspace, self.blobs.as_file(recording.blob_key) as path:
                loose = _LooseFile(make(path, workspace).path)
            stored = self.blobs.put(key, loose.read(None))
            self._make_room(recording.library_id, key)
        return self._content(key, stored.size_bytes, filename, content_type, digest)

    def keep(self, recording: Recording, name: str, path: Path) -> None:
        """Something that was made already, for `kept` to find within the hour."""
        key = on_request_key(recording.library_id, recording.id, name)
        self.blobs.put(key, chunks_of(path))
        self._make_room(recording.library_id, key)

    def kept(self, recording: Recording, name: str, filename: str, content_type: str) -> Content:
        """Raises NotFound when it is gone, or never was."""
        key = on_request_key(recording.library_id, recording.id, name)
        try:
            stored = self.blobs.stat(key)
        except NotFound:
            raise NotFound("There is no such file, or not any more. Ask for it to be made again.") from None
        return self._content(key, stored.size_bytes, filename, content_type, name)

    def _content(self, key: str, size_bytes: int, filename: str, content_type: str, etag: str) -> Content:
        return Content(
            size_bytes=size_bytes,
            content_type=content_type,
            filename=filename,
            etag=etag,
            read=lambda wanted: self._kept(key, wanted),
            address=lambda kind: self.blobs.signed_get(key, filename, kind, ADDRESS_VALID_FOR),
        )

    def _kept(self, key: str, wanted: ByteRange | None) -> Iterator[bytes]:
        try:
            return self.blobs.get(key, wanted)
        except NotFound:
            raise Unavailable("The file has just made room for others. Ask for it again.") from None

    def _make_room(self, library_id: LibraryId, newest: str) -> None:
        kept = sorted(self.blobs.list(on_request_prefix(library_id)), key=lambda b: (b.modified_at, b.key == newest))
        used = sum(map(_room, kept))
        for blob in kept:
            if used <= KEPT_BYTES:
                return
            self.blobs.delete(blob.key)
            used -= _room(blob)


@dataclass(frozen=True)
class PurgeOnRequest:
    """A scheduled job: deletes what was made on request an hour ago or earlier."""

    libraries: Libraries
    blobs: Blobs
    clock: Clock

    def __call__(self) -> dict[str, int]:
        before = self.clock.now() - KEPT_FOR
        deleted = 0
        for library in self.libraries.all():
            for blob in self.blobs.list(on_request_prefix(library.id)):
                if blob.modified_at <= before:
                    self.blobs.delete(blob.key)
                    deleted += 1
        return {"on_request_deleted": deleted}


class _LooseFile:
    """A file that may lose its name: its bytes are there until nobody holds this, or reads, any more."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.size_bytes = path.stat().st_size

    def read(self, wanted: ByteRange | None) -> Iterator[bytes]:
        at, end = (0, self.size_bytes) if wanted is None else (wanted.start, wanted.end + 1)
        self._file.seek(at)
        while at < end and (chunk := self._file.read(min(_CHUNK_BYTES, end - at))):
            yield chunk
            at += len(chunk)

    def __del__(self) -> None:
        self._file.close()


def _room(blob: BlobInfo) -> int:
    return max(blob.size_bytes, LEAST_BYTES)
