"""Events: each change is told of once it is stored, and what could not be told is told later."""

from datetime import timedelta

import pytest

from application.labour import HeldJob
from application.relay import LEFT_OVER_AFTER
from domain.errors import Unavailable
from domain.event import Event
from domain.policy import Policy, Rule, Verdict
from tests import sounds
from tests.application.conftest import House
from tests.faults import Faulty, raising

A_DAY = timedelta(days=1)


def told(house: House) -> list[tuple[str, str]]:
    """What the stream of the library was told of, by kind and status."""
    return [(e.kind, str(e.data.get("status", ""))) for e in house.ports.events().since(house.admin.library_id, "0")]


def left_over(house: House) -> tuple[Event, ...]:
    events: tuple[Event, ...] = house.ports.outbox().pending(house.clock.now() + A_DAY, 100)
    return events


def without_a_stream(house: House) -> None:
    def silent(name: str, _: int) -> None:
        if name == "publish":
            raise Unavailable("The stream does not answer.", retry_after=1)

    house.replace("events", Faulty(house.ports.events(), before=silent))


def test_what_is_handed_on_is_not_left_over(house: House, tone: bytes) -> None:
    house.send(tone)
    house.work()
    kinds = told(house)
    assert kinds[0] == ("recording.changed", "processing")
    assert ("recording.changed", "ready") in kinds
    assert ("job.changed", "succeeded") in kinds
    assert left_over(house) == ()


def test_a_change_stands_though_nobody_could_be_told(house: House, tone: bytes) -> None:
    without_a_stream(house)
    recording = house.send(tone)
    assert house.recording(recording.id) == recording
    kept = left_over(house)
    assert [event.kind for event in kept] == ["recording.changed", "job.changed"]
    assert len({event.id for event in kept}) == 2


def test_what_a_crash_left_over_is_told_after_a_while_and_once(house: House, tone: bytes) -> None:
    house.replace("events", Faulty(house.ports.events(), before=raising("publish", Unavailable("", retry_after=1))))
    recording = house.send(tone)
    assert house.use.relay_events()() == {"events_relayed": 0}
    house.clock.advance(LEFT_OVER_AFTER)
    assert house.use.relay_events()() == {"events_relayed": 1}
    assert house.use.relay_events()() == {"events_relayed": 0}
    assert [e.subject_id for e in house.ports.events().since(house.admin.library_id, "0")].count(recording.id) == 1


def test_more_than_a_batch_is_handed_on_in_one_run(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("application.relay.BATCH", 2)
    without_a_stream(house)
    for version in range(1, 6):
        house.use.set_policy()(house.admin, Policy((Rule("hum", Verdict.REJECT, float(version)),)), version)
    house.ports.events.reset_override()
    house.forget_use_cases()
    house.clock.advance(LEFT_OVER_AFTER)
    assert house.use.relay_events()() == {"events_relayed": 5}


def test_an_event_that_cannot_be_handed_on_does_not_keep_others_back(house: House, tone: bytes) -> None:
    without_a_stream(house)
    house.send(tone)
    house.ports.events.reset_override()
    stream = Faulty(house.ports.events(), before=raising("publish", Unavailable("", retry_after=1)))
    house.replace("events", stream)
    house.clock.advance(LEFT_OVER_AFTER)
    assert house.use.relay_events()() == {"events_relayed": 1}
    assert house.use.relay_events()() == {"events_relayed": 1}


def test_progress_is_for_live_views_alone(house: House, tone: bytes) -> None:
    house.send(tone)
    (job,) = house.jobs()
    held = house.use.take_job()(job.id, "worker-1")
    assert isinstance(held, HeldJob)
    without_a_stream(house)
    ports, use = house.ports, house.use
    held = HeldJob(ports.jobs(), use.notices(), house.clock, held.job, timedelta(seconds=30))
    held.progress(0.5, "listening")
    held.beat()
    assert left_over(house) == ()
    held.succeed()
    assert [event.data["status"] for event in left_over(house)] == ["succeeded"]


def test_who_releases_a_recording_decides_a_review(house: House) -> None:
    policy = Policy((Rule("all-silence", Verdict.QUARANTINE),))
    house.use.set_policy()(house.admin, policy, 1)
    recording = house.send(sounds.silent_wav())
    house.work()
    recording = house.recording(recording.id)
    assert recording.status == "quarantined"
    without_a_stream(house)
    house.use.release_recording()(house.admin, recording.id, recording.version, "It is meant to be silent.")
    changed, decided, *_ = left_over(house)
    assert (changed.kind, changed.data["status"]) == ("recording.changed", "ready")
    assert decided.kind == "review.decided"
    assert (decided.data["verdict"], decided.data["decided_by"]) == ("accept", house.admin.name)
    described = house.use.describe_recording()(house.admin, recording.id, recording.version + 1, title="Silence")
    assert described.title == "Silence"
    assert [event.kind for event in left_over(house)].count("review.decided") == 1


def test_a_policy_and_the_end_of_a_recording_are_told(house: House, tone: bytes) -> None:
    house.use.set_policy()(house.admin, Policy((Rule("hum", Verdict.REJECT),)), 1)
    recording = house.send(tone)
    house.use.trash_recording()(house.admin, recording.id, recording.version)
    house.clock.advance(timedelta(days=31))
    house.use.empty_trash()()
    kinds = [kind for kind, _ in told(house)]
    assert kinds[0] == "library.changed"
    assert kinds[-1] == "recording.removed"
