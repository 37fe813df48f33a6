"""Cron expressions against the clocks of Berlin, which go an hour forward on 29 March 2026 and back on 25 October."""

from datetime import UTC, datetime

import pytest

from adapters.cron import CalendarCron
from domain.errors import Invalid


def following(expression: str, after: str, count: int, time_zone: str = "Europe/Berlin") -> list[str]:
    """The next times, in UTC."""
    moment, found = datetime.fromisoformat(f"{after}+00:00"), []
    for _ in range(count):
        moment = CalendarCron().next(expression, time_zone, moment)
        assert moment.tzinfo is UTC
        found.append(moment.strftime("%m-%d %H:%M"))
    return found


def test_a_time_that_clocks_leave_out_runs_once() -> None:
    """02:30 on 29 March is no time: the run is at 03:00 in summer time."""
    assert following("30 2 * * *", "2026-03-27T12:00", 3) == ["03-28 01:30", "03-29 01:00", "03-30 00:30"]
    assert following("0,30 2 * * *", "2026-03-28T12:00", 2) == ["03-29 01:00", "03-30 00:00"]


def test_a_time_that_comes_twice_runs_once() -> None:
    """02:30 on 25 October is at 00:30 and at 01:30 of UTC."""
    assert following("30 2 * * *", "2026-10-24T12:00", 2) == ["10-25 00:30", "10-26 01:30"]


@pytest.mark.parametrize("after", ["2026-10-25T00:30", "2026-10-25T01:10", "2026-10-25T01:30"])
def test_whoever_looks_between_the_two_does_not_get_the_first_again(after: str) -> None:
    assert following("30 2 * * *", after, 1) == ["10-26 01:30"]


def test_what_runs_in_every_hour_runs_in_both() -> None:
    assert following("30 * * * *", "2026-10-25T00:00", 3) == ["10-25 00:30", "10-25 01:30", "10-25 02:30"]
    assert following("30 * * * *", "2026-03-29T00:00", 2) == ["03-29 00:30", "03-29 01:30"]


def test_the_next_time_is_later_than_now() -> None:
    assert following("0 12 * * MON-FRI", "2026-03-06T12:00", 2, "UTC") == ["03-09 12:00", "03-10 12:00"]
    assert following("0 0 L * *", "2026-02-01T00:00", 2, "UTC") == ["02-28 00:00", "03-31 00:00"]


@pytest.mark.parametrize(
    "expression", ["", "0 0 * *", "0 0 0 * * *", "61 * * * *", "0 0 30 2 *", "@daily", "a b c d e", "* " * 200]
)
def test_an_expression_that_cannot_be_followed(expression: str) -> None:
    with pytest.raises(Invalid) as refused:
        following(expression, "2026-03-01T00:00", 1)
    assert refused.value.data["field"] == "cron"


@pytest.mark.parametrize("zone", ["Mars", "../etc/passwd", "/etc/localtime", "Europe", "", "Europe/Berlin\0"])
def test_a_time_zone_that_nobody_knows(zone: str) -> None:
    with pytest.raises(Invalid) as refused:
        following("0 0 * * *", "2026-03-01T00:00", 1, zone)
    assert refused.value.data["field"] == "time_zone"
