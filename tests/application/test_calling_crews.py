"""How crews are called, and what rings for them while they wait for their turn."""

from datetime import timedelta

import pytest
from dependency_injector import providers

from application.run_crew import SLICE
from domain.batch import Selection
from domain.job import JobStatus
from domain.job_kind import JobKind, Lane
from domain.ports.work import Delivery
from entrypoints.worker import IN_VAIN
from tests.application.conftest import House
from tests.application.yard import Chore, Yard
from tests.faults import Faulty


def test_a_crew_that_waits_for_its_turn_has_one_message(house: House) -> None:
    """One that rings again is sent before the other is gone, so that the sweep need not send a second one."""
    yard, asked = Yard(house), list[str]()
    yard.put(Chore(is_quick=False, befall=lambda _item: house.clock.advance(SLICE.total_seconds())))
    yard.start(Selection(yard.recordings(10)))
    queue, worker = house.ports.queue(), house.worker()
    worker.handle(queue.receive((Lane.HEAVY,), timedelta(), timedelta(seconds=30)))
    house.replace("queue", Faulty(queue, before=lambda name, _count: asked.append(name)))
    house.worker().handle(queue.receive((Lane.BULK,), timedelta(), timedelta(seconds=30)))
    assert asked[-2:] == ["send", "acknowledge"]
    house.clock.advance(60)
    waiting = house.ports.jobs().to_ring(house.clock.now(), 100)
    assert [job.parameters["slot"] for job in waiting if job.kind is JobKind.CREW] == [1]  # it has never had one


def test_a_message_too_many_is_not_received_for_ever(house: House) -> None:
    yard, asked = Yard(house), list[str]()
    batch = yard.start(Selection(yard.recordings(1)))
    house.use.take_job()(batch, "another worker")
    house.replace("queue", Faulty(house.ports.queue(), before=lambda name, _count: asked.append(name)))
    for receives in range(1, IN_VAIN + 1):
        house.worker().handle(Delivery(batch, Lane.HEAVY, "a receipt", receives))
    assert asked == ["release"] * (IN_VAIN - 1) + ["acknowledge"]
    house.clock.advance(31)
    house.use.sweep()()
    house.work()
    assert yard.status(batch) is JobStatus.SUCCEEDED


@pytest.mark.parametrize(("making", "doing"), [(2, 4), (4, 2)])
def test_workers_that_were_told_different_slots_do_all_items_all_the_same(
    house: House, making: int, doing: int
) -> None:
    """As those have that serve different lanes with different numbers of children."""
    yard = Yard(house)
    chore = yard.put(Chore(is_quick=False))
    recordings = yard.recordings(32)
    batch = yard.start(Selection(recordings))
    for lane, slots in [(Lane.HEAVY, making), (Lane.BULK, doing), (Lane.HEAVY, making)]:
        house.use.bulk_slots.override(providers.Object(slots))
        house.forget_use_cases()
        worker = house.worker()
        while delivery := house.ports.queue().receive((lane,), timedelta(), timedelta(seconds=30)):
            worker.handle(delivery)
    assert yard.status(batch) is JobStatus.SUCCEEDED
    assert sorted(chore.done.elements()) == sorted(recordings)
