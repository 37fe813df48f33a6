"""The worker's other loop: what arrives in the inbox is taken in, one after the other."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from domain.errors import AudioBackendError, LeaseLost
from domain.ports.arrivals import Arrival, Arrivals
from entrypoints.container import Container

log = logging.getLogger(__name__)

WAIT = timedelta(seconds=20)
PAUSE_SECONDS = 5.0  # after the inbox itself has failed


class InboxLoop:
    """An arrival that fails unexpectedly, or whose process ends, comes again when its visibility has ended."""

    def __init__(self, arrivals: Arrivals, take_arrival: Callable[[Arrival], None], visibility: timedelta) -> None:
        self._arrivals = arrivals
        self._take_arrival = take_arrival
        self._visibility = visibility
        self._stopping = threading.Event()
        # A daemon: what outlasts the grace is cut off with the process, and taken again by another.
        self._thread = threading.Thread(target=self._loop, name="inbox", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Nothing new from now on."""
        self._stopping.set()
        self._arrivals.stop_receiving()

    def join(self, grace_seconds: float) -> None:
        self._thread.join(grace_seconds)

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                arrival = self._arrivals.receive(WAIT, self._visibility)
                if arrival is not None:
                    self.handle(arrival)
            except Exception:
                # Whatever it is, it must not end the loop.
                log.exception("the inbox cannot be read, or an arrival not be taken")
                self._stopping.wait(PAUSE_SECONDS)

    def handle(self, arrival: Arrival) -> None:
        with self._kept(arrival):
            self._take_arrival(arrival)

    @contextmanager
    def _kept(self, arrival: Arrival) -> Iterator[None]:
        """Hidden for as long as it is worked on. One that is lost is taken by two, who store its bytes once."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(self._visibility.total_seconds() / 3):
                try:
                    self._arrivals.extend(arrival, self._visibility)
                except LeaseLost:
                    return
                except AudioBackendError as error:
                    log.warning("an arrival could not be kept: %s", error.detail)

        beats = threading.Thread(target=beat, name="inbox-beat", daemon=True)
        beats.start()
        try:
            yield
        finally:
            done.set()
            beats.join()


def inbox_of(container: Container) -> InboxLoop:
    visibility = timedelta(seconds=container.settings.lease_seconds)
    return InboxLoop(container.adapters.arrivals(), container.use_cases.take_arrival(), visibility)
