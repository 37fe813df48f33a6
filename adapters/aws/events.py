"""The stream of events of each library: a log that is numbered without gaps, so that who reads on misses none."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from adapters import cursors
from adapters.aws.due import due, overdue
from adapters.aws.errors import RETRY_THROTTLED
from adapters.aws.items import Item, document, key, read
from adapters.aws.table import Range, Refused, Table
from adapters.aws.tries import Pause
from adapters.aws.versioned import write_once
from adapters.aws.writes import ABSENT, Write, delete, put
from domain.errors import Unavailable
from domain.event import Event
from domain.ports.work import Events
from domain.values import LibraryId

LOOK_EVERY = timedelta(seconds=1)
"""A listener that waits looks so often: what an event waits at most until it is seen."""

_DIGITS = 18
_STEPS, _TRIES = 8, 8  # numbers that are tried one after the other, and how often that is begun anew
_LONGEST_PAUSE_SECONDS = 0.2
_BATCH = 500


class DynamoEvents(Events):
    """The newest number of a stream always stays, though what it told of is forgotten: numbers never start again."""

    def __init__(
        self, table: Table, pause: Pause = time.sleep, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._table = table
        self._pause = pause
        self._monotonic = monotonic

    def publish(self, event: Event) -> None:
        """Raises Unavailable when others were quicker every time; no event of theirs is lost by that."""
        for attempt in range(_TRIES):
            if attempt:
                self._pause(_LONGEST_PAUSE_SECONDS * random.random())  # noqa: S311 - no secret
            number = int(self._newest(_stream(event.library_id)))
            # A number is taken when the one before it was seen, so that none is ever left out.
            for step in range(1, _STEPS + 1):
                if self._take(event, number + step):
                    return
        raise Unavailable("Too many events at once.", RETRY_THROTTLED, reason="contention")

    def _take(self, event: Event, number: int) -> bool:
        pk, sk = _stream(event.library_id), _written(number)
        item: Item = {"pk": pk, "sk": sk, "doc": document(event), **due("event", key(pk, sk), event.at)}
        try:
            write_once(self._table, put(item, ABSENT))
        except Refused:
            return False
        return True

    def since(self, library_id: LibraryId, last_id: str | None, limit: int = 100) -> tuple[Event, ...]:
        if last_id is None:
            return ()
        after = _written(cursors.event_number(last_id))
        page = limit + 1  # the range reads `after`, too
        items = self._table.items(Range(_stream(library_id), above=after), page=page)
        told = (item for item in items if "doc" in item)
        return tuple(replace(read(Event, item), id=str(int(str(item["sk"])))) for item in islice(told, limit))

    def last_id(self, library_id: LibraryId) -> str:
        return str(int(self._newest(_stream(library_id))))

    def _newest(self, stream: str) -> str:
        newest = self._table.items(Range(stream, descending=True), page=1)
        return next((str(item["sk"]) for item in newest), _written(0))

    def wait(self, library_id: LibraryId, last_id: str, timeout: timedelta) -> bool:
        deadline = self._monotonic() + timeout.total_seconds()
        while not self.since(library_id, last_id, limit=1):
            left = deadline - self._monotonic()
            if left <= 0:
                return False
            self._pause(min(left, LOOK_EVERY.total_seconds()))
        return True

    def purge(self, before: datetime) -> int:
        gone = 0
        while expired := overdue(self._table, "event", before - timedelta.resolution, _BATCH):
            streams: dict[str, list[str]] = {}
            for item in expired:
                streams.setdefault(str(item["pk"]), []).append(str(item["sk"]))
            for stream, numbers in streams.items():
                self._forget(stream, numbers)
            gone += len(expired)
        return gone

    def _forget(self, stream: str, numbers: list[str]) -> None:
        """The newest of the stream is emptied; the others go, and with them what was emptied before."""
        newest = self._newest(stream)
        older = self._table.items(Range(stream, below=min(numbers)))
        empty = [str(item["sk"]) for item in older if "doc" not in item]
        self._table.write_each(_write(stream, number, newest) for number in (*empty, *numbers))


def _write(stream: str, number: str, newest: str) -> Write:
    return put({"pk": stream, "sk": number}) if number == newest else delete((stream, number))


def _stream(library_id: LibraryId) -> str:
    return key("events", library_id)


def _written(number: int) -> str:
    return f"{number:0{_DIGITS}d}"
