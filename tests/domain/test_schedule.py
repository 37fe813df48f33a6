"""Schedules, on a calendar that knows minutes and hours alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.batch import Work
from domain.errors import IllegalTransition, Invalid
from domain.schedule import Missed, Schedule, ScheduledBatch, ScheduledTask, ScheduleStatus, Timing, Turn, Window
from domain.values import LibraryId
from tests.builders import a_schedule


def next_time(expression: str, time_zone: str, after: datetime) -> datetime:
    minute, hour = expression.split()[:2]
    found = after.replace(minute=int(minute), second=0, microsecond=0)
    while found <= after or hour not in {"*", str(found.hour)}:
        found += timedelta(hours=1)
    return found


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def nightly(now: datetime, **timing: Any) -> Schedule:
    return Schedule.create(
        a_schedule().id,
        LibraryId("L"),
        name="nightly",
        timing=Timing(**{"cron": "30 2 * * *", **timing}),
        runs=ScheduledTask("empty-trash"),
        now=now,
        by="key:1",
        next_time=next_time,
    )


def test_a_new_schedule_waits_for_its_next_time() -> None:
    made = nightly(at(1, 12))
    assert (made.slot, made.due_at, made.version) == (at(2, 2, 30), at(2, 2, 30), 1)


def test_a_run_starts_and_the_next_one_is_planned() -> None:
    turn, done = nightly(at(1, 12)).turn(at(2, 2, 31), next_time)
    assert turn is Turn.START
    assert (done.slot, done.version) == (at(3, 2, 30), 2)


def test_nothing_starts_before_its_time() -> None:
    made = nightly(at(1, 12))
    with pytest.raises(IllegalTransition):
        made.turn(at(2, 2, 29), next_time)
    with pytest.raises(IllegalTransition):
        made.paused(at(1, 13)).turn(at(5, 0), next_time)


def test_many_missed_runs_are_made_up_for_once() -> None:
    turn, done = nightly(at(1, 12)).turn(at(9, 12), next_time)
    assert turn is Turn.START
    assert done.slot == at(10, 2, 30)


def test_missed_runs_are_left_out_where_that_is_wanted() -> None:
    made = nightly(at(1, 12), missed=Missed.SKIP, longest_delay_seconds=600)
    assert made.turn(at(2, 2, 40), next_time)[0] is Turn.START
    turn, done = made.turn(at(2, 2, 41), next_time)
    assert turn is Turn.SKIP
    assert done.slot == at(3, 2, 30)


def test_a_clock_that_was_set_back_does_not_bring_a_time_again() -> None:
    made = nightly(at(5, 12))
    _, done = made.turn(at(6, 2, 30), next_time)
    assert done.slot == at(7, 2, 30)
    with pytest.raises(IllegalTransition):
        done.turn(at(6, 2, 29), next_time)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (at(1, 22), at(1, 22)),
        (at(1, 23), at(1, 23)),
        (at(2, 5, 59), at(2, 5, 59)),
        (at(2, 6), at(2, 22)),
        (at(2, 12), at(2, 22)),
    ],
)
def test_a_window_may_reach_over_midnight(moment: datetime, opens: datetime) -> None:
    timing = Timing("0 * * * *", window=Window("22:00", "06:00"))
    assert timing.open_from(moment, next_time) == opens


def test_a_time_outside_of_the_window_waits_for_it() -> None:
    hourly = nightly(at(1, 5, 30), cron="0 * * * *", window=Window("22:00", "06:00"))
    assert (hourly.slot, hourly.due_at) == (at(1, 6), at(1, 22))
    turn, done = hourly.turn(at(1, 22), next_time)
    assert (turn, done.slot, done.due_at) == (Turn.START, at(1, 23), at(1, 23))


def test_a_run_that_comes_when_the_window_has_closed_waits_for_the_next() -> None:
    """The scheduler was away in the night, and nothing is to start by day."""
    made = nightly(at(1, 12), window=Window("02:00", "04:00"))
    turn, waiting = made.turn(at(2, 9), next_time)
    assert turn is Turn.WAIT
    assert (waiting.slot, waiting.due_at, waiting.version) == (at(2, 2, 30), at(3, 2), 2)
    assert waiting.turn(at(3, 2), next_time)[0] is Turn.START


def test_what_is_resumed_has_missed_nothing() -> None:
    made = nightly(at(1, 12))
    paused = made.paused(at(1, 13))
    assert (paused.status, paused.slot, paused.due_at) == (ScheduleStatus.PAUSED, None, None)
    assert paused.paused(at(1, 14)) is paused
    resumed = paused.resumed(at(9, 12), next_time)
    assert (resumed.status, resumed.slot) == (ScheduleStatus.ACTIVE, at(10, 2, 30))
    assert resumed.resumed(at(9, 13), next_time) is resumed


def test_an_edit_plans_anew_where_the_timing_is_another() -> None:
    made = nightly(at(1, 12))
    task = ScheduledTask("reconcile-blobs")
    renamed = made.edited(at(2, 3), next_time, name="other", timing=made.timing, runs=task)
    assert (renamed.name, renamed.runs, renamed.slot, renamed.version) == ("other", task, made.slot, 2)
    moved = made.edited(at(2, 3), next_time, name="nightly", timing=Timing("0 4 * * *"), runs=task)
    assert moved.slot == at(2, 4)
    paused = made.paused(at(2, 3)).edited(at(2, 3), next_time, name="n", timing=Timing("0 4 * * *"), runs=task)
    assert paused.slot is None


@pytest.mark.parametrize(("opens", "closes"), [("24:00", "06:00"), ("6:00", "07:00"), ("06:00", "06:00")])
def test_a_window_that_is_none(opens: str, closes: str) -> None:
    with pytest.raises(Invalid) as refused:
        Window(opens, closes)
    assert refused.value.data["field"] == "window"


def test_what_cannot_be_scheduled() -> None:
    with pytest.raises(Invalid, match="reconcile-blobs"):
        ScheduledTask("sweep")
    with pytest.raises(Invalid):
        ScheduledBatch(Work.UNDO, {}, {})
    with pytest.raises(Invalid):
        ScheduledBatch(Work.FIXITY, {}, {}, share=0)
    with pytest.raises(Invalid):
        Timing("0 4 * * *", longest_delay_seconds=59)
