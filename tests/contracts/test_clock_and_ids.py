"""Clock and Ids: times in UTC, ids that only grow. The system's own and those of the tests keep the same word."""

from collections.abc import Callable
from datetime import UTC, timedelta

import pytest
from ulid import ULID

from adapters.system import SystemClock, UlidIds
from domain.ports.world import Clock, Ids
from tests.builders import NOON, FakeClock, SequentialIds
from tests.contracts.racing import RACERS, race


@pytest.mark.parametrize("make", [SystemClock, FakeClock])
def test_time_is_aware_and_in_utc(make: Callable[[], Clock]) -> None:
    assert make().now().tzinfo is UTC


@pytest.mark.parametrize("make", [lambda: UlidIds(SystemClock()), SequentialIds])
def test_ids_are_ulids_that_only_grow(make: Callable[[], Ids]) -> None:
    ids = make()
    given = [ids.next() for _ in range(2000)]
    assert given == sorted(set(given))
    assert {len(each) for each in given} == {26}
    assert str(ULID.from_str(given[-1])) == given[-1]


@pytest.mark.parametrize("make", [lambda: UlidIds(SystemClock()), SequentialIds])
def test_no_two_threads_get_one_id(make: Callable[[], Ids]) -> None:
    ids = make()
    given: list[str] = []
    race(lambda _: given.extend([ids.next() for _ in range(500)]))
    assert len(set(given)) == len(given) == 500 * RACERS


def test_an_id_tells_its_time() -> None:
    assert ULID.from_str(UlidIds(FakeClock()).next()).datetime == NOON


def test_ids_grow_even_when_the_clock_is_set_back() -> None:
    clock = FakeClock()
    ids = UlidIds(clock)
    before = ids.next()
    clock.advance(timedelta(hours=-1))
    after = ids.next()
    assert before < after
    clock.advance(timedelta(hours=2))
    assert after < ids.next()
