"""JobQueue: at least once, in one pair of hands at a time."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from adapters.system import SystemClock
from domain.errors import LeaseLost
from domain.job_kind import Lane
from domain.ports.work import DeadLetter, Delivery, JobQueue
from domain.values import JobId, LibraryId
from tests.builders import LIBRARY, OTHER_LIBRARY, FakeClock
from tests.contracts.conftest import MAX_RECEIVES, Family, MakeFamily
from tests.contracts.racing import RACERS, race

LANES, LISTENING = tuple(Lane), [Lane.LISTENING]
JOB, OTHER = JobId("job-1"), JobId("job-2")
NOT_AT_ALL = timedelta()
SHORTLY = timedelta(milliseconds=20)
LONG = timedelta(seconds=30)  # never waited for: a bell ends it
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
PATIENCE = timedelta(seconds=10)  # waited for by a test that fails, or for what is on its way in truth


@pytest.fixture
def queue(family: Family) -> JobQueue:
    return family.queue


@dataclass(frozen=True)
class Passing:
    """How time passes for a queue: by our clock, or by waiting for it, as briefly as the queue can count."""

    queue: JobQueue
    clock: FakeClock
    really: bool

    @property
    def period(self) -> timedelta:
        return 2 * SECOND if self.really else MINUTE

    def nothing_comes_for(self, period: timedelta) -> None:
        """Until a second before its end. Then the period passes to its end, at the latest while `taken` waits."""
        if self.really:
            assert self.queue.receive(LISTENING, period - SECOND, MINUTE) is None
            return
        self.clock.advance(period - SECOND)
        assert take(self.queue) is None
        self.clock.advance(SECOND)


@pytest.fixture
def passing(family: Family, clock: FakeClock) -> Passing:
    return Passing(family.queue, clock, family.queue_keeps_its_own_time)


@pytest.fixture
def of_racers_one(family: Family) -> None:
    if family.queue_may_deliver_twice:
        pytest.skip("of two that receive in the same moment, both may get a message here: the claim of the job decides")


def take(queue: JobQueue) -> Delivery | None:
    return queue.receive(LISTENING, NOT_AT_ALL, MINUTE)


def taken(queue: JobQueue, visibility: timedelta = MINUTE) -> Delivery:
    delivery = queue.receive(LISTENING, PATIENCE, visibility)
    assert delivery is not None
    return delivery


def drained(queue: JobQueue) -> list[JobId]:
    """The jobs of all messages that can be received now, each acknowledged."""
    jobs = []
    while (delivery := take(queue)) is not None:
        queue.acknowledge(delivery)
        jobs.append(delivery.job_id)
    return jobs


def test_what_was_sent_is_received_and_counted(queue: JobQueue) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    delivery = taken(queue)
    assert (delivery.job_id, delivery.receives) == (JOB, 1)


def test_each_job_that_was_sent_comes(queue: JobQueue) -> None:
    jobs = [JobId(f"job-{n}") for n in range(5)]
    for job_id in jobs:
        queue.send(job_id, Lane.LISTENING, LIBRARY)
    assert sorted(set(drained(queue))) == jobs


def test_nothing_comes_out_of_an_empty_queue(queue: JobQueue) -> None:
    assert take(queue) is None
    assert queue.receive(LANES, SHORTLY, MINUTE) is None


def test_what_waits_in_an_earlier_lane_comes_first(queue: JobQueue) -> None:
    """Whatever was sent first, and whatever the receiver's order is."""
    jobs = {lane: JobId(f"job-{lane}") for lane in (Lane.HEAVY, Lane.LISTENING, Lane.PREVIEWS)}
    for lane, job_id in jobs.items():
        queue.send(job_id, lane, LIBRARY)
    order = [Lane.PREVIEWS, Lane.HEAVY, Lane.LISTENING]
    came = [queue.receive(order, NOT_AT_ALL, MINUTE) for _ in order]
    assert [delivery and (delivery.lane, delivery.job_id) for delivery in came] == [
        (each, jobs[each]) for each in order
    ]


def test_libraries_take_turns(queue: JobQueue, family: Family) -> None:
    """Whatever each has sent before the others, and however long ago."""
    if family.queue_takes_turns_unseen:
        pytest.skip("SQS does not say when it lets another group pass")
    for library, count in ((LIBRARY, 5), (OTHER_LIBRARY, 2), (LibraryId("third"), 1)):
        for n in range(count):
            queue.send(JobId(f"{library}:{n}"), Lane.LISTENING, library)
    came = [job_id.rpartition(":")[0] for job_id in drained(queue)]
    assert came == [LIBRARY, OTHER_LIBRARY, "third", LIBRARY, OTHER_LIBRARY, LIBRARY, LIBRARY, LIBRARY]
    queue.send(JobId("late"), Lane.LISTENING, LIBRARY)
    queue.send(JobId("later"), Lane.LISTENING, LibraryId("fourth"))
    queue.send(JobId("other lane"), Lane.PREVIEWS, LIBRARY)
    assert drained(queue) == ["later", "late"], "who never had a turn comes first"


def test_a_receiver_gets_nothing_of_the_lanes_of_others(queue: JobQueue) -> None:
    queue.send(JOB, Lane.PREVIEWS, LIBRARY)
    assert queue.receive([Lane.LISTENING, Lane.HEAVY], SHORTLY, MINUTE) is None
    delivery = queue.receive([Lane.PREVIEWS], NOT_AT_ALL, MINUTE)
    assert delivery is not None
    queue.release(delivery, NOT_AT_ALL)
    assert queue.receive([Lane.LISTENING, Lane.HEAVY], NOT_AT_ALL, MINUTE) is None
    again = queue.receive(LANES, PATIENCE, MINUTE)
    assert again is not None
    assert again.lane is Lane.PREVIEWS


def test_a_message_is_hidden_while_it_is_held(queue: JobQueue, passing: Passing) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    first = taken(queue, passing.period)
    passing.nothing_comes_for(passing.period)
    second = taken(queue)
    assert (second.job_id, second.receives) == (JOB, 2)
    assert second.receipt != first.receipt


def test_a_delayed_message_comes_when_its_time_has_come(queue: JobQueue, passing: Passing) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY, delay=passing.period)
    passing.nothing_comes_for(passing.period)
    assert taken(queue).job_id == JOB


def test_sending_again_makes_a_waiting_message_come_earlier_and_never_later(queue: JobQueue) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY, delay=MINUTE)
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    queue.send(JOB, Lane.LISTENING, LIBRARY, delay=MINUTE)
    assert taken(queue).job_id == JOB


def test_a_ring_while_a_message_is_held_is_not_lost(queue: JobQueue) -> None:
    """It may come at once or when the holder is done; a holder that settled before the ring does not swallow it."""
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    held = taken(queue)
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    queue.acknowledge(held)
    assert JOB in drained(queue)


def test_an_acknowledged_message_never_comes_again(queue: JobQueue, passing: Passing) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    queue.acknowledge(taken(queue, passing.period))
    passing.nothing_comes_for(2 * passing.period)


def test_an_acknowledged_job_can_be_sent_again(queue: JobQueue) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    queue.acknowledge(taken(queue))
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    assert taken(queue).receives == 1


def test_extending_hides_the_message_from_now(queue: JobQueue, passing: Passing) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    delivery = taken(queue, passing.period)
    queue.extend(delivery, 2 * passing.period)
    passing.nothing_comes_for(2 * passing.period)
    assert taken(queue).receives == 2


def test_a_message_in_other_hands_cannot_be_extended(queue: JobQueue, passing: Passing) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    first = taken(queue, passing.period)
    passing.nothing_comes_for(passing.period)
    taken(queue)
    with pytest.raises(LeaseLost):
        queue.extend(first, MINUTE)


def test_a_message_in_other_hands_stays_with_them(queue: JobQueue, passing: Passing) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    first = taken(queue, passing.period)
    passing.nothing_comes_for(passing.period)
    second = taken(queue)
    queue.acknowledge(first)
    queue.release(first, NOT_AT_ALL)
    assert take(queue) is None
    queue.extend(second, passing.period)
    passing.nothing_comes_for(passing.period)
    assert taken(queue).receives == 3


def test_a_released_message_comes_after_the_delay(queue: JobQueue, passing: Passing) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    queue.release(taken(queue), passing.period)
    passing.nothing_comes_for(passing.period)
    assert taken(queue).receives == 2


def test_a_message_that_is_received_too_often_goes_to_the_dead_letters(queue: JobQueue) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    for receives in range(1, MAX_RECEIVES + 1):
        delivery = taken(queue)
        assert delivery.receives == receives
        queue.release(delivery, NOT_AT_ALL)
    queue.send(OTHER, Lane.LISTENING, LIBRARY)
    assert taken(queue).job_id == OTHER
    assert take(queue) is None
    (letter,) = queue.dead_letters(10)
    assert (letter.job_id, letter.receives) == (JOB, MAX_RECEIVES)
    assert letter.reason


def test_a_buried_message_is_a_dead_letter_with_its_reason(queue: JobQueue, passing: Passing) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    queue.bury(taken(queue, passing.period), "It cannot be read.")
    died_at = passing.clock.now()
    passing.nothing_comes_for(2 * passing.period)
    for _ in range(2):  # to look at a letter does not take it away
        (letter,) = queue.dead_letters(10)
        assert letter == DeadLetter(JOB, "It cannot be read.", 1, died_at)


def test_the_oldest_dead_letters_come_first(queue: JobQueue, clock: FakeClock) -> None:
    jobs = [JobId(f"job-{n}") for n in (2, 1, 3)]
    for job_id in jobs:
        queue.send(job_id, Lane.LISTENING, LIBRARY)
        queue.bury(taken(queue), "")
        clock.advance(1)
    assert [letter.job_id for letter in queue.dead_letters(10)] == jobs
    assert [letter.job_id for letter in queue.dead_letters(2)] == jobs[:2]


def test_a_forgotten_letter_is_gone_and_no_message(queue: JobQueue) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    queue.bury(taken(queue), "")
    queue.forget(JOB)
    queue.forget(JOB)
    assert queue.dead_letters(10) == ()
    assert take(queue) is None


def test_forgetting_a_letter_leaves_a_message_in_hands_alone(queue: JobQueue) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    queue.bury(taken(queue), "")
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    delivery = taken(queue)
    assert delivery.receives == 1
    queue.forget(JOB)
    queue.extend(delivery, timedelta(seconds=30))


@pytest.mark.usefixtures("of_racers_one")
def test_of_many_that_receive_at_once_one_has_the_message(queue: JobQueue) -> None:
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    deliveries = [result for result in race(lambda _: take(queue)) if result is not None]
    assert [delivery.job_id for delivery in deliveries if isinstance(delivery, Delivery)] == [JOB]


@pytest.mark.usefixtures("of_racers_one")
def test_many_receivers_share_the_messages(queue: JobQueue) -> None:
    jobs = {JobId(f"job-{n}") for n in range(RACERS)}
    for job_id in jobs:
        queue.send(job_id, Lane.LISTENING, LIBRARY)
    received = race(lambda _: taken(queue).job_id)
    assert set(received) == jobs


def test_a_receiver_that_waits_wakes_when_something_is_sent(queue: JobQueue) -> None:
    received: list[Delivery | None] = []
    receiver = Thread(target=lambda: received.append(queue.receive(LANES, LONG, MINUTE)))
    receiver.start()
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    receiver.join()
    assert [delivery and delivery.job_id for delivery in received] == [JOB]


def test_a_receiver_that_waits_wakes_when_a_message_comes_due(make_family: MakeFamily, tmp_path: Path) -> None:
    running: AbstractContextManager[Family] = make_family(SystemClock(), tmp_path)
    with running as family:
        family.queue.send(JOB, Lane.LISTENING, LIBRARY, delay=SHORTLY)
        delivery = family.queue.receive(LANES, LONG, MINUTE)
        assert delivery is not None
        assert delivery.job_id == JOB


def test_who_stops_receiving_has_nothing_at_once(queue: JobQueue) -> None:
    received: list[Delivery | None] = []
    receiver = Thread(target=lambda: received.append(queue.receive(LANES, LONG, MINUTE)))
    receiver.start()
    queue.stop_receiving()
    receiver.join(timeout=5)
    assert received == [None]
    queue.send(JOB, Lane.LISTENING, LIBRARY)
    assert queue.receive(LANES, LONG, MINUTE) is None


def test_a_queue_that_answers_answers_a_ping(queue: JobQueue) -> None:
    queue.ping()
