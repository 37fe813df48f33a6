"""The inbox as a folder: files below `<folder>/<name of a library>/`."""

import logging
from datetime import timedelta
from pathlib import Path

from adapters.local.disk import in_our_words
from adapters.local.sources import FolderSources
from adapters.watching import WatchedInbox
from domain.ports.arrivals import Arrival
from domain.ports.world import Clock

log = logging.getLogger(__name__)

STILL_FOR = timedelta(seconds=2)


class FolderArrivals(WatchedInbox):
    """A file that is written to for longer is best moved in when it is whole, or has a dot before its name until then.

    What is set aside is moved into `refused`, under the same path, with the reason in a file beside it.
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
        there = self._refused / path.relative_to(self._folder)
        with in_our_words():
            there.parent.mkdir(parents=True, exist_ok=True)
            there.with_name(f"{there.name}.reason.txt").write_text(f"{reason}\n", encoding="utf-8")
            try:
                path.replace(there)
            except FileNotFoundError:
                log.info("%s was gone before it could be set aside", path)


def _path(url: str) -> Path:
    return Path(url.removeprefix("file://"))
