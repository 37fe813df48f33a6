"""Where the items of batches lie in the table, how each is written in the place of its former version, and counts.

Items and counters are cut by stripes, as the crews are that write them: no two crews meet in one partition of the
table, in one of the index, or in one counter.
"""

from collections.abc import Iterable, Mapping, Sequence

from adapters import refusals
from adapters.aws.items import Item as Attributes
from adapters.aws.items import Key, document, key, read
from adapters.aws.schema import LIST_2
from adapters.aws.table import Range, Refused, Table
from adapters.aws.versioned import write_once
from adapters.aws.writes import ABSENT, Write, at_version, increase, put
from domain.batch import STRIPES, Counts, Item, ItemStatus
from domain.values import JobId

_ITEMS, _COUNTS = "batch-items", "counts"
_MICRO = 1_000_000
"""Counters are whole numbers, of seconds the millionth part: sums of those are exact in any order."""


def belongings(batch_id: JobId) -> str:
    """The partition of all that a batch has beside its items."""
    return key("batch", batch_id)


def counter(batch_id: JobId, stripe: int | None = None) -> Key:
    """Of what was done with the items of a stripe; None: of what was made."""
    return belongings(batch_id), _COUNTS if stripe is None else key(_COUNTS, f"{stripe:02d}")


def counters(batch_id: JobId) -> Range:
    return Range(belongings(batch_id), least=_COUNTS, below=f"{_COUNTS}$")


def counted(stored: Iterable[Attributes]) -> Counts:
    """The sum of the counters, each of which may be less than nothing."""
    sums: dict[str, int] = {}
    for item in stored:
        for name in (*ItemStatus, "audio", "busy"):
            sums[name] = sums.get(name, 0) + int(str(item.get(name, 0)))
    by_status = {status: sums[status] for status in ItemStatus if sums.get(status)}
    return Counts(by_status, sums.get("audio", 0) / _MICRO, sums.get("busy", 0) / _MICRO)


def of_stripe(batch_id: JobId, stripe: int) -> Range:
    return Range(key(_ITEMS, batch_id, f"{stripe:02d}"))


def of_status(batch_id: JobId, status: ItemStatus, stripe: int, first: int = 0) -> Range:
    return Range(
        key(_ITEMS, batch_id, status, f"{stripe:02d}"),
        index=LIST_2,
        partition_name="list2",
        sort_name="created",
        least=_sortable(first),
    )


def place(batch_id: JobId, n: int) -> Key:
    return of_stripe(batch_id, n % STRIPES).partition, _sortable(n)


def current(table: Table, batch_id: JobId, numbers: Iterable[int]) -> dict[int, Item]:
    """Those of them that there are, in the order of their numbers, as the table has them."""
    stored = table.get_all(place(batch_id, n) for n in numbers)
    items = (read(Item, item) for item in stored.values())
    return {item.n: item for item in sorted(items, key=lambda item: item.n)}


def write(table: Table, items: Sequence[Item], counts_in: Key, *others: Write) -> None:
    """Each item in the place of the version before it, with the counts and the other writes: all or none.

    Raises:
        NotFound, VersionMismatch: of an item.
        Refused: the condition of one of `others` does not hold; the first of them has the place 0.
    """
    later = [item for item in items if item.version > 1]
    stored = current(table, later[0].batch_id, (item.n for item in later)) if later else {}
    for item in later:
        refusals.require_next(item, stored.get(item.n))
    added = _added(Counts.of_items(items) - Counts.of_items(tuple(stored.values())))
    try:
        write_once(table, *others, *map(_put, items), *([increase(counts_in, added)] if added else []))
    except Refused as refused:
        for number, found in refused.found.items():
            if number >= len(others):
                refusals.require_next(items[number - len(others)], read(Item, found) if found else None)
        raise


def _put(item: Item) -> Write:
    pk, sk = place(item.batch_id, item.n)
    attributes: Attributes = {
        "pk": pk,
        "sk": sk,
        "version": item.version,
        "list2": of_status(item.batch_id, item.status, item.stripe).partition,
        "created": sk,
        "doc": document(item),
    }
    return put(attributes, at_version(item.version - 1) if item.version > 1 else ABSENT)


def _added(change: Counts) -> Mapping[str, int]:
    added = {
        **{str(status): number for status, number in change.by_status.items()},
        "audio": round(change.audio_seconds * _MICRO),
        "busy": round(change.busy_seconds * _MICRO),
    }
    return {name: number for name, number in added.items() if number}


def _sortable(n: int) -> str:
    return f"{n:016d}"
