"""What a search costs: no Scan, and as many requests and items for a page of few recordings as for one of many."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from adapters.aws.recording_changes import all_writes
from adapters.aws.recordings import DynamoRecordings
from adapters.aws.schema import create_table
from adapters.aws.table import Table
from domain.listing import Comparable, Field, Filter, Op, RecordingQuery, SortKey
from domain.recording import Recording, Status
from domain.values import Page
from tests.aws import AwsDouble
from tests.builders import LIBRARY, NOON, a_recording
from tests.contracts.test_recordings_search_of_many import FILTERS

FEW, MANY = 300, 3000
RARE_BELOW = 40
"""What searches here take for a few: a value is rarer in both libraries, or in neither."""
WALK = 1000


@dataclass
class Meter:
    """What a client has sent, and how many items were read for it."""

    requests: Counter[str] = field(default_factory=Counter)
    items: int = 0

    def read(self, parsed: Any, model: Any, **_more: Any) -> None:
        self.requests[model.name] += 1
        self.items += parsed.get("ScannedCount", 0)
        self.items += sum(len(found) for found in parsed.get("Responses", {}).values())


@dataclass(frozen=True)
class Metered:
    recordings: DynamoRecordings
    meter: Meter

    def page(self, query: RecordingQuery) -> tuple[Page[Recording], int, int]:
        """One page, the requests for it and the items that they read."""
        self.meter.requests.clear()
        self.meter.items = 0
        page = self.recordings.search(LIBRARY, query)
        assert not self.meter.requests.keys() - {"Query", "BatchGetItem"}
        return page, self.meter.requests.total(), self.meter.items


def one(n: int) -> Recording:
    """One half is common, the other uncommon, ten are rare; small, since the double sorts all items for each query."""
    tags = ("common" if n % 2 == 0 else "uncommon", *(("rare",) if n < 10 else ()))
    at = NOON + timedelta(minutes=n)
    return a_recording(audio=None, sha256=None, tags=tags, created_at=at, updated_at=at, size_bytes=n, title=f"{n:05d}")


@pytest.fixture(scope="module")
def libraries(aws_url: str) -> Iterator[dict[int, Metered]]:
    made: dict[int, Metered] = {}
    doubles = {count: AwsDouble(aws_url) for count in (FEW, MANY)}
    for count, double in doubles.items():
        client = double.clients.dynamodb
        create_table(client, double.name)
        table = Table(client, double.name)
        table.write_each(write for n in range(count) for write in all_writes(one(n)))
        meter = Meter()
        client.meta.events.register("after-call.dynamodb", meter.read)
        made[count] = Metered(DynamoRecordings(table, few=RARE_BELOW, walk=WALK), meter)
    yield made
    for double in doubles.values():
        double.clients.dynamodb.delete_table(TableName=double.name)


def where(name: Field, value: Comparable, op: Op = Op.EQ) -> tuple[Filter, ...]:
    return (Filter(name, op, value),)


READY, COMMON, RARE = where(Field.STATUS, Status.READY), where(Field.TAG, "common"), where(Field.TAG, "rare")
PAGES = {
    "all": RecordingQuery(),
    "all by title": RecordingQuery(sort=SortKey.TITLE, descending=False),
    "ready": RecordingQuery(READY, SortKey.SIZE),
    "common": RecordingQuery(COMMON),
    "common by title": RecordingQuery(COMMON, SortKey.TITLE),
    "common and ready": RecordingQuery((*READY, *COMMON)),
    "rare by title": RecordingQuery(RARE, SortKey.TITLE),
    "rare and common": RecordingQuery((*RARE, *COMMON)),
    "range": RecordingQuery((*READY, *where(Field.SIZE, 100, Op.GTE)), SortKey.SIZE, descending=False),
    "range in another order": RecordingQuery((*READY, *where(Field.SIZE, 10, Op.LT)), SortKey.TITLE),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_costs_the_same_of_three_hundred_as_of_three_thousand(libraries: dict[int, Metered], name: str) -> None:
    query = PAGES[name]
    page, requests, items = libraries[MANY].page(query)
    assert page.items
    assert (requests, items) == libraries[FEW].page(query)[1:]
    assert requests <= 9
    assert items <= 6 * query.limit


@pytest.mark.parametrize("sort", SortKey)
def test_no_question_scans(table: Table, aws_double: AwsDouble, sort: SortKey) -> None:
    client = aws_double.clients.dynamodb
    meter = Meter()
    client.meta.events.register("after-call.dynamodb", meter.read)
    empty = Metered(DynamoRecordings(Table(client, aws_double.name)), meter)
    for values in FILTERS:
        page, requests, _ = empty.page(RecordingQuery(values[:1], sort))
        assert page == Page(())
        assert requests <= 10
    meter.requests.clear()
    empty.recordings.trashed_before(NOON, 10)
    empty.recordings.unfinished_since(NOON, 10)
    empty.recordings.find_by_content(LIBRARY, "0")
    list(empty.recordings.from_sources(LIBRARY, "s3://bucket/"))
    assert meter.requests.keys() == {"Query"}


def test_a_walk_ends_with_its_budget_and_says_where_to_go_on(libraries: dict[int, Metered]) -> None:
    """Two filters that leave many each, and nothing together."""
    apart = (*COMMON, *where(Field.TAG, "uncommon"))
    page, _, items = libraries[MANY].page(RecordingQuery(apart, SortKey.TITLE))
    assert page.items == ()
    assert page.next_cursor is not None
    assert WALK <= items <= 2 * WALK
