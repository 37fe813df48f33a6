"""What rings for crews while they wait for their turn."""

from datetime import timedelta

from application.run_crew import SLICE
from domain.batch import Selection
from domain.job_kind import JobKind, Lane
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
