"""An inbox that is watched by listing it again and again, where nobody tells of what arrives."""

import secrets
import threading
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters import refusals
from domain.errors import NotFound
from domain.ports.arrivals import Arrival, Arrivals
from domain.ports.sources import Sources
from domain.ports.world import Clock
from domain.source import SourceObject

LOOK_SECONDS = 1.0


@dataclass(slots=True)
class _Seen:
    """An object in one state: since when it is known, until when it is hidden, and whether it is done with."""

    etag: str
    since: datetime
    hidden_until: datetime
    receipt: str = ""
    receives: int = 0
    is_done: bool = False


class WatchedInbox(Arrivals):
    """An object arrives once it has been in the same state for `still_for`: nobody says when it is there in full.

    What is known of the objects is known in this process alone. Another one that watches the same inbox, or this one
    when it is started again, is told of objects that are done with and still there.
    """

    def __init__(self, sources: Sources, address: str, clock: Clock, still_for: timedelta) -> None:
        self._sources = sources
        self._address = address
        self._clock = clock
        self._still_for = still_for
        self._lock = threading.Lock()
        self._seen: dict[str, _Seen] = {}
        self._due: deque[tuple[str, _Seen]] = deque()
        self._stopped = threading.Event()

    def receive(self, wait: timedelta, visibility: timedelta) -> Arrival | None:
        deadline = time.monotonic() + wait.total_seconds()
        while not self._stopped.is_set():
            with self._lock:
                arrival = self._next(visibility)
            left = deadline - time.monotonic()
            if arrival is not None or left <= 0:
                return arrival
            self._stopped.wait(min(left, LOOK_SECONDS))
        return None

    def stop_receiving(self) -> None:
        self._stopped.set()

    def extend(self, arrival: Arrival, visibility: timedelta) -> None:
        with self._lock:
            self._held(arrival).hidden_until = self._clock.now() + visibility

    def acknowledge(self, arrival: Arrival) -> None:
        with self._lock:
            if self._holds(arrival):
                self._held(arrival).is_done = True

    def release(self, arrival: Arrival, delay: timedelta) -> None:
        with self._lock:
            if self._holds(arrival):
                self._held(arrival).hidden_until = self._clock.now() + delay

    def bury(self, arrival: Arrival, reason: str) -> None:
        self._set_aside(arrival, reason)
        self.acknowledge(arrival)  # last: what could not be set aside arrives again

    def remove(self, found: SourceObject) -> None:
        try:
            if self._sources.find(found.url).etag == found.etag:
                self._take_out(found.url)
        except NotFound:
            return

    @abstractmethod
    def _take_out(self, url: str) -> None: ...

    @abstractmethod
    def _set_aside(self, arrival: Arrival, reason: str) -> None: ...

    def _next(self, visibility: timedelta) -> Arrival | None:
        """Of what was due at the last look, as long as there is some: a look goes through the whole inbox."""
        if not self._due:
            self._look()
        while self._due:
            url, seen = self._due.popleft()
            library, _, rest = url.removeprefix(self._address).partition("/")
            if rest and self._is_still(url, seen):
                seen.hidden_until = self._clock.now() + visibility
                seen.receipt = secrets.token_hex(16)
                seen.receives += 1
                return Arrival(library, url, seen.receipt, seen.receives)
        return None

    def _look(self) -> None:
        now = self._clock.now()
        looked: dict[str, _Seen] = {}
        for found in self._listed():
            seen = self._seen.get(found.url)
            if seen is None or seen.etag != found.etag:
                seen = _Seen(found.etag, now, now)
            looked[found.url] = seen
            if not seen.is_done and now >= max(seen.since + self._still_for, seen.hidden_until):
                self._due.append((found.url, seen))
        self._seen = looked

    def _is_still(self, url: str, seen: _Seen) -> bool:
        """As it was at the look: what changes since then is not there in full."""
        try:
            return self._sources.find(url).etag == seen.etag
        except NotFound:
            return False

    def _listed(self) -> Iterator[SourceObject]:
        try:
            yield from self._sources.list(self._address)
        except NotFound:
            return  # nobody has made the inbox yet

    def _holds(self, arrival: Arrival) -> bool:
        seen = self._seen.get(arrival.url)
        return seen is not None and seen.receipt == arrival.receipt

    def _held(self, arrival: Arrival) -> _Seen:
        if not self._holds(arrival):
            raise refusals.let_go(arrival.url)
        return self._seen[arrival.url]
