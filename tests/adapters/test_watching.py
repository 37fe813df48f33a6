"""An inbox that is watched: how often it is looked through, and what happens between two looks."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.memory.arrivals import INBOX, MemoryArrivals
from adapters.memory.sources import MemorySources
from domain.errors import Unavailable
from tests.builders import FakeClock
from tests.faults import Faulty, raising

NOW, MINUTE = timedelta(), timedelta(minutes=1)


@pytest.fixture
def objects() -> MemorySources:
    objects = MemorySources(FakeClock())
    for n in range(20):
        objects.put(f"{INBOX}default/{n:02d}.wav", b"x")
    return objects


def watched(sources: Any) -> MemoryArrivals:
    return MemoryArrivals(sources, FakeClock())


def names(arrivals: MemoryArrivals) -> list[str]:
    taken = []
    while arrival := arrivals.receive(NOW, MINUTE):
        arrivals.acknowledge(arrival)
        taken.append(arrival.url.removeprefix(f"{INBOX}default/"))
    return taken


def test_what_one_look_has_found_arrives_without_another(objects: MemorySources) -> None:
    looks = []
    arrivals = watched(Faulty(objects, before=lambda name, _: looks.append(name) if name == "list" else None))
    assert len(names(arrivals)) == 20
    assert len(looks) == 2  # the second one found nothing


def test_what_has_changed_or_gone_since_the_look_does_not_arrive_by_it(objects: MemorySources) -> None:
    arrivals = watched(objects)
    assert arrivals.receive(NOW, MINUTE) is not None
    objects.put(f"{INBOX}default/01.wav", b"another")
    objects.remove(f"{INBOX}default/02.wav")
    assert names(arrivals) == [*(f"{n:02d}.wav" for n in range(3, 20)), "01.wav"]


def test_a_look_that_is_broken_off_forgets_nothing(objects: MemorySources) -> None:
    arrivals = watched(Faulty(objects, before=raising("list", Unavailable("away"), count=3)))
    assert len(names(arrivals)) == 20
    with pytest.raises(Unavailable):
        arrivals.receive(NOW, MINUTE)
    assert names(arrivals) == []
