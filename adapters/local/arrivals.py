"""The inbox as a folder: files below `<folder>/<name of a library>/`."""

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

from adapters.local.disk import in_our_words
from adapters.local.sources import FolderSources
from adapters.watching import WatchedInbox
from domain.ports.arrivals import Arrival
from domain.ports.world import Clock

log = logging.getLogger(__name__)

STILL_FOR = timedelta(seconds=2)
_NAME_BYTES = 255  # the most that a file's name has: limits.h of Linux, NAME_MAX
_SUFFIX_CHARS = 16  # what is longer is no suffix, but a name with a dot in it
_REASON = ".reason.txt"


class FolderArrivals(WatchedInbox):
    """A file that is written to for longer is best moved in when it is whole, or has a dot before its name until then.

    What is set aside is moved into `refused`, under the same path, with the reason in a file beside it. Under a name
    that is taken by what was set aside before, it has a number: `a.wav`, `a-2.wav`.
    """

    def __init__(self, folder: Path, refused: Path, clock: Clock, still_for: timedelta = STILL_FOR) -> None:
        self._folder = folder.absolute()
        self._refused = refused
        super().__init__(FolderSources(), f"file://{self._folder}/", clock, still_for)

    def _take_out(self, url: str) -> None:
        with in_our_words():
            _path(url).unlink(missing_ok=True)

    def _set_aside(self, arrival: Arrival, reason: str) -> None:
        path = _path(arrival.url)
        with in_our_words():
            there = _claimed(self._refused / path.relative_to(self._folder), reason)
            try:
                path.replace(there)
            except OSError as error:
                _reason_of(there).unlink(missing_ok=True)
                if not isinstance(error, FileNotFoundError):
                    raise
                log.info("%s was gone before it could be set aside", path)


def _claimed(wanted: Path, reason: str) -> Path:
    """A place where nothing lies yet, or the next one to it. Its file with the reason keeps others away from it."""
    wanted.parent.mkdir(parents=True, exist_ok=True)
    for there in _numbered(wanted):
        if not there.exists():
            with suppress(FileExistsError), _reason_of(there).open("x", encoding="utf-8", errors="replace") as file:
                file.write(f"{reason}\n")
                return there
    raise AssertionError("numbers do not end")


def _numbered(path: Path) -> Iterator[Path]:
    """The numbered ones are cut so that their reasons need not be, whose names would lose the number."""
    yield path
    suffix = path.suffix if len(path.suffix) <= _SUFFIX_CHARS else ""
    for n in count(2):
        ending = f"-{n}{suffix}"
        room = _NAME_BYTES - len(os.fsencode(ending)) - len(_REASON)
        yield path.with_name(_cut(path.name.removesuffix(suffix), room) + ending)


def _reason_of(path: Path) -> Path:
    return path.with_name(_cut(path.name, _NAME_BYTES - len(_REASON)) + _REASON)


def _cut(name: str, size_bytes: int) -> str:
    return os.fsencode(name)[:size_bytes].decode(errors="ignore")


def _path(url: str) -> Path:
    return Path(url.removeprefix("file://"))
