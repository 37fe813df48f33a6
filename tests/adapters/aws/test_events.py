"""The numbered log: no number is left out, taken twice or begun again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from adapters.aws.events import DynamoEvents
from adapters.aws.table import Range, Table
from domain.errors import Unavailable
from tests.aws import AwsDouble
from tests.builders import LIBRARY, NOON, OTHER_LIBRARY, an_event

HOUR = timedelta(hours=1)
PUBLISHERS, EACH = 4, 15


@pytest.fixture
def events(table: Table) -> DynamoEvents:
    return DynamoEvents(table, pause=lambda _seconds: None)


def test_who_reads_on_while_others_publish_misses_nothing(events: DynamoEvents) -> None:
    done = threading.Event()

    def publish(publisher: int) -> None:
        for n in range(EACH):
            events.publish(an_event(kind=f"{publisher}-{n}"))

    def follow() -> list[str]:
        last, seen = "0", []
        while True:
            finished = done.is_set()  # before the look: what came until then is in it
            found = events.since(LIBRARY, last, limit=7)
            seen += [event.kind for event in found]
            last = found[-1].id if found else last
            if finished and not found:
                return seen

    with ThreadPoolExecutor(PUBLISHERS + 1) as pool:
        following = pool.submit(follow)
        list(pool.map(publish, range(PUBLISHERS)))
        done.set()
    assert sorted(following.result()) == sorted(f"{p}-{n}" for p in range(PUBLISHERS) for n in range(EACH))
    assert events.last_id(LIBRARY) == str(PUBLISHERS * EACH)


def test_numbers_never_start_again_however_long_nothing_came(events: DynamoEvents) -> None:
    for n in range(3):
        events.publish(an_event(at=NOON + timedelta(seconds=n)))
    assert events.purge(NOON + HOUR) == 3
    assert events.purge(NOON + HOUR) == 0
    assert events.since(LIBRARY, "0") == ()
    assert events.last_id(LIBRARY) == "3"
    events.publish(an_event(at=NOON + HOUR))
    (event,) = events.since(LIBRARY, "0")
    assert event.id == "4"


def test_what_is_kept_of_a_quiet_stream_goes_once_it_is_not_the_newest(events: DynamoEvents, table: Table) -> None:
    for hour in range(4):
        events.publish(an_event(at=NOON + hour * HOUR))
        events.purge(NOON + (hour + 1) * HOUR)
    (left,) = table.items(Range(f"events#{LIBRARY}"))
    assert "doc" not in left
    assert events.last_id(LIBRARY) == "4"


def test_each_library_counts_for_itself(events: DynamoEvents) -> None:
    events.publish(an_event(at=NOON - HOUR))
    events.publish(an_event(at=NOON, library_id=OTHER_LIBRARY))
    assert events.purge(NOON) == 1
    assert (events.last_id(LIBRARY), events.last_id(OTHER_LIBRARY)) == ("1", "1")
    assert len(events.since(OTHER_LIBRARY, "0")) == 1


class AlwaysTaken:
    """A client to which every number has just been given to somebody else."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def query(self, **asked: Any) -> Any:
        return self._client.query(**asked)

    def put_item(self, **_asked: Any) -> Any:
        raise ClientError({"Error": {"Code": "ConditionalCheckFailedException", "Message": ""}}, "PutItem")


def test_a_publisher_to_whom_others_are_always_quicker_gives_up(table: Table, aws_double: AwsDouble) -> None:
    pauses: list[float] = []
    client: Any = AlwaysTaken(aws_double.clients.dynamodb)
    events = DynamoEvents(Table(client, aws_double.name), pause=pauses.append)
    with pytest.raises(Unavailable):
        events.publish(an_event())
    assert sum(pauses) < 5


def test_a_listener_looks_once_a_second_and_no_longer_than_asked(table: Table) -> None:
    now = [100.0]
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    events = DynamoEvents(table, pause, monotonic=lambda: now[0])
    assert not events.wait(LIBRARY, "0", timedelta(seconds=2.5))
    assert pauses == [1.0, 1.0, 0.5]
