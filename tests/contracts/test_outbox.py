"""The outbox: what the stores put there with a change, until it has been handed on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import VersionMismatch
from domain.event import Event
from domain.job_kind import JobKind
from domain.policy import Policy, Rule, Verdict
from tests.builders import LIBRARY, NOON, a_job, a_library, a_recording, an_entry, an_event, new_id
from tests.contracts.conftest import Family

LONG_AFTER = NOON + timedelta(days=1)


def told(**changes: object) -> Event:
    return an_event(**{"id": new_id(), **changes})


def pending(family: Family) -> tuple[Event, ...]:
    return family.outbox.pending(LONG_AFTER, 100)


def save_library(family: Family, event: Event) -> None:
    family.libraries.add(a_library(), an_entry())
    governed = a_library().governed(Policy((Rule("hum", Verdict.REJECT),)))
    family.libraries.save(governed, replaces=1, audit=an_entry(), events=[event])


def add_recording(family: Family, event: Event) -> None:
    family.recordings.add(a_recording(), an_entry(), [event])


def save_recording(family: Family, event: Event) -> None:
    recording = a_recording()
    family.recordings.add(recording, an_entry())
    family.recordings.save(replace(recording, version=2), replaces=1, audit=an_entry(), events=[event])


def remove_recording(family: Family, event: Event) -> None:
    recording = a_recording()
    family.recordings.add(recording, an_entry())
    family.recordings.remove(recording, replaces=1, audit=an_entry(), events=[event])


def add_job(family: Family, event: Event) -> None:
    family.jobs.add(a_job(), [event])


def save_job(family: Family, event: Event) -> None:
    job = family.jobs.add(a_job())
    family.jobs.save(job.cancelled(NOON), replaces=1, events=[event])


def save_job_with_its_entry(family: Family, event: Event) -> None:
    job = family.jobs.add(a_job())
    family.jobs.save(job.cancelled(NOON), replaces=1, audit=an_entry(), events=[event])


@pytest.mark.parametrize(
    "write",
    [
        save_library,
        add_recording,
        save_recording,
        remove_recording,
        add_job,
        save_job,
        save_job_with_its_entry,
    ],
)
def test_an_event_is_stored_with_its_change(family: Family, write: Callable[[Family, Event], None]) -> None:
    event = told(data={"status": "ready", "version": 2, "progress": 0.5, "ok": True, "none": None})
    write(family, event)
    assert pending(family) == (event,)


def test_a_write_that_is_refused_leaves_no_event(family: Family) -> None:
    library, recording, job = a_library(), a_recording(), a_job()
    family.libraries.add(library, an_entry())
    family.recordings.add(recording, an_entry())
    family.jobs.add(job)
    with pytest.raises(VersionMismatch):
        family.libraries.save(replace(library, version=8), replaces=7, audit=an_entry(), events=[told()])
    with pytest.raises(VersionMismatch):
        family.recordings.save(replace(recording, version=8), replaces=7, audit=an_entry(), events=[told()])
    with pytest.raises(VersionMismatch):
        family.recordings.remove(recording, replaces=7, audit=an_entry(), events=[told()])
    with pytest.raises(VersionMismatch):
        family.jobs.save(replace(job, version=8), replaces=7, events=[told()])
    assert pending(family) == ()


def test_work_that_is_on_record_already_is_told_of_once(family: Family) -> None:
    event = told()
    family.jobs.add(a_job(kind=JobKind.PREVIEW, key="the same"), [event])
    family.jobs.add(a_job(kind=JobKind.PREVIEW, key="the same"), [told()])
    assert pending(family) == (event,)


def test_events_come_oldest_first_up_to_the_moment_and_go_when_they_are_done(family: Family) -> None:
    events = [told(at=NOON + timedelta(seconds=n), library_id=LIBRARY) for n in range(4)]
    for event in reversed(events):
        family.jobs.add(a_job(), [event])
    assert family.outbox.pending(NOON + timedelta(seconds=2), 100) == tuple(events[:3])
    assert family.outbox.pending(LONG_AFTER, 2) == tuple(events[:2])
    family.outbox.done(events[:2])
    family.outbox.done([events[0]])
    assert pending(family) == tuple(events[2:])
