"""Blobs, and beside them originals that stay where they are: read in a bucket or a folder, never written there."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from adapters import refusals
from domain.blob_keys import referred
from domain.errors import Invalid, NotFound, VersionMismatch
from domain.ports.blobs import Blobs, SignedRequest, Workspaces
from domain.ports.sources import Sources
from domain.source import SourceObject
from domain.upload import Part
from domain.values import BlobInfo, ByteRange


class ReferringBlobs(Blobs):
    """The keys of domain.blob_keys.reference_key are read from `sources`, all others are the store's own.

    An object that has changed since is as missing as one that is gone: its bytes are not the recording's any more. For
    the same reason it has no signed address, behind which nobody would compare.
    """

    def __init__(self, blobs: Blobs, sources: Sources, workspaces: Workspaces) -> None:
        self._blobs = blobs
        self._sources = sources
        self._workspaces = workspaces

    def put(self, key: str, chunks: Iterable[bytes], *, overwrite: bool = True) -> BlobInfo:
        return self._blobs.put(key, chunks, overwrite=overwrite)

    def stat(self, key: str) -> BlobInfo:
        found = self._referred(key)
        return BlobInfo(key, found.size_bytes, found.modified_at) if found else self._blobs.stat(key)

    def get(self, key: str, byte_range: ByteRange | None = None) -> Iterator[bytes]:
        found = self._referred(key)
        return self._read(key, found, byte_range) if found else self._blobs.get(key, byte_range)

    @contextmanager
    def as_file(self, key: str) -> Iterator[Path]:
        found = self._referred(key)
        if found is None:
            with self._blobs.as_file(key) as path:
                yield path
            return
        with self._workspaces.open() as workspace:
            path = workspace / "original"
            with path.open("wb") as file:
                for chunk in self._read(key, found, None):
                    file.write(chunk)
            yield path

    def delete(self, key: str) -> None:
        """What is only referred to is not ours to delete."""
        if referred(key) is None:
            self._blobs.delete(key)

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        return self._blobs.list(prefix)

    def begin_multipart(self, key: str, *, part_sha256: bool = False) -> str:
        return self._blobs.begin_multipart(key, part_sha256=part_sha256)

    def put_part(self, key: str, multipart_id: str, n: int, chunks: Iterable[bytes]) -> Part:
        return self._blobs.put_part(key, multipart_id, n, chunks)

    def parts(self, key: str, multipart_id: str) -> tuple[Part, ...]:
        return self._blobs.parts(key, multipart_id)

    def complete_multipart(self, key: str, multipart_id: str) -> BlobInfo:
        return self._blobs.complete_multipart(key, multipart_id)

    def abort_multipart(self, key: str, multipart_id: str) -> None:
        self._blobs.abort_multipart(key, multipart_id)

    def multiparts(self) -> Iterator[tuple[str, str, datetime]]:
        return self._blobs.multiparts()

    def remove_unfinished(self, before: datetime) -> int:
        return self._blobs.remove_unfinished(before)

    def signed_part(
        self, key: str, multipart_id: str, n: int, size: int, valid_for: timedelta, *, sha256: str | None = None
    ) -> SignedRequest | None:
        return self._blobs.signed_part(key, multipart_id, n, size, valid_for, sha256=sha256)

    def signed_get(self, key: str, filename: str, content_type: str, valid_for: timedelta) -> SignedRequest | None:
        return None if referred(key) else self._blobs.signed_get(key, filename, content_type, valid_for)

    def ping(self) -> None:
        self._blobs.ping()

    def _referred(self, key: str) -> SourceObject | None:
        """What the key refers to; None when it is a key of the store. Raises NotFound when it has changed."""
        reference = referred(key)
        if reference is None:
            return None
        url, etag = reference
        try:
            found = self._sources.find(url)
        except Invalid as error:  # of another family, which this process cannot read
            raise refusals.unknown("blob", key) from error
        if found.etag != etag:
            raise refusals.unknown("blob", key)
        return found

    def _read(self, key: str, found: SourceObject, byte_range: ByteRange | None) -> Iterator[bytes]:
        try:
            yield from self._sources.read(found, byte_range)
        except (NotFound, VersionMismatch) as error:  # between the look and the reading
            raise refusals.unknown("blob", key) from error
