"""The inbox in memory: objects below `memory://inbox/<name of a library>/`."""

from datetime import timedelta

from adapters.memory.sources import MemorySources
from adapters.watching import WatchedInbox
from domain.ports.arrivals import Arrival
from domain.ports.world import Clock

INBOX = "memory://inbox/"


class MemoryArrivals(WatchedInbox):
    """An object is there in full at once. `refused` holds what was set aside, by URL."""

    def __init__(self, sources: MemorySources, clock: Clock) -> None:
        self._objects = sources
        self.refused: dict[str, str] = {}
        super().__init__(sources, INBOX, clock, timedelta())

    def _take_out(self, url: str) -> None:
        self._objects.remove(url)

    def _set_aside(self, arrival: Arrival, reason: str) -> None:
        self.refused[arrival.url] = reason
