"""Schedules: started once for each time, by however many schedulers, with a history that says what became of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from application.schedules import MAX_SCHEDULES
from domain.batch import Work
from domain.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable, VersionMismatch
from domain.job import Job, JobStatus
from domain.job_kind import JobKind
from domain.ports.access import AuditQuery
from domain.schedule import Missed, Run, RunOutcome, Schedule, ScheduledBatch, ScheduledTask, Timing, Window
from tests.application.conftest import House
from tests.builders import NOON, a_schedule, an_entry
from tests.faults import Faulty, raising

HOURLY = Timing("0 * * * *")
SCRUB = ScheduledBatch(Work.FIXITY, {}, {"status": ("ready",)})
TRASH = ScheduledTask("empty-trash")


def made(house: House, runs: ScheduledBatch | ScheduledTask = SCRUB, timing: Timing = HOURLY) -> Schedule:
    schedule: Schedule = house.use.create_schedule()(house.admin, "scrub", timing, runs)
    return schedule


def tick(house: House) -> dict[str, int]:
    return {name: count for name, count in house.use.run_schedules()().items() if count}


def runs(house: House, schedule: Schedule) -> tuple[Run, ...]:
    found: tuple[Run, ...] = house.use.list_runs()(house.viewer, schedule.id, 100).items
    return found


def started(house: House) -> list[Job]:
    return [job for job in house.jobs() if job.kind in {JobKind.BATCH, JobKind.MAINTENANCE}]


def test_a_batch_is_started_when_its_time_has_come(house: House, tone: bytes) -> None:
    recording = house.send(tone)
    house.work()
    schedule = made(house)
    assert tick(house) == {}
    house.clock.advance(3600)
    assert tick(house) == {"started": 1}
    assert tick(house) == {}
    (run,) = runs(house, schedule)
    (job,) = started(house)
    assert (run.slot, run.outcome, run.job_id) == (NOON + timedelta(hours=1), RunOutcome.STARTED, job.id)
    house.work()
    assert house.recording(recording.id).fixity is not None
    batch = house.ports.batches().get(house.admin.library_id, job.id)
    assert batch.created_by == f"system:schedule:{schedule.id}"


def test_the_next_time_starts_another_one(house: House) -> None:
    schedule = made(house)
    for _ in range(3):
        house.clock.advance(3600)
        tick(house)
    assert len({run.job_id for run in runs(house, schedule)}) == len(started(house)) == 3


def test_two_schedulers_at_the_same_moment_start_one_job(house: House) -> None:
    """The second has seen it as due, and comes to start it after the first has."""
    schedule = made(house)
    house.clock.advance(3600)
    schedules = house.ports.schedules()
    seen = schedules.due(house.clock.now(), 10)
    assert tick(house) == {"started": 1}

    class Behind(Faulty):
        def due(self, now: datetime, limit: int) -> Any:
            return seen

    house.replace("schedules", Behind(schedules))
    assert tick(house) == {}
    assert len(started(house)) == len(runs(house, schedule)) == 1


@pytest.mark.parametrize("call", ["add_run", "save"])
def test_a_scheduler_that_dies_in_between_starts_nothing_twice(house: House, call: str) -> None:
    schedule = made(house)
    house.clock.advance(3600)
    schedules = house.ports.schedules()
    house.replace("schedules", Faulty(schedules, before=raising(call, Unavailable("dying"))))
    assert tick(house) == {"left": 1}
    house.replace("schedules", schedules)
    house.clock.advance(60)
    assert tick(house) == {"started": 1}
    assert len(started(house)) == len(runs(house, schedule)) == 1


def test_what_the_world_refuses_is_tried_again(house: House) -> None:
    schedule = made(house)
    house.clock.advance(3600)
    batches = house.ports.batches()
    house.replace("batches", Faulty(batches, before=raising("add", Unavailable("away"))))
    assert tick(house) == {"left": 1}
    assert runs(house, schedule) == ()
    house.replace("batches", batches)
    assert tick(house) == {"started": 1}


def test_what_can_not_be_started_any_more_is_a_failed_run(house: House) -> None:
    """Its model is not served any more; the schedule goes on, for it may come back."""
    gone = ScheduledBatch(Work.PREDICT, {"model": "gone"}, {})
    slot = NOON + timedelta(hours=1)
    schedule = a_schedule(library_id=house.admin.library_id, timing=HOURLY, runs=gone, slot=slot, due_at=slot)
    house.ports.schedules().add(schedule, an_entry())
    house.clock.advance(3600)
    assert tick(house) == {"failed": 1}
    (run,) = runs(house, schedule)
    assert run.outcome is RunOutcome.FAILED
    assert run.reason is not None
    assert house.use.get_schedule()(house.viewer, schedule.id).slot == NOON + timedelta(hours=2)


def test_one_that_fails_does_not_hold_up_the_others(house: House) -> None:
    first, second = made(house), made(house, TRASH)
    house.clock.advance(3600)
    batches = house.ports.batches()
    house.replace("batches", Faulty(batches, before=raising("add", Unavailable("away"))))
    assert tick(house) == {"left": 1, "started": 1}
    assert (len(runs(house, first)), len(runs(house, second))) == (0, 1)


@pytest.mark.parametrize(("missed", "outcome"), [(Missed.ONCE, RunOutcome.STARTED), (Missed.SKIP, RunOutcome.SKIPPED)])
def test_missed_runs(house: House, missed: Missed, outcome: RunOutcome) -> None:
    schedule = made(house, timing=Timing("0 * * * *", missed=missed))
    house.clock.advance(timedelta(hours=5, minutes=30))
    tick(house)
    (run,) = runs(house, schedule)
    assert (run.outcome, run.reason is None) == (outcome, outcome is RunOutcome.STARTED)
    assert house.use.get_schedule()(house.admin, schedule.id).slot == NOON + timedelta(hours=6)


def test_a_run_waits_for_its_window(house: House) -> None:
    made(house, timing=Timing("0 * * * *", "Europe/Berlin", Window("22:00", "23:00")))
    house.clock.set(datetime(2026, 3, 1, 20, 59, tzinfo=UTC))
    assert tick(house) == {}
    house.clock.advance(60)  # 22:00 in Berlin
    assert tick(house) == {"started": 1}


def test_a_paused_schedule_starts_nothing(house: House) -> None:
    schedule = made(house)
    assert house.use.pause_schedule()(house.admin, schedule.id).slot is None
    house.clock.advance(7200)
    assert tick(house) == {}
    house.use.resume_schedule()(house.admin, schedule.id)
    assert tick(house) == {}
    house.clock.advance(3600)
    assert tick(house) == {"started": 1}


def test_it_can_be_run_now(house: House) -> None:
    schedule = made(house)
    house.use.pause_schedule()(house.admin, schedule.id)
    run = house.use.run_schedule()(house.admin, schedule.id)
    assert (run.slot, run.by, run.job_id) == (NOON, "key:admin", started(house)[0].id)
    assert runs(house, schedule) == (run,)
    assert house.use.get_schedule()(house.admin, schedule.id).slot is None


def test_maintenance_runs_as_a_job(house: House, tone: bytes) -> None:
    recording = house.send(tone)
    house.work()
    house.use.trash_recording()(house.editor, recording.id, house.recording(recording.id).version)
    made(house, TRASH, Timing("0 12 * * *", missed=Missed.ONCE))
    house.clock.advance(timedelta(days=60))
    tick(house)
    house.work()
    (job,) = started(house)
    assert (job.kind, job.status, job.parameters) == (JobKind.MAINTENANCE, JobStatus.SUCCEEDED, {"task": "empty-trash"})
    with pytest.raises(NotFound):
        house.recording(recording.id)


def test_a_task_that_fails_is_tried_again_as_a_job(house: House) -> None:
    schedule = made(house, TRASH)
    recordings = house.ports.recordings()
    house.replace("recordings", Faulty(recordings, before=raising("trashed_before", Unavailable("away"))))
    house.use.run_schedule()(house.admin, schedule.id)
    house.work()
    (job,) = started(house)
    assert (job.status, job.failure and job.failure.code) == (JobStatus.QUEUED, "unavailable")


def test_maintenance_is_for_the_services_own_library(house: House) -> None:
    with pytest.raises(Forbidden):
        house.use.create_schedule()(house.stranger(), "trash", HOURLY, TRASH)


@pytest.mark.parametrize(
    "scheduled",
    [
        ScheduledBatch(Work.FIXITY, {}, {"colour": ("red",)}),
        ScheduledBatch(Work.FIXITY, {"share": 1}, {}),
        ScheduledBatch(Work.ANALYSE, {"analyser": "unknown"}, {}),
        ScheduledBatch(Work.CHANGE, {"key": "ak_secret"}, {}),
    ],
)
def test_what_could_not_be_run_is_not_scheduled(house: House, scheduled: ScheduledBatch) -> None:
    with pytest.raises(Invalid):
        made(house, scheduled)
    schedule = made(house)
    with pytest.raises(Invalid):
        house.use.edit_schedule()(house.admin, schedule.id, schedule.version, name="x", timing=HOURLY, runs=scheduled)


def test_a_calendar_that_cannot_be_followed_is_refused(house: House) -> None:
    for timing in (Timing("61 * * * *"), Timing("0 * * * *", "Mars")):
        with pytest.raises(Invalid):
            made(house, timing=timing)


def test_an_edit_names_the_version_that_it_changes(house: House) -> None:
    schedule = made(house)
    edit = house.use.edit_schedule()
    edited = edit(house.admin, schedule.id, schedule.version, name="other", timing=Timing("30 * * * *"), runs=TRASH)
    assert (edited.name, edited.slot, edited.runs) == ("other", NOON + timedelta(minutes=30), TRASH)
    with pytest.raises(VersionMismatch):
        edit(house.admin, schedule.id, schedule.version, name="late", timing=HOURLY, runs=SCRUB)
    with pytest.raises(VersionMismatch):
        house.use.remove_schedule()(house.admin, schedule.id, schedule.version)
    house.use.remove_schedule()(house.admin, schedule.id, edited.version)
    with pytest.raises(NotFound):
        house.use.get_schedule()(house.admin, schedule.id)
    actions = [
        entry.action for entry in house.use.search_audit()(house.admin, AuditQuery(subject_id=schedule.id)).items
    ]
    assert actions == ["schedule.remove", "schedule.edit", "schedule.create"]


def test_only_admins_change_schedules_and_only_their_own(house: House) -> None:
    schedule, stranger = made(house), house.stranger()
    use, given = house.use, (schedule.id,)
    for actor, error in ((house.editor, Forbidden), (stranger, NotFound)):
        for change in (use.pause_schedule(), use.resume_schedule(), use.run_schedule()):
            with pytest.raises(error):
                change(actor, *given)
        with pytest.raises(error):
            use.remove_schedule()(actor, schedule.id, 1)
        with pytest.raises(error):
            use.edit_schedule()(actor, schedule.id, 1, name="x", timing=HOURLY, runs=SCRUB)
    with pytest.raises(Forbidden):
        use.create_schedule()(house.editor, "x", HOURLY, SCRUB)
    with pytest.raises(NotFound):
        use.list_runs()(stranger, schedule.id, 10)
    assert use.list_schedules()(house.viewer) == (schedule,)
    assert use.list_schedules()(stranger) == ()


def test_a_history_is_read_in_pages(house: House) -> None:
    schedule = made(house)
    for _ in range(3):
        house.clock.advance(3600)
        tick(house)
    first = house.use.list_runs()(house.viewer, schedule.id, 2)
    rest = house.use.list_runs()(house.viewer, schedule.id, 2, first.next_cursor)
    slots = [run.slot for run in (*first.items, *rest.items)]
    assert slots == [NOON + timedelta(hours=n) for n in (3, 2, 1)]
    assert rest.next_cursor is None
    with pytest.raises(Invalid):
        house.use.list_runs()(house.viewer, schedule.id, 2, "yesterday")


def test_a_library_has_so_many_schedules(house: House) -> None:
    for _ in range(MAX_SCHEDULES):
        house.ports.schedules().add(a_schedule(library_id=house.admin.library_id), an_entry())
    with pytest.raises(Conflict):
        made(house)
