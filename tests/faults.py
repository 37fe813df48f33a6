"""Decorators that put a fault between a use-case and a port; the port itself stays the real one."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from domain.errors import Unavailable
from domain.job_kind import Lane
from domain.ports.work import DeadLetter, Delivery, JobQueue
from domain.values import JobId, LibraryId


class Faulty:
    """Any port, with something happening before or after chosen calls.

    `before` and `after` are called with the method's name and the number of this call of it, counted from 1; what they
    raise comes out of the call. What `after` raises comes when the work has been done: the answer is lost.
    """

    def __init__(
        self,
        port: Any,
        before: Callable[[str, int], None] = lambda _name, _count: None,
        after: Callable[[str, int], None] = lambda _name, _count: None,
    ) -> None:
        self._port = port
        self._before = before
        self._after = after
        self._counts: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._port, name)
        if not callable(attribute):
            return attribute

        def call(*args: Any, **kwargs: Any) -> Any:
            count = self._counts[name] = self._counts.get(name, 0) + 1
            self._before(name, count)
            result = attribute(*args, **kwargs)
            self._after(name, count)
            return result

        return call


def raising(method: str, error: Exception, count: int = 1) -> Callable[[str, int], None]:
    """Raises the error at the `count`-th call of the method."""

    def fault(name: str, number: int) -> None:
        if name == method and number == count:
            raise error

    return fault


class Calls:
    """One count over all ports that are put behind it. The `fatal` call fails, before it is carried out or, when it is
    `late`, after: the answer is lost. The count begins with `count` and ends with the failure."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self._counting = False
        self._fatal: int | None = None
        self._late = False

    def count(self, fatal: int | None = None, *, late: bool = False) -> None:
        self.made, self._counting, self._fatal, self._late = [], True, fatal, late

    def stop(self) -> None:
        self._counting = False

    def over(self, name: str, port: Any) -> Any:
        return _Counted(self, name, port)

    def __str__(self) -> str:
        return f"{len(self.made)}: {self.made[-1]}, failed {'after' if self._late else 'before'} it was carried out"

    def carry_out(self, name: str, call: Callable[[], Any]) -> Any:
        if not self._counting:
            return call()
        self.made.append(name)
        is_fatal = len(self.made) == self._fatal
        if is_fatal:
            self._counting = False
        if is_fatal and not self._late:
            raise Unavailable(f"{name} cannot be reached.")
        result = call()
        if is_fatal:
            raise Unavailable(f"The answer to {name} was lost.")
        return result


class _Counted:
    def __init__(self, calls: Calls, name: str, port: Any) -> None:
        self._calls = calls
        self._name = name
        self._port = port

    def __getattr__(self, method: str) -> Any:
        attribute = getattr(self._port, method)
        if not callable(attribute):
            return attribute
        return lambda *given, **more: self._calls.carry_out(f"{self._name}.{method}", lambda: attribute(*given, **more))


class UnreliableQueue(JobQueue):
    """A queue at its worst: by chance it loses what is sent or acknowledged, delivers late, out of order, and again."""

    def __init__(self, queue: JobQueue, seed: int) -> None:
        self._queue = queue
        self._chance = random.Random(seed)
        self._shuffled: list[Delivery] = []
        self.faults: set[str] = set()

    def send(self, job_id: JobId, lane: Lane, library_id: LibraryId, delay: timedelta = timedelta()) -> None:
        if self._befalls("a send is lost"):
            return
        if self._befalls("a message is late"):
            delay += timedelta(seconds=self._chance.uniform(1, 60))
        self._queue.send(job_id, lane, library_id, delay)

    def receive(self, lanes: Sequence[Lane], wait: timedelta, visibility: timedelta) -> Delivery | None:
        while (delivery := self._queue.receive(lanes, timedelta(), visibility)) is not None:
            self._shuffled.append(delivery)
        self._chance.shuffle(self._shuffled)
        if not self._shuffled:
            return None
        if self._befalls("a message comes again"):
            return self._shuffled[-1]
        return self._shuffled.pop()

    def stop_receiving(self) -> None:
        self._queue.stop_receiving()

    def extend(self, delivery: Delivery, visibility: timedelta) -> None:
        self._queue.extend(delivery, visibility)

    def acknowledge(self, delivery: Delivery) -> None:
        if not self._befalls("an acknowledgement is lost"):
            self._queue.acknowledge(delivery)

    def release(self, delivery: Delivery, delay: timedelta) -> None:
        self._queue.release(delivery, delay)

    def bury(self, delivery: Delivery, reason: str) -> None:
        self._queue.bury(delivery, reason)

    def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        return self._queue.dead_letters(limit)

    def forget(self, job_id: JobId) -> None:
        self._queue.forget(job_id)

    def ping(self) -> None:
        self._queue.ping()

    def _befalls(self, fault: str) -> bool:
        befalls = self._chance.random() < 0.3
        if befalls:
            self.faults.add(fault)
        return befalls
