"""Whatever the queue does, each piece of work is done, and once."""

from collections import Counter
from datetime import timedelta

import pytest

from domain.job import JobStatus
from domain.job_kind import Lane
from domain.recording import Status
from tests import sounds
from tests.application.conftest import House
from tests.faults import Faulty, UnreliableQueue

SOUNDS = [sounds.tone_wav(seconds=0.1, hz=300.0 + 50 * n) for n in range(4)]
ROUNDS = 200


@pytest.mark.parametrize("seed", range(6))
def test_what_is_lost_late_doubled_and_out_of_order_changes_nothing(house: House, seed: int) -> None:
    queue = UnreliableQueue(house.ports.queue(), seed)
    calls: Counter[str] = Counter()

    def others_meanwhile(name: str, _count: int) -> None:
        """A second worker receives while the first one works: what it gets may be the very same job."""
        if name in {"listen", "preview"}:
            calls[name] += 1
            delivery = queue.receive(tuple(Lane), timedelta(), timedelta(seconds=30))
            if delivery is not None:
                worker.handle(delivery)

    house.replace("queue", queue)
    house.replace("engine", Faulty(house.ports.engine(), before=others_meanwhile))
    worker = house.worker()
    sent = [house.send(content) for content in SOUNDS]
    for n in range(ROUNDS):
        house.work(worker)
        house.clock.advance(max(11, n))  # the sweep rings ever more rarely for a job that only waits
        house.use.sweep()()
    assert [house.recording(each.id).status for each in sent] == [Status.READY] * len(sent)
    assert [(job.status, job.attempts) for job in house.jobs()] == [(JobStatus.SUCCEEDED, 1)] * (2 * len(sent))
    assert calls == {"listen": len(sent), "preview": len(sent)}
    renditions = {frozenset(r.name for r in house.use.list_renditions()(house.admin, each.id)) for each in sent}
    assert len(renditions) == 1
    assert {"preview.mp3", "waveform.dat"} <= next(iter(renditions))
    house.clock.advance(timedelta(days=1))
    house.work(worker)
    house.use.sweep()()
    assert calls.total() == 2 * len(sent)
    assert house.ports.queue().dead_letters(10) == ()
    assert len(queue.faults) >= 3, queue.faults
