"""Items of batches in the table: answers that never arrive, indexes that lag behind, and what a change writes."""

from dataclasses import replace
from typing import Any

import pytest

from adapters.aws import batch_items
from adapters.aws.batches import DynamoBatches
from adapters.aws.schema import INDEXES, LIST_2
from adapters.aws.table import Table
from domain.batch import STRIPES, Counts, Item, ItemStatus, Making
from domain.errors import NotFound
from domain.ports.batches import ItemQuery
from tests.adapters.aws.conftest import Behind, in_index
from tests.aws import AwsDouble
from tests.builders import LIBRARY, NOON, a_batch, an_item
from tests.faults import Faulty, raising

QUEUED, RUNNING, SUCCEEDED = ItemStatus.QUEUED, ItemStatus.RUNNING, ItemStatus.SUCCEEDED


def made(batches: DynamoBatches, number: int) -> tuple[Item, ...]:
    batch = a_batch()
    batches.add(batch)
    items = tuple(an_item(batch_id=batch.id, n=n) for n in range(number))
    batches.put_items(items, Making(batch.id, made=number, version=2), 1)
    return items


def test_what_was_written_is_counted_once_though_the_answer_was_lost(forgetful: Table) -> None:
    batches = DynamoBatches(forgetful)
    items = made(batches, 3)
    batches.save_items([item.ended(SUCCEEDED, NOON, busy_seconds=0.1) for item in items])
    assert batches.counts(LIBRARY, items[0].batch_id) == Counts({SUCCEEDED: 3}, busy_seconds=0.3)


def test_an_index_that_lags_behind_decides_nothing(table: Table, aws_double: AwsDouble) -> None:
    client: Any = Behind(aws_double.clients.dynamodb)
    batches = DynamoBatches(Table(client, aws_double.name))
    items = made(batches, 3 * STRIPES)
    batch_id = items[0].batch_id
    own = [item for item in items if item.stripe == 1]
    assert batches.open_items(batch_id, 1, 2) == tuple(own[:2])
    assert len(batches.items(LIBRARY, batch_id, ItemQuery(QUEUED, limit=200)).items) == len(items)
    batches.save_items([item.ended(SUCCEEDED, NOON) for item in own[:2]])
    assert batches.open_items(batch_id, 1, 2) == (own[2],)
    left = tuple(item for item in items if item not in own[:2])
    assert batches.items(LIBRARY, batch_id, ItemQuery(QUEUED, limit=200)).items == left


def test_an_item_writes_one_index_when_its_status_changes_and_none_otherwise(table: Table) -> None:
    batches = DynamoBatches(table)
    (item,) = made(batches, 1)

    def rewritten(after: Item) -> set[str]:
        place = batch_items.place(item.batch_id, 0)
        old = table.get(place)
        batches.save_items([after])
        new = table.get(place)
        assert old is not None
        assert new is not None
        return {index for index in INDEXES if in_index(index, old) != in_index(index, new)}

    started = item.started(NOON)
    assert rewritten(started) == {LIST_2}
    again = replace(started, attempts=2, version=3)
    assert rewritten(again) == set()
    assert rewritten(again.ended(SUCCEEDED, NOON)) == {LIST_2}


def test_a_removal_that_ended_half_way_is_done_by_doing_it_again(table: Table, aws_double: AwsDouble) -> None:
    items = made(DynamoBatches(table), 2 * STRIPES)
    batch_id = items[0].batch_id
    for n in range(2, 8, 2):
        client: Any = Faulty(aws_double.clients.dynamodb, before=raising("batch_write_item", OSError("the end"), n))
        with pytest.raises(OSError, match="the end"):
            DynamoBatches(Table(client, aws_double.name)).remove(LIBRARY, batch_id)
        with pytest.raises(NotFound):
            DynamoBatches(table).put_items([], Making(batch_id, version=3), 2)
    DynamoBatches(table).remove(LIBRARY, batch_id)
    assert aws_double.clients.dynamodb.describe_table(TableName=aws_double.name)["Table"]["ItemCount"] == 0
