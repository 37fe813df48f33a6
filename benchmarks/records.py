"""What a page of 200 recordings, and a tally, cost when the library has 1,000 and when it has 100,000, in each family.

The library in the memory of the process and the one in SQLite are timed. Doubles of DynamoDB sort all that they hold
for each question, and report one capacity for any of a kind, so there requests and items are counted instead: what AWS
bills and takes its time for grows with these.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from adapters import cursors
from adapters.aws.recording_changes import all_writes
from adapters.aws.recordings import DynamoRecordings
from adapters.aws.schema import create_table
from adapters.aws.table import Table
from adapters.local.database import Database
from adapters.local.recordings import SqliteRecordings
from adapters.memory.access import AuditLog
from adapters.memory.recordings import MemoryRecordings
from benchmarks import double
from benchmarks.measure import medians
from domain.listing import MAX_LIMIT, Field, Filter, Op, RecordingQuery, SortKey
from domain.ports.recordings import Recordings
from domain.recording import Recording
from tests.adapters.aws.test_recording_search import Meter
from tests.aws import AwsDouble
from tests.builders import LIBRARY, NOON, a_recording, an_audio_format, an_entry

HEADS = ("family", "page", "ratio", "of many, of few")
FEW, MANY = 1_000, 100_000
MANY_ON_MOTO = 20_000  # it takes a minute to fill with these
SOME = 250
"""So many recordings have what is rare, in a library of any size: each page is full, and found in as much."""

_COMMON = (Filter(Field.TAG, Op.EQ, "common"),)

Row = tuple[str, str, str, str]


def rows(folder: Path) -> Iterator[Row]:
    yield from _timed("memory", *(_added(MemoryRecordings(AuditLog()), count) for count in (FEW, MANY)))
    yield from _timed("local", *(_added(_sqlite(folder / f"{count}.sqlite"), count) for count in (FEW, MANY)))
    with double.served() as url:
        yield from _counted(AwsDouble(url), AwsDouble(url), MANY if double.NAME == "ministack" else MANY_ON_MOTO)


def queries(count: int) -> dict[str, RecordingQuery]:
    """Of a library of so many."""
    rare, long = Filter(Field.TAG, Op.EQ, "rare"), Filter(Field.DURATION, Op.GTE, 100.0)
    before = _recording(count * 3 // 4, count)
    asked = {
        "newest first": RecordingQuery(),
        "newest first, further on": RecordingQuery(
            cursor=cursors.written(LIBRARY, RecordingQuery(), (cursors.moment(before.created_at), before.id))
        ),
        "by title": RecordingQuery(sort=SortKey.TITLE, descending=False),
        "with a common tag": RecordingQuery(_COMMON),
        "with a rare tag": RecordingQuery((rare,)),
        "with a rare tag, by title": RecordingQuery((rare,), SortKey.TITLE),
        "with a word within a common tag": RecordingQuery((Filter(Field.TEXT, Op.EQ, "OMMO"),)),
        "longer than most, newest first": RecordingQuery((long,)),
        "longer than most, longest first": RecordingQuery((long,), SortKey.DURATION),
    }
    return {name: _of_most(query) for name, query in asked.items()}


def _of_most(query: RecordingQuery) -> RecordingQuery:
    return RecordingQuery(query.filters, query.sort, query.descending, MAX_LIMIT, query.cursor)


def _recording(n: int, count: int) -> Recording:
    at = NOON + timedelta(seconds=n)
    place = n % (count // SOME)
    return a_recording(
        id=f"{n:026d}",
        title=f"Recording {n * 7919 % count:06}",
        tags=("rare",) if place == 0 else ("common",),
        audio=an_audio_format(duration_seconds=100.0 + n if place == 1 else float(n % 100)),
        created_at=at,
        updated_at=at,
        size_bytes=n,
    )


def _added(recordings: Recordings, count: int) -> Recordings:
    for n in range(count):
        recordings.add(_recording(n, count), an_entry())
    return recordings


def _sqlite(path: Path) -> SqliteRecordings:
    database = Database(path)
    with database.reading() as connection:
        connection.execute("PRAGMA synchronous = OFF")  # the filling is not what is measured
    return SqliteRecordings(database)


def _timed(family: str, few: Recordings, many: Recordings) -> Iterator[Row]:
    for (name, of_few), of_many in zip(queries(FEW).items(), queries(MANY).values(), strict=True):
        large, small = medians(
            lambda of_many=of_many: _page(many, of_many),  # type: ignore[misc]  # bound now, called later
            lambda of_few=of_few: _page(few, of_few),  # type: ignore[misc]  # as above
            clock=time.perf_counter,
        )
        yield _compared(family, name, large, small)
    nothing = RecordingQuery((Filter(Field.TEXT, Op.EQ, "nobody says"),))
    asked: dict[str, Callable[[Recordings], object]] = {
        "with words that nothing says": lambda recordings: recordings.search(LIBRARY, nothing),
        "a tally of all": lambda recordings: recordings.tally(LIBRARY, ()),
        "a tally of what has a common tag": lambda recordings: recordings.tally(LIBRARY, _COMMON),
    }
    for name, ask in asked.items():
        large, small = medians(lambda ask=ask: ask(many), lambda ask=ask: ask(few), clock=time.perf_counter)  # type: ignore[misc]  # as above
        yield _compared(family, name, large, small)


def _compared(family: str, name: str, large: float, small: float) -> Row:
    return f"{family}, {MANY:,}", name, f"{large / small:.1f}", f"{large * 1e3:.2f} ms, {small * 1e3:.2f} ms"


def _counted(few: AwsDouble, many: AwsDouble, count: int) -> Iterator[Row]:
    meter = Meter()
    few.clients.dynamodb.meta.events.register("after-call.dynamodb", meter.read)  # the same client as the other's
    libraries = [_dynamo(few, FEW), _dynamo(many, count)]
    for (name, of_few), of_many in zip(queries(FEW).items(), queries(count).values(), strict=True):
        costs = []
        for recordings, query in zip(libraries, (of_few, of_many), strict=True):
            meter.requests.clear()
            meter.items = 0
            _page(recordings, query)
            costs.append((meter.requests.total(), meter.items))
        (requests, items), (of_few_requests, of_few_items) = costs[1], costs[0]
        told = f"{requests} requests and {items} items, {of_few_requests} and {of_few_items}"
        yield (f"aws on {double.NAME}, {count:,}", name, f"{items / of_few_items:.1f}", told)


def _dynamo(place: AwsDouble, count: int) -> Recordings:
    client = place.clients.dynamodb
    create_table(client, place.name)
    table = Table(client, place.name)
    table.write_each(write for n in range(count) for write in all_writes(_recording(n, count)))
    return DynamoRecordings(table)


def _page(recordings: Recordings, query: RecordingQuery) -> None:
    assert len(recordings.search(LIBRARY, query).items) == MAX_LIMIT
