"""What has to be dealt with at a time: the index `due`, in a few partitions so that none becomes hot."""

import heapq
import zlib
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from adapters.aws.items import Item, Value, key, sortable
from adapters.aws.schema import DUE
from adapters.aws.table import Range, Table

SHARDS = 4  # DynamoDB takes 1,000 writes a second into one partition

_AFTER = "$"  # the character after the `#` that ends a moment


def due(kind: str, item_id: str, at: datetime) -> dict[str, Value]:
    """The attributes of an item that will have to be dealt with at that time."""
    shard = zlib.crc32(item_id.encode()) % SHARDS
    return {"due": key(kind, str(shard)), "due_at": key(sortable(at), item_id)}


def overdue(table: Table, kind: str, moment: datetime, limit: int) -> tuple[Item, ...]:
    """At most so many items whose time has come at the moment, longest ago first, as they are in the table now."""
    ranges = (Range(key(kind, str(n)), DUE, "due", "due_at", below=sortable(moment) + _AFTER) for n in range(SHARDS))
    found = list(islice(heapq.merge(*(_known(table, each, limit) for each in ranges)), limit))
    stored = table.get_all(item_key for _, item_key in found)
    # The index may know of a time that has been moved since.
    return tuple(stored[k] for due_at, k in found if k in stored and stored[k].get("due_at") == due_at)


def _known(table: Table, asked: Range, limit: int) -> Iterator[tuple[str, tuple[str, str]]]:
    for item in table.items(asked, page=limit):
        yield str(item["due_at"]), (str(item["pk"]), str(item["sk"]))
