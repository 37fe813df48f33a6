"""Crews: each item once, in turn, whatever becomes of queues and workers in between."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest

from domain.batch import ITEM_TRIES, PAGE_ITEMS, Item, ItemStatus, Selection, Work
from domain.errors import Conflict, IllegalTransition, LeaseLost, Unavailable
from domain.job import JobStatus
from domain.job_kind import Lane
from domain.values import Failure, JobId, RecordingId
from entrypoints.worker import Worker
from tests.application.conftest import House
from tests.application.yard import Chore, Yard
from tests.builders import a_recording, an_entry
from tests.faults import Faulty, UnreliableQueue, raising


@pytest.fixture
def yard(house: House) -> Yard:
    return Yard(house)


def test_what_may_pass_is_tried_again_later_and_not_for_ever(yard: Yard) -> None:
    recordings = yard.recordings(3)
    tries: Counter[RecordingId] = Counter()

    def stumble(item: Item) -> None:
        tries[item.recording_id] += 1
        if item.recording_id == recordings[0] and tries[item.recording_id] < ITEM_TRIES:
            raise Unavailable("Not now.")
        if item.recording_id == recordings[1]:
            raise Unavailable("Never.")

    for quick in (True, False):
        tries.clear()
        yard.put(Chore(quick, stumble))
        batch = yard.start(Selection(recordings))
        yard.house.work()
        assert yard.status(batch) is JobStatus.RUNNING
        assert tries.total() == 3
        yard.work_on(rounds=3)
        assert tries == {recordings[0]: ITEM_TRIES, recordings[1]: ITEM_TRIES, recordings[2]: 1}
        assert yard.counts(batch) == {ItemStatus.SUCCEEDED: 2, ItemStatus.FAILED: 1}
        assert yard.items(batch)[1].failure == Failure("unavailable", "Never.")


class Killed(BaseException):
    """As far as the records can tell, this worker is gone."""


@pytest.mark.parametrize("is_quick", [True, False])
def test_an_item_that_takes_its_worker_along_is_set_aside_and_the_rest_goes_on(yard: Yard, is_quick: bool) -> None:
    recordings = yard.recordings(5)

    def kill(item: Item) -> None:
        if item.recording_id == recordings[2]:
            raise Killed

    chore = yard.put(Chore(is_quick, kill))
    batch = yard.start(Selection(recordings))
    for _ in range(40):
        with suppress(Killed):
            yard.house.work()
        yard.house.clock.advance(31)
        yard.house.use.sweep()()
    assert yard.status(batch) is JobStatus.PARTLY_FAILED
    lost = yard.items(batch)[2]
    assert (lost.failure and lost.failure.code, lost.attempts) == ("worker-lost", ITEM_TRIES)
    assert chore.done == Counter(recordings[:2] + recordings[3:])


def test_a_small_batch_does_not_wait_behind_a_large_one(yard: Yard) -> None:
    crews: dict[int, list[JobId]] = {0: [], 1: []}
    chore = yard.put(Chore(is_quick=False, befall=lambda item: crews[item.n % 2].append(item.batch_id)))
    large = yard.start(Selection(yard.recordings(100)))
    small = yard.start(Selection(yard.recordings(3)))
    yard.house.work()
    for order in crews.values():
        assert max(n for n, batch in enumerate(order) if batch == small) < 5
    assert chore.done.total() == 103
    assert yard.status(large) is yard.status(small) is JobStatus.SUCCEEDED


def test_libraries_take_turns_slice_by_slice(yard: Yard) -> None:
    order: list[str] = []
    chore = yard.put(Chore(is_quick=False))

    def take_long(item: Item) -> None:
        order.append(item.library_id)
        yard.house.clock.advance(6)

    chore.befall = take_long
    yard.start(Selection(yard.recordings(30)))
    stranger = yard.house.stranger()
    for _ in range(30):
        each = a_recording(library_id=stranger.library_id)
        yard.house.ports.recordings().add(each, an_entry(library_id=each.library_id, subject_id=each.id))
    yard.house.use.start_batch()(stranger, Work.CHANGE, {}, Selection(query={}))
    yard.house.work()
    assert chore.done.total() == 60
    turns = "".join("a" if library == stranger.library_id else "b" for library in order)
    longest = max(map(len, turns.replace("ab", "a b").replace("ba", "b a").split()))
    assert longest <= 7, turns  # two crews of one library, a slice of three items each, and one at the seam


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_queue_does_each_item_is_done_once(yard: Yard, seed: int) -> None:
    queue = UnreliableQueue(yard.house.ports.queue(), seed)
    recordings = yard.recordings(60)
    yard.house.replace("queue", queue)
    worker: list[Worker] = []

    def others_meanwhile(item: Item) -> None:
        if item.n % 7 == 0 and (delivery := queue.receive(tuple(Lane), timedelta(), timedelta(seconds=30))):
            worker[0].handle(delivery)

    chore = yard.put(Chore(is_quick=bool(seed % 2), befall=others_meanwhile))
    worker.append(yard.house.worker())
    batch = yard.start(Selection(recordings))
    yard.work_on(worker[0], rounds=60)
    assert yard.status(batch) is JobStatus.SUCCEEDED
    assert chore.done == Counter(recordings)
    assert len(queue.faults) >= 2, queue.faults


class Crashes:
    """All stores and the queue of a house, where the worker dies before or after one call of them."""

    def __init__(self, yard: Yard, *, after: bool) -> None:
        self.calls, self.crash_at = 0, 0
        given = {"after" if after else "before": self._count}
        for port in ("batches", "jobs", "queue"):
            yard.house.replace(port, Faulty(getattr(yard.house.ports, port)(), **given))

    def _count(self, _name: str, _count: int) -> None:
        self.calls += 1
        if self.calls == self.crash_at:
            raise Killed

    def at(self, call: int) -> None:
        """From now on; 0 for never."""
        self.calls, self.crash_at = 0, call


def try_until_done(yard: Yard, ask: Callable[[], object]) -> None:
    """As somebody who asks again when there was no answer, workers that are started again, and a sweep."""
    for _ in range(5):
        with suppress(Killed):
            with suppress(IllegalTransition):
                ask()
            yard.house.work()
        yard.house.clock.advance(61)
        with suppress(Killed):
            yard.house.use.sweep()()


@pytest.mark.parametrize(("after", "is_quick"), [(False, False), (True, False), (True, True)])
def test_a_crash_at_any_call_of_a_port_loses_nothing_and_does_nothing_twice(
    yard: Yard, after: bool, is_quick: bool
) -> None:
    crashes = Crashes(yard, after=after)
    total, call = 1, 0
    while call < total:
        chore = yard.put(Chore(is_quick))
        recordings = yard.recordings(3)
        start = partial(yard.start, Selection(recordings), f"crash at {call}")
        crashes.at(call)
        if not call:
            start()
            yard.house.work()
            total = crashes.calls
            assert total > 60
        try_until_done(yard, start)
        crashes.at(0)
        batch = start()
        assert yard.status(batch) is JobStatus.SUCCEEDED, call
        assert yard.counts(batch) == {ItemStatus.SUCCEEDED: 3}, call
        assert set(chore.done) == set(recordings)
        # What was done and not stored is done again, and changes nothing: one item, or a group of quick ones.
        assert chore.done.total() <= (6 if is_quick else 4)
        call += 1


def test_a_crash_at_any_call_while_a_batch_is_retried_loses_nothing(yard: Yard) -> None:
    crashes = Crashes(yard, after=True)
    broken: list[str] = []

    def fail_two(item: Item) -> None:
        if broken and item.n:
            raise Conflict("Not now.")

    total, call = 1, 0
    while call < total:
        chore = yard.put(Chore(is_quick=False, befall=fail_two))
        crashes.at(0)
        broken.append("for now")
        recordings = yard.recordings(3)
        batch = yard.start(Selection(recordings))
        yard.house.work()
        assert yard.status(batch) is JobStatus.PARTLY_FAILED
        broken.clear()
        retry = partial(yard.house.use.retry_job(), yard.house.editor, batch)
        crashes.at(call)
        if not call:
            retry()
            yard.house.work()
            total = crashes.calls
        try_until_done(yard, retry)
        crashes.at(0)
        assert yard.status(batch) is JobStatus.SUCCEEDED, call
        assert yard.counts(batch) == {ItemStatus.SUCCEEDED: 3}, call
        assert chore.done[recordings[0]] == 1
        call += 1


def test_a_worker_that_stops_hands_its_item_back(yard: Yard) -> None:
    recordings = yard.recordings(3)
    stopped: list[Worker] = []

    def stop(item: Item) -> None:
        if item.n == 2 and not stopped:
            stopped.append(stopping)
            stopping.hurry()

    chore = yard.put(Chore(is_quick=False, befall=stop))
    stopping = yard.house.worker()
    batch = yard.start(Selection(recordings))
    while not stopped:
        stopping.handle(yard.house.ports.queue().receive(tuple(Lane), timedelta(), timedelta(seconds=30)))
    handed_back = yard.items(batch)[2]
    assert (handed_back.status, handed_back.attempts) == (ItemStatus.QUEUED, 0)
    yard.house.work()
    assert yard.status(batch) is JobStatus.SUCCEEDED
    assert chore.done == Counter(recordings)


def test_an_item_whose_recording_goes_for_good_meanwhile_fails_alone(yard: Yard) -> None:
    recordings = yard.recordings(3)

    def purge(item: Item) -> None:
        if item.n == 1:
            raise LeaseLost("The recording was removed for good while it was worked on.")

    yard.put(Chore(is_quick=False, befall=purge))
    batch = yard.start(Selection(recordings))
    yard.house.work()
    assert [item.status for item in yard.items(batch)] == ["succeeded", "failed", "succeeded"]


def test_a_batch_whose_start_was_cut_off_is_forgotten(yard: Yard) -> None:
    recordings = yard.recordings(1)
    jobs = yard.house.ports.jobs()
    yard.house.replace("jobs", Faulty(jobs, before=raising("add", Unavailable("The store is away."))))
    with pytest.raises(Unavailable):
        yard.start(Selection(recordings))
    batches, library = yard.house.ports.batches(), yard.house.admin.library_id
    assert len(batches.active(library)) == 1
    yard.house.clock.advance(3601)
    yard.start(Selection(recordings))
    yard.house.work()
    assert batches.active(library) == ()


def test_items_run_and_others_are_told_while_the_rest_is_still_being_made(yard: Yard) -> None:
    """A batch that takes long to be made gives way, and stays running all the while."""
    seen: list[JobStatus] = []

    def take_long(name: str, _count: int) -> None:
        if name == "search":
            yard.house.clock.advance(8)

    recordings = yard.recordings(PAGE_ITEMS * 5)
    chore = yard.put(Chore(is_quick=False, befall=lambda item: seen.append(yard.status(item.batch_id))))
    yard.house.replace("recordings", Faulty(yard.house.ports.recordings(), before=take_long))
    library = yard.house.admin.library_id
    last = yard.house.ports.events().last_id(library)
    batch = yard.start(Selection(query={}))
    while not seen:
        delivery = yard.house.ports.queue().receive((Lane.BULK, Lane.HEAVY), timedelta(), timedelta(seconds=30))
        yard.house.worker().handle(delivery)
    assert not yard.house.ports.batches().making(batch).complete
    yard.house.work()
    assert set(seen) == {JobStatus.RUNNING}
    assert chore.done == Counter(recordings)
    told = [event for event in yard.house.ports.events().since(library, last, 1000) if event.subject_id == batch]
    assert [event.data["status"] for event in told if not event.data["stage"]] == ["queued", "running", "succeeded"]
