"""Where a worker's threads listen for the bell, and to which lanes."""

import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from domain.job_kind import Lane

OTHERS_FIRST = 5  # one receive in so many prefers another lane than the first, so that none starves


class Gate:
    """Open while somebody is inside, and for good once it was opened."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_open = threading.Event()
        self._inside = 0

    @contextmanager
    def inside(self) -> Iterator[None]:
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def open(self) -> None:
        self._count(1)

    def wait(self) -> None:
        self._is_open.wait()

    def _count(self, more: int) -> None:
        with self._lock:
            self._inside += more
            if self._inside:
                self._is_open.set()
            else:
                self._is_open.clear()


class Ear:
    """One thread listens at a time: a queue that has to be looked at costs once. Deaf while the gate is shut."""

    def __init__(self, lanes: Sequence[Lane], gate: Gate | None = None) -> None:
        self.listening = threading.Lock()
        self.preferences = preferences(lanes)
        self.gate = gate


def ears(lanes: Sequence[Lane], threads: int, bulk_runs: Gate) -> list[Ear]:
    """One for each thread. Where there are other lanes than bulk, one thread more takes these while bulk runs: however
    many items of batches there are, and however long they take, what somebody waits for finds a thread."""
    prompt = tuple(lane for lane in lanes if lane is not Lane.BULK)
    common = Ear(lanes)
    return [common] * threads + ([Ear(prompt, bulk_runs)] if prompt and Lane.BULK in lanes else [])


def preferences(lanes: Sequence[Lane]) -> Iterator[tuple[Lane, ...]]:
    """The lanes in the order in which each receive is to prefer them: as given, and now and then another one first."""
    for turn in itertools.cycle(range(len(lanes))):
        yield from itertools.repeat(tuple(lanes), OTHERS_FIRST - 1)
        yield (*lanes[turn:], *lanes[:turn])
