"""ScheduleClaims: of all who ask for one run of a task, the first gets it."""

from datetime import timedelta

from tests.builders import NOON
from tests.contracts.conftest import Family
from tests.contracts.racing import race

HOUR = timedelta(hours=1)


def test_the_first_gets_the_run_and_nobody_else(family: Family) -> None:
    claims = family.schedule_claims
    assert claims.claim("sweep", NOON)
    assert not claims.claim("sweep", NOON)
    assert not claims.claim("sweep", NOON)


def test_every_slot_and_task_is_claimed_by_itself(family: Family) -> None:
    claims = family.schedule_claims
    assert claims.claim("sweep", NOON)
    assert claims.claim("sweep", NOON + HOUR)
    assert claims.claim("empty-trash", NOON)
    assert not claims.claim("sweep", NOON)


def test_of_many_at_once_one_gets_the_run(family: Family) -> None:
    assert sorted(map(bool, race(lambda _: family.schedule_claims.claim("sweep", NOON)))) == [False] * 7 + [True]
