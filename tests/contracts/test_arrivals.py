"""Arrivals: what is put into the inbox is told of, at least once, until it is done with."""

from abc import ABC, abstractmethod
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from adapters.aws.arrivals import S3Arrivals, notify_inbox
from adapters.aws.bucket import create_bucket
from adapters.aws.queues import Queues, create_queues
from adapters.aws.sources import S3Sources
from adapters.local.arrivals import FolderArrivals
from adapters.local.sources import FolderSources
from adapters.memory.arrivals import INBOX, MemoryArrivals
from adapters.memory.sources import MemorySources
from domain.errors import LeaseLost, NotFound
from domain.ports.arrivals import Arrival, Arrivals
from domain.ports.sources import Sources
from tests.aws import AwsDouble
from tests.builders import FakeClock

NOT_AT_ALL, SECOND, MINUTE = timedelta(), timedelta(seconds=1), timedelta(minutes=1)
LONG = timedelta(seconds=30)  # never waited for


class Inbox(ABC):
    """An inbox into which a test puts things, and the port that tells of them. `period` is as brief as it can count."""

    arrivals: Arrivals
    sources: Sources
    address: str
    period: timedelta = MINUTE
    patience: timedelta = NOT_AT_ALL
    """How long what is due may be on its way, where time really passes."""

    def __init__(self) -> None:
        self.clock = FakeClock()

    @abstractmethod
    def put(self, name: str, content: bytes = b"x") -> str:
        """Its URL."""

    def pass_time(self, period: timedelta) -> None:
        self.clock.advance(period)

    def take(self, visibility: timedelta = MINUTE) -> Arrival | None:
        return self.arrivals.receive(self.patience, visibility)

    def taken(self, visibility: timedelta = MINUTE) -> Arrival:
        arrival = self.take(visibility)
        assert arrival is not None
        return arrival

    def is_empty(self) -> bool:
        return self.arrivals.receive(NOT_AT_ALL, MINUTE) is None


class MemoryInbox(Inbox):
    address = INBOX

    def __init__(self) -> None:
        super().__init__()
        self.sources = self._sources = MemorySources(self.clock)
        self.arrivals = MemoryArrivals(self._sources, self.clock)

    def put(self, name: str, content: bytes = b"x") -> str:
        self._sources.put(self.address + name, content)
        return self.address + name


class FolderInbox(Inbox):
    """Of a file it takes two looks."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder / "inbox"
        self.address = f"file://{self.folder}/"
        self.sources = FolderSources()
        self.arrivals = FolderArrivals(self.folder, folder / "refused", self.clock)

    def put(self, name: str, content: bytes = b"x") -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.arrivals.receive(NOT_AT_ALL, MINUTE)
        self.clock.advance(2)
        return self.address + name


class BucketInbox(Inbox):
    period = 2 * SECOND
    patience = timedelta(seconds=5)

    def __init__(self, double: AwsDouble) -> None:
        super().__init__()
        clients = double.clients
        create_queues(clients.sqs, double.name)
        create_bucket(clients.s3, double.name)
        queues = Queues(clients.sqs, double.name)
        notify_inbox(clients.s3, double.name, queues)
        self._client, self._bucket = clients.s3, double.name
        self.address = f"s3://{double.name}/inbox/"
        self.sources = S3Sources(clients.s3)
        self.arrivals = S3Arrivals(clients.s3, double.name, queues, self.clock)
        self.is_empty()  # the event with which S3 tries the queue

    def put(self, name: str, content: bytes = b"x") -> str:
        self._client.put_object(Bucket=self._bucket, Key=f"inbox/{name}", Body=content)
        return self.address + name

    def pass_time(self, period: timedelta) -> None:
        """It passes while the next arrival is waited for."""


@pytest.fixture(params=["memory", "local", "aws"])
def inbox(request: pytest.FixtureRequest, tmp_path: Path) -> Inbox:
    if request.param == "memory":
        return MemoryInbox()
    if request.param == "local":
        return FolderInbox(tmp_path)
    return BucketInbox(request.getfixturevalue("aws_double"))


@pytest.mark.parametrize("name", ["default/a.wav", "my voices/deep/er/ü +%2B #1?.wav"])
def test_what_is_put_there_arrives_with_the_name_of_its_library(inbox: Inbox, name: str) -> None:
    url = inbox.put(name, b"content")
    arrival = inbox.taken()
    assert (arrival.library, arrival.url) == (name.partition("/")[0], url)
    assert b"".join(inbox.sources.read(inbox.sources.find(arrival.url))) == b"content"


def test_nothing_arrives_in_an_empty_inbox(inbox: Inbox) -> None:
    assert inbox.is_empty()


def test_what_belongs_to_no_library_does_not_arrive(inbox: Inbox) -> None:
    inbox.put("a.wav")
    assert inbox.is_empty()


def test_an_arrival_is_hidden_while_it_is_held(inbox: Inbox) -> None:
    inbox.put("default/a.wav")
    first = inbox.taken(inbox.period)
    assert inbox.is_empty()
    inbox.pass_time(inbox.period)
    again = inbox.taken()
    assert (again.url, again.receipt == first.receipt) == (first.url, False)
    with pytest.raises(LeaseLost):
        inbox.arrivals.extend(first, MINUTE)
    inbox.arrivals.acknowledge(first)
    inbox.arrivals.extend(again, inbox.period)
    assert inbox.is_empty()
    inbox.pass_time(inbox.period)
    assert inbox.taken().url == first.url


def test_what_is_done_with_does_not_arrive_again(inbox: Inbox) -> None:
    inbox.put("default/a.wav")
    inbox.arrivals.acknowledge(inbox.taken(SECOND))
    inbox.pass_time(MINUTE)
    inbox.put("default/b.wav")
    assert inbox.taken().url.endswith("b.wav")
    assert inbox.is_empty()


def test_another_state_of_an_object_is_another_arrival(inbox: Inbox) -> None:
    url = inbox.put("default/a.wav", b"one")
    inbox.arrivals.acknowledge(inbox.taken())
    inbox.put("default/a.wav", b"another")
    assert inbox.taken().url == url


def test_what_is_released_arrives_after_the_delay(inbox: Inbox) -> None:
    inbox.put("default/a.wav")
    inbox.arrivals.release(inbox.taken(), inbox.period)
    assert inbox.is_empty()
    inbox.pass_time(inbox.period)
    assert inbox.take() is not None


def test_how_often_it_was_received_is_told(inbox: Inbox) -> None:
    inbox.put("default/a.wav")
    for receives in (1, 2):
        arrival = inbox.taken()
        assert arrival.receives == receives
        inbox.arrivals.release(arrival, NOT_AT_ALL)


def test_what_is_set_aside_does_not_arrive_again(inbox: Inbox) -> None:
    inbox.put("default/a.wav")
    inbox.arrivals.bury(inbox.taken(SECOND), "It is no sound.")
    inbox.pass_time(MINUTE)
    inbox.put("default/b.wav")
    assert inbox.taken().url.endswith("b.wav")
    assert inbox.is_empty()


def test_an_object_is_removed_in_the_state_that_was_found(inbox: Inbox) -> None:
    url = inbox.put("default/a.wav", b"one")
    found = inbox.sources.find(url)
    inbox.put("default/a.wav", b"another")
    inbox.arrivals.remove(found)
    again = inbox.sources.find(url)
    inbox.arrivals.remove(again)
    inbox.arrivals.remove(again)
    with pytest.raises(NotFound):
        inbox.sources.find(url)


def test_who_stops_receiving_has_nothing_at_once(inbox: Inbox) -> None:
    received: list[Arrival | None] = []
    receiver = Thread(target=lambda: received.append(inbox.arrivals.receive(LONG, MINUTE)))
    receiver.start()
    inbox.arrivals.stop_receiving()
    receiver.join(timeout=5)
    assert received == [None]
    inbox.put("default/a.wav")
    assert inbox.arrivals.receive(LONG, MINUTE) is None
