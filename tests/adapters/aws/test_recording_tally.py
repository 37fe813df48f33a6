"""A tally ends with its budget: the newest of each status have been counted, and it says that there are more."""

from datetime import timedelta

import pytest

from adapters.aws.items import number, sortable
from adapters.aws.recording_changes import all_writes
from adapters.aws.recordings import DynamoRecordings
from adapters.aws.table import Table
from adapters.aws.work import DynamoJobs
from application.summary import Summarise
from domain.access import system_actor
from domain.listing import Field, Filter, Op
from domain.recording import Status
from domain.tally import Amount, Facet
from tests.builders import LIBRARY, NOON, a_recording


def test_of_too_many_the_newest_are_counted(table: Table) -> None:
    ready = [a_recording(size_bytes=n, created_at=NOON + timedelta(hours=n), audio=None) for n in range(5)]
    trashed = a_recording(status=Status.TRASHED, size_bytes=100, audio=None)
    table.write_each(write for each in (*ready, trashed) for write in all_writes(each))
    bounded = DynamoRecordings(table, walk=4)
    some = bounded.tally(LIBRARY, ())
    assert (some.total, some.whole) == (Amount(4, 0.0, 4 + 3 + 2 + 1), False)
    after_noon = Filter(Field.UPDATED, Op.GTE, NOON)
    every = DynamoRecordings(table, walk=20).tally(LIBRARY, (after_noon,))
    assert (every.total, every.whole) == (Amount(5, 0.0, 10), True)
    assert every.by[Facet.STATUS][Status.TRASHED] == Amount(1, 0.0, 100)

    summary = Summarise(bounded, DynamoJobs(table))(system_actor(LIBRARY, "test"))  # who asks for it can wait
    assert (summary.recordings["ready"], summary.recordings["trashed"], summary.size_bytes) == (5, 1, 10)


@pytest.mark.parametrize("value", [0.0, -0.5, -1000.0, 1.5000000000000002, 2.0**53, 1e-300])
def test_a_number_comes_back_from_its_text(value: float) -> None:
    assert number(sortable(value)) == value
