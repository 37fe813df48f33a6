"""Waiting by looking: seldom, and in time."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from adapters.local.database import Database
from adapters.local.events import SqliteEvents
from adapters.local.queue import SqliteQueue
from adapters.local.waiting import LONGEST_PAUSE, wait_for
from domain.job_kind import Lane
from domain.values import JobId
from tests.builders import LIBRARY, FakeClock, an_event

JOB = JobId("job-1")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "audio.db")
    yield opened
    opened.close()


class Pauses:
    """Time that passes as it is paused, and what happens meanwhile."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.taken: list[float] = []
        self.on_pause: dict[int, Callable[[], None]] = {}

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.clock.advance(seconds)
        happens = self.on_pause.get(len(self.taken))
        if happens is not None:
            other = Thread(target=happens)  # another connection, as another process would have
            other.start()
            other.join()


@pytest.fixture
def pauses() -> Pauses:
    return Pauses(FakeClock())


@pytest.fixture
def queue(database: Database, pauses: Pauses) -> SqliteQueue:
    return SqliteQueue(database, pauses.clock, pause=pauses)


def test_an_idle_receiver_looks_at_the_table_no_more_than_it_must(database: Database, pauses: Pauses) -> None:
    looks: list[None] = []
    assert wait_for(database, lambda: looks.append(None), MINUTE, pauses) is None
    assert len(looks) == 2  # at the start and at the end
    assert max(pauses.taken) <= LONGEST_PAUSE
    assert sum(pauses.taken) == pytest.approx(60)


def test_a_message_is_seen_after_the_pause_in_which_it_was_sent(queue: SqliteQueue, pauses: Pauses) -> None:
    pauses.on_pause = {3: lambda: queue.send(JOB, Lane.HEAVY, LIBRARY)}
    delivery = queue.receive([Lane.HEAVY], MINUTE, MINUTE)
    assert delivery is not None
    assert len(pauses.taken) == 3


def test_a_commit_of_something_else_wakes_nobody_for_long(
    database: Database, queue: SqliteQueue, pauses: Pauses
) -> None:
    pauses.on_pause = {
        3: lambda: SqliteEvents(database).publish(an_event()),
        5: lambda: queue.send(JOB, Lane.HEAVY, LIBRARY),
    }
    assert queue.receive([Lane.HEAVY], MINUTE, MINUTE) is not None
    assert len(pauses.taken) == 5


def test_a_message_that_comes_due_is_taken_in_that_moment(queue: SqliteQueue, pauses: Pauses) -> None:
    queue.send(JOB, Lane.HEAVY, LIBRARY, delay=timedelta(seconds=10))
    start = pauses.clock.now()
    assert queue.receive([Lane.HEAVY], MINUTE, MINUTE) is not None
    assert pauses.clock.now() - start == pytest.approx(timedelta(seconds=10), abs=timedelta(milliseconds=1))


def test_a_message_whose_holder_died_is_taken_when_its_visibility_ends(queue: SqliteQueue, pauses: Pauses) -> None:
    queue.send(JOB, Lane.HEAVY, LIBRARY)
    queue.receive(tuple(Lane), timedelta(), timedelta(seconds=30))
    delivery = queue.receive([Lane.HEAVY], MINUTE, MINUTE)
    assert delivery is not None
    assert delivery.receives == 2


def test_a_clock_that_is_set_back_does_not_prolong_the_wait(queue: SqliteQueue, pauses: Pauses) -> None:
    pauses.on_pause = {5: lambda: pauses.clock.advance(timedelta(days=-1))}
    assert queue.receive([Lane.HEAVY], timedelta(seconds=1), MINUTE) is None
    assert sum(pauses.taken) == pytest.approx(1)


def test_a_listener_is_woken_by_an_event(database: Database, pauses: Pauses) -> None:
    events = SqliteEvents(database, pause=pauses)
    start = events.last_id(LIBRARY)
    pauses.on_pause = {2: lambda: events.publish(an_event())}
    assert events.wait(LIBRARY, start, MINUTE)
    assert len(pauses.taken) == 2
    assert not events.wait(LIBRARY, events.last_id(LIBRARY), timedelta(seconds=1))
