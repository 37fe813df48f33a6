"""Listings that come newest first, a page at a time, out of one partition of the table or of an index."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from adapters import cursors
from adapters.aws.documents import whole
from adapters.aws.items import SEPARATOR, Item, Key, key, read
from adapters.aws.table import Range, Table
from domain.values import LibraryId, Page

T = TypeVar("T")

BUDGET = 1000
"""Items that are read for one page at most. A query that finds little among many gets a short page, and a cursor."""

_LEAST_AT_ONCE, _MOST_AT_ONCE = 25, 100  # items; a query that passes over most of them must not ask for each


def newest_first(
    table: Table,
    kind: type[T],
    library_id: LibraryId,
    query: cursors.Query,
    *,
    asked: Range,
    wanted: Callable[[T], bool],
    budget: int = BUDGET,
) -> Page[T]:
    """What is `wanted` of a range whose sort keys are `<moment>#<id>`, or `<ULID>#<word>`.

    The documents are read from the table, whichever index has found them, and it is they that are asked: an index may
    lag behind.
    """
    start = cursors.read(library_id, query, str)
    if start is not None:
        below = key(*map(str, start))
        asked = replace(asked, below=below if asked.below is None else min(below, asked.below))
    found: list[tuple[str, T]] = []  # with their sort keys
    looked = 0
    page = min(max(query.limit + 1, _LEAST_AT_ONCE), _MOST_AT_ONCE)
    for look in table.looks(replace(asked, descending=True), page):
        looked += look.read
        complete = ((at, whole(table, item)) for at, item in _stored(table, asked, look.items))
        entities = ((at, read(kind, item)) for at, item in complete if item)
        found += [(at, entity) for at, entity in entities if wanted(entity)]
        if len(found) > query.limit:
            del found[query.limit :]
            return _page(found, library_id, query, up_to=found[-1][0])
        if looked >= budget and look.up_to is not None:
            return _page(found, library_id, query, up_to=look.up_to)
    return _page(found, library_id, query, up_to=None)


def _stored(table: Table, asked: Range, items: Sequence[Item]) -> Iterable[tuple[str, Item]]:
    """The items with their sort keys; what an index knows of and the table does not is gone."""
    if asked.index is None:
        return [(str(item[asked.sort_name]), item) for item in items]
    stored = table.get_all(map(_key, items))
    return [(str(item[asked.sort_name]), stored[_key(item)]) for item in items if _key(item) in stored]


def _key(item: Item) -> Key:
    return str(item["pk"]), str(item["sk"])


def _page(found: list[tuple[str, T]], library_id: LibraryId, query: cursors.Query, up_to: str | None) -> Page[T]:
    items = tuple(entity for _, entity in found)
    if up_to is None:
        return Page(items)
    moment, _, item_id = up_to.partition(SEPARATOR)
    return Page(items, cursors.written(library_id, query, (moment, item_id)))
