"""Blobs as files below one folder.

    <root>/a/b/c              the blob a/b/c, given its name when it was whole and on the disk
    <root>/.incoming/<name>   what is being written, or was when the power went
    <root>/.reading/<name>    second names of blobs that somebody reads as files
    <root>/.multipart/<id>/   manifest.json with the key, and the parts by number

Keys have no segment that starts with a dot, so that none can reach the three folders.
"""

import errno
import filecmp
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from adapters import refusals
from adapters.blob_keys import checked_key, is_segment
from adapters.local.disk import in_our_words, make_folder, sync_folder, write_safely
from adapters.local.multiparts import Multiparts
from domain.errors import Conflict, NotFound
from domain.ports.blobs import Blobs, SignedRequest
from domain.upload import Part
from domain.values import BlobInfo, ByteRange

T = TypeVar("T")

CHUNK_BYTES = 1024 * 1024
_RENAME_ATTEMPTS = 100


class FileBlobs(Blobs):
    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / ".incoming"
        self._reading = root / ".reading"
        self._multiparts = Multiparts(root / ".multipart", self._incoming)
        with in_our_words():
            for folder in (self._incoming, self._reading, root / ".multipart"):
                make_folder(folder)

    def put(self, key: str, chunks: Iterable[bytes], *, overwrite: bool = True) -> BlobInfo:
        path = self._path(key)
        incoming = self._new_name()
        write_safely(incoming, chunks)
        try:
            return self._publish(incoming, path, key, overwrite)
        finally:
            incoming.unlink(missing_ok=True)

    def stat(self, key: str) -> BlobInfo:
        path = self._path(key)
        return _info(key, self._there(key, path.stat))

    def get(self, key: str, byte_range: ByteRange | None = None) -> Iterator[bytes]:
        path = self._path(key)
        descriptor = self._there(key, lambda: os.open(path, os.O_RDONLY))
        try:
            info = _info(key, os.fstat(descriptor))  # of this very file: another may take its name now
        except BaseException:
            os.close(descriptor)
            raise
        return _Chunks(descriptor, byte_range or ByteRange(0, info.size_bytes - 1))

    @contextmanager
    def as_file(self, key: str) -> Iterator[Path]:
        """A second name for the file: it stays readable when the blob is deleted or replaced meanwhile."""
        path = self._path(key)
        self.stat(key)
        second = self._reading / secrets.token_hex(16)
        try:
            os.link(path, second)
        except (FileNotFoundError, NotADirectoryError):
            raise refusals.unknown("blob", key) from None
        except OSError:
            second = path  # a file system without second names
        try:
            yield second
        finally:
            if second != path:
                second.unlink(missing_ok=True)

    def delete(self, key: str) -> None:
        path = self._path(key)
        with in_our_words(), suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()
            sync_folder(path.parent)
            self._remove_empty(path.parent)

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        *folders, start = prefix.split("/")
        if all(map(is_segment, folders)):
            yield from self._walk("/".join([*folders, ""]), start)

    def begin_multipart(self, key: str, *, part_sha256: bool = False) -> str:
        return self._multiparts.begin(checked_key(key))

    def put_part(self, key: str, multipart_id: str, n: int, chunks: Iterable[bytes]) -> Part:
        return self._multiparts.put(key, multipart_id, n, chunks)

    def parts(self, key: str, multipart_id: str) -> tuple[Part, ...]:
        return self._multiparts.arrived(key, multipart_id)

    def complete_multipart(self, key: str, multipart_id: str) -> BlobInfo:
        """A crash leaves the parts, or the blob and the parts, or the blob: doing it again ends well after each."""
        path = self._path(key)
        incoming = self._new_name()
        try:
            self._multiparts.join(key, multipart_id, incoming)
        except NotFound:
            return self.stat(key)
        try:
            info = self._publish(incoming, path, key, overwrite=False)
        except Conflict:
            # What is there may have been made of these parts, before a crash or by somebody else just now.
            if not path.is_file() or not filecmp.cmp(incoming, path, shallow=False):
                raise
            info = self.stat(key)
        finally:
            incoming.unlink(missing_ok=True)
        self._multiparts.end(key, multipart_id)
        return info

    def abort_multipart(self, key: str, multipart_id: str) -> None:
        self._multiparts.end(key, multipart_id)

    def multiparts(self) -> Iterator[tuple[str, str, datetime]]:
        return self._multiparts.all()

    def remove_unfinished(self, before: datetime) -> int:
        """Goes by the time of the last change of anything: what is still written to or was just opened stays."""
        removed = 0
        for folder in (self._incoming, self._reading):
            with in_our_words():
                entries = list(folder.iterdir())
            for entry in entries:
                with in_our_words(), suppress(FileNotFoundError):
                    if datetime.fromtimestamp(entry.stat().st_ctime, UTC) < before:
                        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
                        removed += 1
        return removed

    def signed_part(
        self, key: str, multipart_id: str, n: int, size: int, valid_for: timedelta, *, sha256: str | None = None
    ) -> SignedRequest | None:
        return None

    def signed_get(self, key: str, filename: str, content_type: str, valid_for: timedelta) -> SignedRequest | None:
        return None

    def ping(self) -> None:
        probe = self._new_name()
        write_safely(probe, [b"probe"])
        with in_our_words():
            probe.unlink()

    def _path(self, key: str) -> Path:
        return self._root / checked_key(key)

    def _new_name(self) -> Path:
        return self._incoming / secrets.token_hex(16)

    def _there(self, key: str, look: Callable[[], T]) -> T:
        try:
            with in_our_words():
                return look()
        except (FileNotFoundError, NotADirectoryError):
            raise refusals.unknown("blob", key) from None

    def _publish(self, incoming: Path, path: Path, key: str, overwrite: bool) -> BlobInfo:
        """Makes it the blob, in one step. A delete may take away the empty folder just before: then once more."""
        with in_our_words():
            for attempts_left in reversed(range(_RENAME_ATTEMPTS)):
                try:
                    make_folder(path.parent)
                    incoming.rename(path) if overwrite else _name_anew(incoming, path)
                    break
                except FileNotFoundError:
                    if not attempts_left:
                        raise
                except FileExistsError:
                    raise refusals.obstructed(key) if path.is_dir() else refusals.occupied(key) from None
                except (NotADirectoryError, IsADirectoryError):
                    raise refusals.obstructed(key) from None
            sync_folder(path.parent)
            return _info(key, path.stat())

    def _remove_empty(self, folder: Path) -> None:
        while folder != self._root:
            try:
                folder.rmdir()
            except OSError:
                return  # not empty, or gone already
            folder = folder.parent

    def _walk(self, folder: str, start: str) -> Iterator[BlobInfo]:
        """In the order of keys, in which a folder's name ends with its slash."""
        try:
            with in_our_words(), os.scandir(self._root / folder) as entries:
                names = sorted(
                    f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name
                    for entry in entries
                    if entry.name.startswith(start) and is_segment(entry.name)
                )
        except (FileNotFoundError, NotADirectoryError):
            return
        for name in names:
            if name.endswith("/"):
                yield from self._walk(folder + name, "")
                continue
            with suppress(NotFound):  # deleted since
                yield self.stat(folder + name)


def _name_anew(file: Path, name: Path) -> None:
    """Raises FileExistsError when the name is taken, which a rename would take over without a word."""
    try:
        os.link(file, name)
    except (FileExistsError, FileNotFoundError, NotADirectoryError):
        raise
    except OSError:  # a file system without second names: looking and taking are then two steps
        if name.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(name)) from None
        file.rename(name)


class _Chunks(Iterator[bytes]):
    """Opened when it is made, so that a missing blob shows at once; closed at its end or when it is let go."""

    def __init__(self, descriptor: int, wanted: ByteRange) -> None:
        self._descriptor: int | None = descriptor
        self._at = wanted.start
        self._end = wanted.end + 1

    def __next__(self) -> bytes:
        if self._descriptor is None:
            raise StopIteration
        with in_our_words():
            chunk = os.pread(self._descriptor, max(0, min(CHUNK_BYTES, self._end - self._at)), self._at)
        self._at += len(chunk)
        if not chunk:
            self.close()
            raise StopIteration
        return chunk

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __del__(self) -> None:
        self.close()


def _info(key: str, found: os.stat_result) -> BlobInfo:
    if not stat.S_ISREG(found.st_mode):
        raise refusals.unknown("blob", key)  # a folder on the way to others
    return BlobInfo(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))
