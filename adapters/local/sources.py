"""Files below a folder of this machine, as objects to be imported."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from adapters import refusals
from adapters.local.disk import in_our_words
from domain.errors import NotFound, Unavailable
from domain.ports.sources import Sources
from domain.source import SourceObject
from domain.values import ByteRange

CHUNK_BYTES = 1024 * 1024
_SCHEME = "file"
_START = f"{_SCHEME}://"


class FolderSources(Sources):
    """Any folder that the service's user may read; which ones may be asked for is for the settings to say."""

    @property
    def scheme(self) -> str:
        return _SCHEME

    def list(self, address: str) -> Iterator[SourceObject]:
        folder, _, start = _path(address).rpartition("/")
        return _walk(f"{folder}/", start, is_root=True)

    def find(self, url: str) -> SourceObject:
        path = _path(url)
        try:
            with in_our_words():
                return _object(path, os.lstat(path))
        except (FileNotFoundError, NotADirectoryError):
            raise refusals.unknown("object", url) from None

    def read(self, found: SourceObject, byte_range: ByteRange | None = None) -> Iterator[bytes]:
        try:
            # No link, not even one that took the file's place just now: it could lead out of the folder.
            with in_our_words():
                descriptor = os.open(_path(found.url), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except (FileNotFoundError, NotADirectoryError):
            raise refusals.unknown("object", found.url) from None
        return _read(descriptor, found, byte_range or ByteRange(0, found.size_bytes - 1))


def _read(descriptor: int, found: SourceObject, wanted: ByteRange) -> Iterator[bytes]:
    with os.fdopen(descriptor, "rb") as file:
        at = wanted.start
        while at <= wanted.end:
            _require_unchanged(descriptor, found)
            with in_our_words():
                chunk = os.pread(descriptor, min(CHUNK_BYTES, wanted.end + 1 - at), at)
            if not chunk:
                break
            yield chunk
            at += len(chunk)
        _require_unchanged(file.fileno(), found)


def _require_unchanged(descriptor: int, found: SourceObject) -> None:
    if _etag(os.fstat(descriptor)) != found.etag:
        raise refusals.changed_since(found.url)


def _walk(folder: str, start: str, *, is_root: bool = False) -> Iterator[SourceObject]:
    """In the order of URLs, in which a folder's name ends with its slash. A folder that vanishes meanwhile is empty."""
    try:
        with in_our_words(), os.scandir(folder) as entries:
            names = sorted(
                f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name
                for entry in entries
                if entry.name.startswith(start) and not entry.name.startswith(".") and not entry.is_symlink()
            )
    except (FileNotFoundError, NotADirectoryError, Unavailable) as error:
        if is_root:
            raise refusals.unknown("folder", folder) from error
        if isinstance(error, Unavailable):
            raise
        return
    for name in names:
        path = folder + name
        if name.endswith("/"):
            yield from _walk(path, "")
            continue
        with suppress(FileNotFoundError, NotFound):  # gone since, or neither a file nor a folder
            yield _object(path, os.lstat(path))


def _object(path: str, found: os.stat_result) -> SourceObject:
    if not stat.S_ISREG(found.st_mode):
        raise refusals.unknown("object", _START + path)
    return SourceObject(
        _START + path, found.st_size, _etag(found), datetime.fromtimestamp(found.st_mtime_ns / 1e9, UTC)
    )


def _etag(found: os.stat_result) -> str:
    """A file's bytes are taken to be the same as long as its size, its time of change and its place are."""
    return f"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"


def _path(url: str) -> str:
    if not url.startswith(_START):
        raise refusals.unreadable(_SCHEME, url)
    path = url.removeprefix(_START)
    if ".." in path.split("/"):  # such a name no listing has given, and it could lead out of what may be read
        raise refusals.unknown("object", url)
    return path
