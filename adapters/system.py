"""The world's own clock and ids, and a machine that nobody takes away."""

import os
import threading
from datetime import UTC, datetime

from ulid import ULID

from domain.ports.work import ScaleIn
from domain.ports.world import Clock, Ids

_RANDOM_BYTES = 10


class SystemClock(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC)


class UlidIds(Ids):
    """ULIDs that only ever grow within this process, even when the clock is set back.

    Within one millisecond, and while the clock lags behind what was given, the next id is the last one plus one.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last = 0
        self._pid = os.getpid()

    def next(self) -> str:
        millis = int(self._clock.now().timestamp() * 1000)
        fresh = int.from_bytes(millis.to_bytes(6) + os.urandom(_RANDOM_BYTES))
        with self._lock:
            if self._pid != os.getpid():
                # A fork has the parent's memory: going on from its last id would give both the same ones.
                self._pid, self._last = os.getpid(), 0
            behind = fresh >> 80 <= self._last >> 80
            self._last = self._last + 1 if behind else fresh
            return str(ULID.from_bytes(self._last.to_bytes(16)))


class StandingMachine(ScaleIn):
    """Nothing comes and goes by itself here."""

    def protect(self) -> None:
        return None

    def allow(self) -> None:
        return None
