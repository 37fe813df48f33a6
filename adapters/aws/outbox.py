"""The outbox: events are put in the transaction of the change that they tell of."""

import heapq
import zlib
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from adapters import cursors
from adapters.aws.items import Item, Key, document, key, read
from adapters.aws.table import Range, Table
from adapters.aws.writes import delete
from domain.event import Event
from domain.ports.events import Outbox

SHARDS = 8  # one partition takes 1,000 units of writing a second, and an event costs three

_AFTER = "$"  # the character after the `#` that ends a moment


def outbox_item(event: Event) -> Item:
    pk, sk = _key(event)
    return {"pk": pk, "sk": sk, "doc": document(event)}


class DynamoOutbox(Outbox):
    """In partitions of its own, in order of time: no index has to be written, and what is read is never behind."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def pending(self, before: datetime, limit: int) -> tuple[Event, ...]:
        until = cursors.moment(before) + _AFTER
        ranges = (Range(_shard(n), below=until) for n in range(SHARDS))
        found = heapq.merge(*(self._table.items(each, page=limit) for each in ranges), key=lambda item: str(item["sk"]))
        return tuple(read(Event, item) for item in islice(found, limit))

    def done(self, events: Sequence[Event]) -> None:
        self._table.write_each(delete(_key(event)) for event in events)


def _key(event: Event) -> Key:
    return _shard(zlib.crc32(event.id.encode()) % SHARDS), key(cursors.moment(event.at), event.id)


def _shard(number: int) -> str:
    return key("outbox", str(number))
