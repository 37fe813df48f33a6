"""Messages of S3, and such as are none: keys as in a form, tests, removals, doubles, several at once."""

import json
from datetime import timedelta
from typing import Any

import pytest

from adapters.aws.arrivals import S3Arrivals, event, notify_inbox, objects_created
from adapters.aws.bucket import create_bucket
from adapters.aws.queues import INBOX, INBOX_DEAD_LETTERS, Queues, create_queues
from domain.ports.arrivals import Arrival
from tests.aws import AwsDouble
from tests.builders import FakeClock

NOW, MINUTE = timedelta(), timedelta(minutes=1)


class Place:
    def __init__(self, double: AwsDouble) -> None:
        clients = double.clients
        create_queues(clients.sqs, double.name)
        self.queues, self.bucket, self.client = Queues(clients.sqs, double.name), double.name, clients.s3
        self.arrivals = S3Arrivals(self.client, self.bucket, self.queues, FakeClock())

    def tell(self, body: str) -> None:
        self.queues.client.send_message(QueueUrl=self.queues.url(INBOX), MessageBody=body)

    def take(self) -> list[Arrival]:
        """All that has arrived, each acknowledged."""
        taken = []
        while arrival := self.arrivals.receive(NOW, MINUTE):
            self.arrivals.acknowledge(arrival)
            taken.append(arrival)
        return taken

    def names(self) -> list[str]:
        return sorted(arrival.url.removeprefix(f"s3://{self.bucket}/inbox/") for arrival in self.take())

    def letters(self) -> list[dict[str, Any]]:
        answer = self.queues.client.receive_message(
            QueueUrl=self.queues.url(INBOX_DEAD_LETTERS), MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return [dict(message) for message in answer.get("Messages", [])]

    def record(self, key: str, name: str = "ObjectCreated:Put") -> dict[str, Any]:
        """As S3 writes it, with more than is read here."""
        return {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "eventName": name,
            "s3": {
                "bucket": {"name": self.bucket, "arn": f"arn:aws:s3:::{self.bucket}"},
                "object": {"key": key, "size": 3, "eTag": "e", "sequencer": "0055AED6DCD90281E5"},
            },
        }

    def tell_of(self, *records: dict[str, Any]) -> None:
        self.tell(json.dumps({"Records": records}))


@pytest.fixture
def place(aws_double: AwsDouble) -> Place:
    return Place(aws_double)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("inbox/default/red+flower.wav", "default/red flower.wav"),
        ("inbox%2Fdefault%2Fa%2Bb.wav", "default/a+b.wav"),
        ("inbox/default/%C3%BC%252F.wav", "default/ü%2F.wav"),
    ],
)
def test_keys_are_encoded_as_in_a_form(place: Place, key: str, name: str) -> None:
    place.tell_of(place.record(key))
    assert place.names() == [name]


def test_several_objects_of_one_message_arrive_one_by_one(place: Place) -> None:
    place.tell_of(*(place.record(f"inbox/default/{n}.wav") for n in range(3)), place.record("elsewhere/x.wav"))
    first = place.arrivals.receive(NOW, MINUTE)
    assert first is not None
    place.arrivals.release(first, NOW)
    assert place.names() == [f"default/{n}.wav" for n in range(3)]


def test_what_is_no_arrival_is_forgotten(place: Place) -> None:
    place.tell(json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": place.bucket}))
    place.tell_of(place.record("inbox/default/a.wav", "ObjectRemoved:Delete"))
    for key in ("inbox/default/", "inbox/default/deep/", "inbox/a.wav", "inbox/", "library/recordings/1/original"):
        place.tell_of(place.record(key))
    place.tell_of()
    assert place.names() == []
    assert place.letters() == []


@pytest.mark.parametrize("body", ["", "{", "[]", "7", "{}", '{"Records": 1}', '{"Records": [{}]}', "null"])
def test_what_is_no_event_of_s3_is_set_aside(place: Place, body: str) -> None:
    if body:  # a message is never empty
        place.tell(body)
        assert place.names() == []
        (letter,) = place.letters()
        assert letter["Body"] == body
        assert letter["MessageAttributes"]["reason"]["StringValue"] == "It is no event of S3."
    with pytest.raises(ValueError, match=r"no event|Expecting"):
        objects_created(body)


def test_an_event_of_another_bucket_is_set_aside(place: Place) -> None:
    place.tell(event("elsewhere", "inbox/default/a.wav"))
    assert place.names() == []
    (letter,) = place.letters()
    assert "elsewhere" in letter["MessageAttributes"]["reason"]["StringValue"]


def test_a_letter_says_why_and_can_be_sent_again(place: Place) -> None:
    place.tell_of(place.record("inbox/no+library/%C3%BC.wav"))
    arrival = place.arrivals.receive(NOW, MINUTE)
    assert arrival is not None
    place.arrivals.bury(arrival, "not-found: There is no library 'no library'.")
    (letter,) = place.letters()
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "not-found: There is no library 'no library'."
    place.tell(letter["Body"])
    assert [again.url for again in place.take()] == [arrival.url]


def test_of_an_upload_in_parts_it_may_be_told_twice(place: Place, aws_double: AwsDouble) -> None:
    create_bucket(place.client, place.bucket)
    notify_inbox(place.client, place.bucket, place.queues)
    key = "inbox/default/long ü.wav"
    upload = place.client.create_multipart_upload(Bucket=place.bucket, Key=key)["UploadId"]
    asked: Any = {"Bucket": place.bucket, "Key": key, "UploadId": upload}
    part = place.client.upload_part(**asked, PartNumber=1, Body=bytes(5 * 1024**2))
    place.client.complete_multipart_upload(
        **asked, MultipartUpload={"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]}
    )
    names = place.names()
    assert set(names) == {"default/long ü.wav"}
    assert 1 <= len(names) <= 2
