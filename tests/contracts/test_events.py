"""Events: a stream per library that can be followed from where one stopped."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from domain.errors import Invalid
from domain.event import Event
from domain.ports.work import Events
from tests.builders import LIBRARY, NOON, OTHER_LIBRARY, an_event
from tests.contracts.conftest import Family
from tests.contracts.racing import RACERS, race

SHORTLY = timedelta(milliseconds=20)
LONG = timedelta(seconds=30)  # never waited for: an event ends it


@pytest.fixture
def events(family: Family) -> Events:
    return family.events


def without_id(event: Event) -> Event:
    return replace(event, id="")


def test_what_is_published_comes_after_the_last_id_in_order(events: Events) -> None:
    start = events.last_id(LIBRARY)
    published = [an_event(kind=f"kind-{n}", data={"n": n, "x": 0.5, "ok": True, "none": None}) for n in range(3)]
    for event in published:
        events.publish(event)
    seen = events.since(LIBRARY, start)
    assert [without_id(event) for event in seen] == published
    assert len({event.id for event in seen}) == 3
    assert all(event.id for event in seen)


def test_a_listener_goes_on_after_the_last_event_it_saw(events: Events) -> None:
    start = events.last_id(LIBRARY)
    for n in range(5):
        events.publish(an_event(kind=f"kind-{n}"))
    first = events.since(LIBRARY, start, limit=2)
    rest = events.since(LIBRARY, first[-1].id)
    assert [event.kind for event in first] == ["kind-0", "kind-1"]
    assert [event.kind for event in rest] == ["kind-2", "kind-3", "kind-4"]
    assert events.since(LIBRARY, rest[-1].id) == ()


def test_after_the_last_id_everything_is_new(events: Events) -> None:
    events.publish(an_event())
    last = events.last_id(LIBRARY)
    assert events.since(LIBRARY, last) == ()
    events.publish(an_event(kind="new"))
    assert [event.kind for event in events.since(LIBRARY, last)] == ["new"]


def test_without_an_id_only_what_is_still_to_come_counts(events: Events) -> None:
    events.publish(an_event())
    assert events.since(LIBRARY, None) == ()


def test_a_stream_belongs_to_its_library(events: Events) -> None:
    start = events.last_id(LIBRARY)
    events.publish(an_event(library_id=OTHER_LIBRARY))
    assert events.since(LIBRARY, start) == ()
    assert not events.wait(LIBRARY, start, SHORTLY)


@pytest.mark.parametrize("unreadable", ["", "x", "-1", "1.5", "¹", "9" * 30, " 1"])
def test_an_unreadable_id_is_refused(events: Events, unreadable: str) -> None:
    with pytest.raises(Invalid):
        events.since(LIBRARY, unreadable)
    with pytest.raises(Invalid):
        events.wait(LIBRARY, unreadable, SHORTLY)


def test_wait_is_over_at_once_when_something_came_already(events: Events) -> None:
    start = events.last_id(LIBRARY)
    events.publish(an_event())
    assert events.wait(LIBRARY, start, LONG)
    assert events.wait(LIBRARY, start, timedelta())


def test_wait_ends_with_nothing_when_nothing_came(events: Events) -> None:
    assert not events.wait(LIBRARY, events.last_id(LIBRARY), SHORTLY)
    assert not events.wait(LIBRARY, events.last_id(LIBRARY), timedelta())


def test_a_listener_that_waits_wakes_when_something_comes(events: Events) -> None:
    start = events.last_id(LIBRARY)
    woken: list[bool] = []
    listener = Thread(target=lambda: woken.append(events.wait(LIBRARY, start, LONG)))
    listener.start()
    events.publish(an_event())
    listener.join()
    assert woken == [True]


def test_events_published_at_once_each_have_their_place(events: Events) -> None:
    start = events.last_id(LIBRARY)
    race(lambda n: events.publish(an_event(kind=f"kind-{n}")))
    seen = events.since(LIBRARY, start)
    assert {event.kind for event in seen} == {f"kind-{n}" for n in range(RACERS)}
    assert len({event.id for event in seen}) == RACERS


def test_purge_removes_what_is_older_and_no_id_comes_twice(events: Events) -> None:
    start = events.last_id(LIBRARY)
    events.publish(an_event(kind="old", at=NOON - timedelta(hours=2)))
    events.publish(an_event(kind="young", at=NOON))
    assert events.purge(NOON - timedelta(hours=1)) == 1
    (young,) = events.since(LIBRARY, start)
    assert young.kind == "young"
    assert events.purge(NOON + timedelta(hours=1)) == 1
    events.publish(an_event(kind="next"))
    (following,) = events.since(LIBRARY, young.id)
    assert following.kind == "next"
    assert events.last_id(LIBRARY) == following.id
