"""What the port leaves open: requests that are sent, what SQS limits, what does not belong there, and faults."""

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from botocore.stub import Stubber

from adapters.aws.queue import SqsQueue
from adapters.aws.queues import DEAD_LETTERS, Queues, create_queues
from domain.errors import LeaseLost, Unavailable
from domain.job_kind import Lane
from domain.ports.work import Delivery
from domain.values import JobId
from tests.aws import AwsDouble
from tests.builders import LIBRARY, FakeClock
from tests.e2e.service import until

JOB = JobId("01JOB")
NOW, SECOND, MINUTE = timedelta(), timedelta(seconds=1), timedelta(minutes=1)
LISTENING = [Lane.LISTENING]


class Place:
    """The queues of one test, and every request that its adapter sends: the operation and its parameters."""

    def __init__(self, double: AwsDouble) -> None:
        self.client = double.clients.sqs
        create_queues(self.client, double.name, max_receives=2)
        self.queues = Queues(self.client, double.name)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.client.meta.events.register("provide-client-params.sqs.*", self._note)
        self.queue = SqsQueue(self.queues, FakeClock(), max_receives=2)

    def _note(self, params: dict[str, Any], model: Any, **_more: object) -> None:
        self.asked.append((model.name, dict(params)))

    def parameters(self, operation: str) -> list[dict[str, Any]]:
        return [params for name, params in self.asked if name == operation]

    def put(self, lane: Lane, body: str) -> None:
        self.client.send_message(QueueUrl=self.queues.url(lane), MessageBody=body)

    def bodies(self, name: str) -> list[str]:
        answer = self.client.receive_message(QueueUrl=self.queues.url(name), MaxNumberOfMessages=10)
        return sorted(message["Body"] for message in answer.get("Messages", []))


@pytest.fixture
def place(aws_double: AwsDouble) -> Place:
    return Place(aws_double)


def taken(place: Place) -> Delivery:
    delivery = place.queue.receive(LISTENING, NOW, MINUTE)
    assert delivery is not None
    return delivery


def test_a_message_carries_the_job_and_nothing_else_in_the_group_of_its_library(place: Place) -> None:
    place.queue.send(JOB, Lane.PREVIEWS, LIBRARY)
    (sent,) = place.parameters("SendMessage")
    assert sent == {
        "QueueUrl": place.queues.url(Lane.PREVIEWS),
        "MessageBody": JOB,
        "DelaySeconds": 0,
        "MessageGroupId": LIBRARY,
    }


def test_who_waits_for_one_lane_asks_once(place: Place) -> None:
    """As long as SQS lets a request wait, so that a receiver at rest costs three requests a minute."""
    waiter = Thread(target=place.queue.receive, args=(LISTENING, timedelta(minutes=5), MINUTE))
    waiter.start()
    until(lambda: len(place.parameters("ReceiveMessage")) == 2, "it waits")
    place.queue.stop_receiving()
    waiter.join(timeout=1)
    assert not waiter.is_alive()
    assert [asked["WaitTimeSeconds"] for asked in place.parameters("ReceiveMessage")] == [0, 20]


def test_what_comes_after_the_stop_is_put_back(place: Place) -> None:
    """The request that waits cannot be taken back; what it brings is for others, at once."""
    waiter = Thread(target=place.queue.receive, args=(LISTENING, MINUTE, timedelta(hours=1)))
    waiter.start()
    until(lambda: len(place.parameters("ReceiveMessage")) == 2, "it waits")
    place.queue.stop_receiving()
    waiter.join()
    place.queue.send(JOB, Lane.LISTENING, LIBRARY)
    delivery = SqsQueue(place.queues, FakeClock()).receive(LISTENING, MINUTE, MINUTE)
    assert delivery is not None


def test_several_lanes_are_listened_to_in_turn(place: Place) -> None:
    place.queue.receive([Lane.PREVIEWS, Lane.HEAVY], 2 * SECOND, MINUTE)
    asked = [(each["QueueUrl"], each["WaitTimeSeconds"]) for each in place.parameters("ReceiveMessage")]
    previews, heavy = place.queues.url(Lane.PREVIEWS), place.queues.url(Lane.HEAVY)
    assert asked[:4] == [(previews, 0), (heavy, 0), (previews, 1), (heavy, 1)]


def test_delays_end_where_sqs_ends_them(place: Place) -> None:
    place.queue.send(JOB, Lane.LISTENING, LIBRARY)
    place.queue.release(taken(place), timedelta(days=1))
    place.queue.send(JOB, Lane.LISTENING, LIBRARY, timedelta(days=1))
    place.queue.send(JOB, Lane.LISTENING, LIBRARY, timedelta(milliseconds=1))
    assert [asked["VisibilityTimeout"] for asked in place.parameters("ChangeMessageVisibility")] == [900]
    assert [asked["DelaySeconds"] for asked in place.parameters("SendMessage")] == [0, 900, 1]


def test_what_is_no_job_goes_to_the_dead_letters_and_holds_nothing_up(place: Place) -> None:
    garbage = ["{}", "Grüße", "x" * 100_000]
    for body in garbage:
        place.put(Lane.LISTENING, body)
    place.queue.send(JOB, Lane.LISTENING, LIBRARY)
    delivery = place.queue.receive(LISTENING, 5 * SECOND, MINUTE)
    assert delivery is not None
    assert delivery.job_id == JOB
    assert place.queue.dead_letters(10) == ()
    assert place.bodies(DEAD_LETTERS) == sorted(garbage)


def test_a_letter_that_sqs_has_moved_says_so(place: Place) -> None:
    place.queue.send(JOB, Lane.LISTENING, LIBRARY)
    for _ in range(2):
        place.queue.release(taken(place), NOW)
    assert place.queue.receive(LISTENING, NOW, MINUTE) is None
    (letter,) = place.queue.dead_letters(10)
    assert (letter.job_id, letter.receives, letter.reason) == (JOB, 2, "It was received 2 times and never finished.")


def test_a_look_takes_no_letter_away_from_others(place: Place) -> None:
    jobs = [JobId(f"job-{n:02}") for n in range(25)]
    for job_id in jobs:
        place.queue.send(job_id, Lane.LISTENING, LIBRARY)
        place.queue.bury(taken(place), "broken")
    other = SqsQueue(place.queues, FakeClock())
    for queue in (place.queue, other, place.queue):
        assert [letter.job_id for letter in queue.dead_letters(100)] == jobs
    place.queue.forget(jobs[3])  # by what its last look has seen
    SqsQueue(place.queues, FakeClock()).forget(jobs[4])  # by a look of its own
    assert [letter.job_id for letter in place.queue.dead_letters(100)] == jobs[:3] + jobs[5:]


def test_many_letters_are_forgotten_after_one_look(place: Place) -> None:
    for n in range(12):
        place.queue.send(JobId(f"job-{n}"), Lane.LISTENING, LIBRARY)
        place.queue.bury(taken(place), "")
    letters = place.queue.dead_letters(100)
    place.asked.clear()
    for letter in letters:
        place.queue.forget(letter.job_id)
    assert {name for name, _ in place.asked} == {"DeleteMessageBatch"}
    assert place.queue.dead_letters(100) == ()


def test_a_message_that_was_held_for_too_long_is_lost(place: Place) -> None:
    place.queue.send(JOB, Lane.LISTENING, LIBRARY)
    delivery = taken(place)
    for code in ("InvalidParameterValue", "AWS.SimpleQueueService.MessageNotInflight", "ReceiptHandleIsInvalid"):
        with Stubber(place.client) as stubber:
            stubber.add_client_error("change_message_visibility", code)
            with pytest.raises(LeaseLost):
                place.queue.extend(delivery, MINUTE)


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("send_message", lambda queue, _delivery: queue.send(JOB, Lane.LISTENING, LIBRARY)),
        ("receive_message", lambda queue, _delivery: queue.receive(LISTENING, NOW, MINUTE)),
        ("receive_message", lambda queue, _delivery: queue.receive([Lane.HEAVY], SECOND, MINUTE)),
        ("change_message_visibility", lambda queue, delivery: queue.extend(delivery, MINUTE)),
        ("delete_message", lambda queue, delivery: queue.acknowledge(delivery)),
        ("receive_message", lambda queue, _delivery: queue.dead_letters(1)),
    ],
)
@pytest.mark.parametrize(("code", "retry_after"), [("RequestThrottled", 5), ("AWS.SimpleQueueService.OverLimit", 2)])
def test_a_refusal_is_unavailable(place: Place, operation: str, call: Any, code: str, retry_after: int) -> None:
    place.queue.send(JOB, Lane.LISTENING, LIBRARY)
    delivery = taken(place)
    place.queue.ping()  # all addresses are known now
    with Stubber(place.client) as stubber:
        stubber.add_client_error(operation, code)
        with pytest.raises(Unavailable) as refused:
            call(place.queue, delivery)
    assert refused.value.retry_after == retry_after
    assert refused.value.data["reason"] == code


def test_queues_that_are_not_there_are_unavailable(aws_double: AwsDouble) -> None:
    queue = SqsQueue(Queues(aws_double.clients.sqs, "nowhere"), FakeClock())
    with pytest.raises(Unavailable, match="NonExistentQueue"):
        queue.ping()


def test_making_the_queues_again_changes_nothing(place: Place, aws_double: AwsDouble) -> None:
    place.queue.send(JOB, Lane.LISTENING, LIBRARY)
    create_queues(place.client, aws_double.name, max_receives=2)
    assert taken(place).job_id == JOB
