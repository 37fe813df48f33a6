"""JobQueue: at least once, in one pair of hands at a time."""

from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from adapters.system import SystemClock
from domain.errors import LeaseLost
from domain.job import Lane
from domain.ports.work import Delivery, JobQueue
from domain.values import JobId
from tests.builders import FakeClock
from tests.contracts.conftest import MAX_RECEIVES, Family, MakeFamily
from tests.contracts.racing import RACERS, race

LANES = tuple(Lane)
JOB, OTHER = JobId("job-1"), JobId("job-2")
NOT_AT_ALL = timedelta()
SHORTLY = timedelta(milliseconds=20)
LONG = timedelta(seconds=30)  # never waited for: a bell ends it
MINUTE = timedelta(minutes=1)


@pytest.fixture
def queue(family: Family) -> JobQueue:
    return family.queue


def take(queue: JobQueue) -> Delivery | None:
    return queue.receive(LANES, NOT_AT_ALL, MINUTE)


def taken(queue: JobQueue) -> Delivery:
    delivery = take(queue)
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
    queue.send(JOB, Lane.LISTENING)
    delivery = taken(queue)
    assert (delivery.job_id, delivery.receives) == (JOB, 1)


def test_each_job_that_was_sent_comes(queue: JobQueue) -> None:
    jobs = [JobId(f"job-{n}") for n in range(5)]
    for job_id in jobs:
        queue.send(job_id, Lane.LISTENING)
    assert sorted(set(drained(queue))) == jobs


def test_nothing_comes_out_of_an_empty_queue(queue: JobQueue) -> None:
    assert take(queue) is None
    assert queue.receive(LANES, SHORTLY, MINUTE) is None


def test_what_waits_in_an_earlier_lane_comes_first(queue: JobQueue) -> None:
    """Whatever was sent first, and whatever the receiver's order is."""
    jobs = {lane: JobId(f"job-{lane}") for lane in (Lane.HEAVY, Lane.LISTENING, Lane.PREVIEWS)}
    for lane, job_id in jobs.items():
        queue.send(job_id, lane)
    order = [Lane.PREVIEWS, Lane.HEAVY, Lane.LISTENING]
    came = [queue.receive(order, NOT_AT_ALL, MINUTE) for _ in order]
    assert [delivery and (delivery.lane, delivery.job_id) for delivery in came] == [
        (each, jobs[each]) for each in order
    ]


def test_a_receiver_gets_nothing_of_the_lanes_of_others(queue: JobQueue) -> None:
    queue.send(JOB, Lane.PREVIEWS)
    assert queue.receive([Lane.LISTENING, Lane.HEAVY], SHORTLY, MINUTE) is None
    delivery = queue.receive([Lane.PREVIEWS], NOT_AT_ALL, MINUTE)
    assert delivery is not None
    queue.release(delivery, NOT_AT_ALL)
    assert queue.receive([Lane.LISTENING, Lane.HEAVY], NOT_AT_ALL, MINUTE) is None
    assert taken(queue).lane is Lane.PREVIEWS


def test_a_message_is_hidden_while_it_is_held(queue: JobQueue, clock: FakeClock) -> None:
    queue.send(JOB, Lane.LISTENING)
    first = taken(queue)
    clock.advance(59)
    assert take(queue) is None
    clock.advance(1)
    second = taken(queue)
    assert (second.job_id, second.receives) == (JOB, 2)
    assert second.receipt != first.receipt


def test_a_delayed_message_comes_when_its_time_has_come(queue: JobQueue, clock: FakeClock) -> None:
    queue.send(JOB, Lane.LISTENING, delay=MINUTE)
    clock.advance(59)
    assert take(queue) is None
    clock.advance(1)
    assert taken(queue).job_id == JOB


def test_sending_again_makes_a_waiting_message_come_earlier_and_never_later(queue: JobQueue, clock: FakeClock) -> None:
    queue.send(JOB, Lane.LISTENING, delay=MINUTE)
    queue.send(JOB, Lane.LISTENING)
    queue.send(JOB, Lane.LISTENING, delay=MINUTE)
    assert taken(queue).job_id == JOB


def test_a_ring_while_a_message_is_held_is_not_lost(queue: JobQueue, clock: FakeClock) -> None:
    """It may come at once or when the holder is done; a holder that settled before the ring does not swallow it."""
    queue.send(JOB, Lane.LISTENING)
    held = taken(queue)
    queue.send(JOB, Lane.LISTENING)
    queue.acknowledge(held)
    assert JOB in drained(queue)


def test_an_acknowledged_message_never_comes_again(queue: JobQueue, clock: FakeClock) -> None:
    queue.send(JOB, Lane.LISTENING)
    queue.acknowledge(taken(queue))
    clock.advance(timedelta(days=1))
    assert take(queue) is None


def test_an_acknowledged_job_can_be_sent_again(queue: JobQueue) -> None:
    queue.send(JOB, Lane.LISTENING)
    queue.acknowledge(taken(queue))
    queue.send(JOB, Lane.LISTENING)
    assert taken(queue).receives == 1


def test_extending_hides_the_message_from_now(queue: JobQueue, clock: FakeClock) -> None:
    queue.send(JOB, Lane.LISTENING)
    delivery = taken(queue)
    clock.advance(50)
    queue.extend(delivery, MINUTE)
    clock.advance(59)
    assert take(queue) is None
    clock.advance(1)
    assert taken(queue).receives == 2


def test_a_message_in_other_hands_cannot_be_extended(queue: JobQueue, clock: FakeClock) -> None:
    queue.send(JOB, Lane.LISTENING)
    first = taken(queue)
    clock.advance(MINUTE)
    taken(queue)
    with pytest.raises(LeaseLost):
        queue.extend(first, MINUTE)


def test_a_message_in_other_hands_stays_with_them(queue: JobQueue, clock: FakeClock) -> None:
    queue.send(JOB, Lane.LISTENING)
    first = taken(queue)
    clock.advance(MINUTE)
    second = taken(queue)
    queue.acknowledge(first)
    queue.release(first, NOT_AT_ALL)
    assert take(queue) is None
    queue.extend(second, MINUTE)
    clock.advance(MINUTE)
    assert taken(queue).receives == 3


def test_a_released_message_comes_after_the_delay(queue: JobQueue, clock: FakeClock) -> None:
    queue.send(JOB, Lane.LISTENING)
    queue.release(taken(queue), MINUTE / 2)
    clock.advance(29)
    assert take(queue) is None
    clock.advance(1)
    assert taken(queue).receives == 2


def test_a_message_that_is_received_too_often_goes_to_the_dead_letters(queue: JobQueue, clock: FakeClock) -> None:
    queue.send(JOB, Lane.LISTENING)
    for receives in range(1, MAX_RECEIVES + 1):
        delivery = taken(queue)
        assert delivery.receives == receives
        queue.release(delivery, NOT_AT_ALL)
    queue.send(OTHER, Lane.LISTENING)
    assert taken(queue).job_id == OTHER
    assert take(queue) is None
    (letter,) = queue.dead_letters(10)
    assert (letter.job_id, letter.receives, letter.died_at) == (JOB, MAX_RECEIVES, clock.now())
    assert letter.reason


def test_a_buried_message_is_a_dead_letter_with_its_reason(queue: JobQueue, clock: FakeClock) -> None:
    queue.send(JOB, Lane.LISTENING)
    queue.bury(taken(queue), "It cannot be read.")
    clock.advance(timedelta(days=1))
    assert take(queue) is None
    (letter,) = queue.dead_letters(10)
    assert (letter.job_id, letter.reason, letter.receives) == (JOB, "It cannot be read.", 1)


def test_the_oldest_dead_letters_come_first(queue: JobQueue, clock: FakeClock) -> None:
    jobs = [JobId(f"job-{n}") for n in (2, 1, 3)]
    for job_id in jobs:
        queue.send(job_id, Lane.LISTENING)
        queue.bury(taken(queue), "")
        clock.advance(1)
    assert [letter.job_id for letter in queue.dead_letters(10)] == jobs
    assert [letter.job_id for letter in queue.dead_letters(2)] == jobs[:2]


def test_a_forgotten_letter_is_gone_and_no_message(queue: JobQueue) -> None:
    queue.send(JOB, Lane.LISTENING)
    queue.bury(taken(queue), "")
    queue.forget(JOB)
    queue.forget(JOB)
    assert queue.dead_letters(10) == ()
    assert take(queue) is None


def test_forgetting_a_letter_leaves_a_message_in_hands_alone(queue: JobQueue) -> None:
    queue.send(JOB, Lane.LISTENING)
    queue.bury(taken(queue), "")
    queue.send(JOB, Lane.LISTENING)
    delivery = taken(queue)
    assert delivery.receives == 1
    queue.forget(JOB)
    queue.extend(delivery, timedelta(seconds=30))


def test_of_many_that_receive_at_once_one_has_the_message(queue: JobQueue) -> None:
    queue.send(JOB, Lane.LISTENING)
    deliveries = [result for result in race(lambda _: take(queue)) if result is not None]
    assert [delivery.job_id for delivery in deliveries if isinstance(delivery, Delivery)] == [JOB]


def test_many_receivers_share_the_messages(queue: JobQueue) -> None:
    jobs = {JobId(f"job-{n}") for n in range(RACERS)}
    for job_id in jobs:
        queue.send(job_id, Lane.LISTENING)
    received = race(lambda _: taken(queue).job_id)
    assert set(received) == jobs


def test_a_receiver_that_waits_wakes_when_something_is_sent(queue: JobQueue) -> None:
    received: list[Delivery | None] = []
    receiver = Thread(target=lambda: received.append(queue.receive(LANES, LONG, MINUTE)))
    receiver.start()
    queue.send(JOB, Lane.LISTENING)
    receiver.join()
    assert [delivery and delivery.job_id for delivery in received] == [JOB]


def test_a_receiver_that_waits_wakes_when_a_message_comes_due(make_family: MakeFamily, tmp_path: Path) -> None:
    running: AbstractContextManager[Family] = make_family(SystemClock(), tmp_path)
    with running as family:
        family.queue.send(JOB, Lane.LISTENING, delay=SHORTLY)
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
    queue.send(JOB, Lane.LISTENING)
    assert queue.receive(LANES, LONG, MINUTE) is None


def test_a_queue_that_answers_answers_a_ping(queue: JobQueue) -> None:
    queue.ping()
