"""Turns for work that somebody waits for, so that it never takes all there is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import Unavailable


class Turns:
    """So many pieces of work at a time. A few more wait for so many seconds; all others are turned away at once, so
    that no crowd can hold all of a server's threads."""

    def __init__(self, at_once: int, waiting: int, wait_seconds: float) -> None:
        self._wait_seconds = wait_seconds
        self._running = threading.Semaphore(at_once)
        self._places = threading.Semaphore(at_once + waiting)

    @contextmanager
    def take(self) -> Iterator[None]:
        """Raises Unavailable when too many wait already, or none has ended in time."""
        if not self._places.acquire(blocking=False):
            raise self._busy()
        try:
            if not self._running.acquire(timeout=self._wait_seconds):
                raise self._busy()
            try:
                yield
            finally:
                self._running.release()
        finally:
            self._places.release()

    def _busy(self) -> Unavailable:
        return Unavailable("Too many stretches are being made right now. Ask again shortly.", retry_after=2)
