"""Files that are whole or not there at all, and what a disk's errors mean."""

import errno
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from domain.errors import Unavailable

_FULL = {errno.ENOSPC, errno.EDQUOT}
# The kernel cannot copy between these two files by itself; a loop over the bytes can.
_COPY_BY_HAND = {errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}
_COPY_BYTES = 64 * 1024 * 1024


@contextmanager
def in_our_words() -> Iterator[None]:
    """The one place where a disk's errors become ours. What is not there stays so: the caller knows what it means."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise Unavailable("The disk is full. Make room on it, then try again.", retry_after=60) from error
        raise Unavailable(f"The disk does not take or give the bytes: {error.strerror}.", retry_after=60) from error


def write_safely(path: Path, chunks: Iterable[bytes]) -> None:
    """A new file that is on the disk when this returns, and gone when anything is raised.

    What `chunks` raises passes through as it is, an OSError of a lost client too.
    """
    file = _new_file(path)
    try:
        for chunk in chunks:
            with in_our_words():
                file.write(chunk)
        with in_our_words():
            _settle(file)
    except BaseException:
        _drop(file, path)
        raise


def join_safely(path: Path, sources: Iterable[Path]) -> None:
    """The sources one after another as a new file; safe and whole as above."""
    file = _new_file(path)
    with in_our_words():
        try:
            for source in sources:
                with source.open("rb") as part:
                    _append(part, file)
            _settle(file)
        except BaseException:
            _drop(file, path)
            raise


def _new_file(path: Path) -> BinaryIO:
    try:
        with in_our_words():
            return path.open("xb")
    except FileNotFoundError as error:
        raise Unavailable("The data folder is gone. Start the service again.", retry_after=60) from error


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()


def _drop(file: BinaryIO, path: Path) -> None:
    try:
        file.close()  # may try once more to write what the full disk refused
    except OSError:
        pass
    finally:
        path.unlink(missing_ok=True)


def _append(part: BinaryIO, file: BinaryIO) -> None:
    if hasattr(os, "copy_file_range"):
        try:
            while os.copy_file_range(part.fileno(), file.fileno(), _COPY_BYTES):
                pass
        except OSError as error:
            if error.errno not in _COPY_BY_HAND:
                raise
    # What the kernel has left, from where it ended: as a rule nothing, but some file systems say 0 too early.
    part.seek(os.lseek(part.fileno(), 0, os.SEEK_CUR))
    shutil.copyfileobj(part, file, 1024 * 1024)
    file.flush()


def make_folder(folder: Path) -> None:
    """With its parents, each on the disk.

    Raises NotADirectoryError where a file has the name, FileNotFoundError where somebody took a folder away meanwhile.
    """
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        try:
            new.mkdir()
        except FileExistsError:
            # One look decides: mkdir(exist_ok=True) takes a folder that was removed between its two for a file.
            if not stat.S_ISDIR(new.stat().st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(new)) from None
        sync_folder(new.parent)


def sync_folder(folder: Path) -> None:
    """Names are part of a folder: a rename is safe once the folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
