"""Schedules: found when they are due, moved on once, with a history."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.batch import Work
from domain.errors import Conflict, NotFound, VersionMismatch
from domain.ports.access import AuditQuery
from domain.schedule import Missed, RunOutcome, ScheduledBatch, ScheduleId, ScheduleStatus, Timing, Window
from domain.values import Failure
from tests.builders import LIBRARY, NOON, OTHER_LIBRARY, a_run, a_schedule, an_entry
from tests.contracts.conftest import Family
from tests.contracts.racing import RACERS, race

HOUR = timedelta(hours=1)


def test_a_schedule_is_what_was_stored(family: Family) -> None:
    schedule = a_schedule(
        timing=Timing("0 3 * * *", "Europe/Berlin", Window("22:00", "06:00"), Missed.SKIP, 3600),
        runs=ScheduledBatch(
            Work.CHANGE, {"tags": {"add": ["old"]}, "n": 1, "x": None}, {"status": ("ready",), "tag": ("a", "b")}, 0.5
        ),
    )
    family.schedules.add(schedule, an_entry())
    assert family.schedules.get(LIBRARY, schedule.id) == schedule
    with pytest.raises(NotFound):
        family.schedules.get(OTHER_LIBRARY, schedule.id)
    with pytest.raises(Conflict):
        family.schedules.add(schedule, an_entry())


def test_a_librarys_schedules_come_oldest_first(family: Family) -> None:
    one, other = a_schedule(), a_schedule(status=ScheduleStatus.PAUSED, slot=None, due_at=None)
    for each in (other, one, a_schedule(library_id=OTHER_LIBRARY)):
        family.schedules.add(each, an_entry())
    assert family.schedules.of_library(LIBRARY) == (one, other)


def test_a_schedule_is_due_from_its_time_on(family: Family) -> None:
    later = a_schedule(due_at=NOON + HOUR)
    first = a_schedule(due_at=NOON - HOUR, library_id=OTHER_LIBRARY)
    now = a_schedule()
    for each in (later, now, first, a_schedule(status=ScheduleStatus.PAUSED, slot=None, due_at=None)):
        family.schedules.add(each, an_entry())
    assert family.schedules.due(NOON, 10) == (first, now)
    assert family.schedules.due(NOON, 1) == (first,)
    family.schedules.save(replace(now, due_at=NOON + 2 * HOUR, version=2), 1)
    family.schedules.save(replace(first, slot=None, due_at=None, status=ScheduleStatus.PAUSED, version=2), 1)
    assert family.schedules.due(NOON, 10) == ()


def test_of_many_that_move_it_on_at_once_one_wins(family: Family) -> None:
    schedule = a_schedule()
    family.schedules.add(schedule, an_entry())
    moved = replace(schedule, due_at=NOON + HOUR, version=2)
    results = race(lambda _: family.schedules.save(moved, 1))
    assert sum(isinstance(result, VersionMismatch) for result in results) == RACERS - 1


def test_only_what_people_do_is_on_the_trail(family: Family) -> None:
    schedule, entries = a_schedule(), [an_entry(), an_entry(), an_entry()]
    family.schedules.add(schedule, entries[0])
    family.schedules.save(replace(schedule, version=2), 1)
    family.schedules.save(replace(schedule, version=3, name="other"), 2, entries[1])
    with pytest.raises(VersionMismatch):
        family.schedules.remove(schedule, 2, entries[2])
    with pytest.raises(NotFound):
        family.schedules.remove(replace(schedule, library_id=OTHER_LIBRARY), 3, entries[2])
    family.schedules.remove(schedule, 3, entries[2])
    with pytest.raises(NotFound):
        family.schedules.get(LIBRARY, schedule.id)
    assert family.schedules.due(NOON, 10) == ()
    assert {entry.id for entry in family.audit_trail.search(LIBRARY, AuditQuery()).items} == {e.id for e in entries}


def test_runs_come_latest_first(family: Family) -> None:
    schedule, other = a_schedule(), a_schedule()
    for each in (schedule, other):
        family.schedules.add(each, an_entry())
    runs = [a_run(schedule_id=schedule.id, slot=NOON + n * HOUR) for n in range(3)]
    runs[1] = replace(runs[1], outcome=RunOutcome.FAILED, job_id=None, reason=Failure("not-found", "No such recipe."))
    for run in (runs[2], runs[0], runs[1], a_run(schedule_id=other.id)):
        family.schedules.add_run(run)
    assert family.schedules.runs(LIBRARY, schedule.id, 2) == (runs[2], runs[1])
    assert family.schedules.runs(LIBRARY, schedule.id, 2, before=runs[1].slot) == (runs[0],)
    assert family.schedules.runs(OTHER_LIBRARY, schedule.id, 10) == ()


def test_a_run_is_told_once_for_each_slot(family: Family) -> None:
    """Two schedulers that start the same run tell of it both."""
    schedule = a_schedule()
    family.schedules.add(schedule, an_entry())
    run = a_run(schedule_id=schedule.id)
    family.schedules.add_run(run)
    family.schedules.add_run(replace(run, at=NOON + HOUR))
    assert family.schedules.runs(LIBRARY, schedule.id, 10) == (replace(run, at=NOON + HOUR),)


def test_a_run_of_a_schedule_that_was_removed_meanwhile_does_no_harm(family: Family) -> None:
    family.schedules.add_run(a_run(schedule_id=ScheduleId("gone")))
    assert family.schedules.due(NOON, 10) == ()
