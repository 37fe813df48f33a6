from datetime import UTC, datetime, timedelta

import pytest

from application.schedule import EVERY, slot_of
from tests.application.conftest import House


def test_two_schedulers_start_a_task_once_in_each_period(house: House) -> None:
    first, second = house.use.claim_task(), house.use.claim_task()
    assert [first("sweep"), second("sweep")] == [True, False]
    house.clock.advance(EVERY["sweep"])
    assert [second("sweep"), first("sweep"), first("empty-trash")] == [True, False, True]


@pytest.mark.parametrize("task", EVERY)
def test_a_slot_begins_at_or_before_now_and_lasts_one_period(task: str) -> None:
    now = datetime(2026, 3, 1, 12, 34, 56, 789, tzinfo=UTC)
    start = slot_of(task, now)
    assert timedelta() <= now - start < EVERY[task]
    assert slot_of(task, start) == start
    assert slot_of(task, start + EVERY[task]) == start + EVERY[task]


def test_every_task_has_a_period(house: House) -> None:
    assert set(house.use.tasks()) == set(EVERY)
