"""Batches, in the table."""

from collections.abc import Iterator, Sequence
from heapq import merge

from adapters import cursors, refusals
from adapters.aws import batch_items, versioned
from adapters.aws.documents import cut, whole
from adapters.aws.items import Item as Attributes
from adapters.aws.items import Key, batches, document, key, key_of, read
from adapters.aws.table import Range, Refused, Table
from adapters.aws.versioned import Record, write_once
from adapters.aws.writes import PRESENT, at_version, delete, put
from domain.batch import PAGE_ITEMS, STRIPES, Batch, Counts, Item, ItemStatus, Making
from domain.ports.batches import Batches, ItemQuery
from domain.values import JobId, LibraryId, Page

_OPEN = ItemStatus.QUEUED, ItemStatus.RUNNING


class DynamoBatches(Batches):
    """The counter of what was made also says whose the batch is, and is the last to go."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, batch: Batch) -> None:
        pk, sk = _batch(batch.id)
        head, *parts = cut({"pk": pk, "sk": sk, "library": batch.library_id, "doc": document(batch)})
        at = cursors.moment(batch.created_at)
        pk, sk = batch_items.counter(batch.id)
        whose: Attributes = {"pk": pk, "sk": sk, "library": batch.library_id, "at": at}
        others = (*parts, whose, _making_item(Making(batch.id)), _active_item(batch.library_id, at, batch.id))
        versioned.add(self._table, Record("batch", batch.id, head), None, *map(put, others))

    def get(self, library_id: LibraryId, batch_id: JobId) -> Batch:
        item = self._table.get(_batch(batch_id))
        found = whole(self._table, item) if item is not None and item["library"] == library_id else None
        if found is None:
            raise refusals.unknown("batch", batch_id)
        return read(Batch, found)

    def making(self, batch_id: JobId) -> Making:
        item = self._table.get(_making(batch_id))
        if item is None:
            raise refusals.unknown("batch", batch_id)
        return read(Making, item)

    def put_items(self, items: Sequence[Item], making: Making, replaces: int) -> None:
        making_put = put(_making_item(making), at_version(replaces))
        try:
            batch_items.write(self._table, items, batch_items.counter(making.batch_id), making_put)
        except Refused as refused:
            stored = refused.found[0]
            if stored is None:
                raise refusals.unknown("batch", making.batch_id) from refused
            version = int(str(stored["version"]))
            raise refusals.changed("making of batch", making.batch_id, version, replaces) from refused

    def save_items(self, items: Sequence[Item]) -> None:
        if items:
            first = items[0]
            batch_items.write(self._table, items, batch_items.counter(first.batch_id, first.stripe))

    def item(self, library_id: LibraryId, batch_id: JobId, n: int) -> Item:
        item = batch_items.current(self._table, batch_id, [n]).get(n)
        if item is None or item.library_id != library_id:
            raise refusals.unknown("item", f"{batch_id}:{n}")
        return item

    def open_items(self, batch_id: JobId, stripe: int, limit: int) -> tuple[Item, ...]:
        listed = merge(*(self._listed(batch_id, status, stripe, 0, limit) for status in _OPEN))
        found: dict[int, Item] = {}  # one that is being started may be listed twice
        for numbers in batches(listed, limit):
            items = batch_items.current(self._table, batch_id, numbers)
            found |= {n: item for n, item in items.items() if not item.has_ended}
            if len(found) >= limit:
                break
        return tuple(found.values())[:limit]

    def items(self, library_id: LibraryId, batch_id: JobId, query: ItemQuery) -> Page[Item]:
        first = cursors.first_number(library_id, batch_id, query)
        self._whose(library_id, batch_id)
        status = query.status
        if status is None:
            wanted: Iterator[int] = iter(range(first, self.making(batch_id).made))
        else:
            page = query.limit // STRIPES + 2  # of each stripe as many as are likely to be shown
            wanted = merge(*(self._listed(batch_id, status, stripe, first, page) for stripe in range(STRIPES)))
        items: list[Item] = []
        for numbers in batches(wanted, query.limit + 1):
            found = batch_items.current(self._table, batch_id, numbers).values()
            items += (item for item in found if status in {None, item.status})
            if len(items) > query.limit:
                last = items[query.limit - 1].n
                return Page(tuple(items[: query.limit]), cursors.after_number(library_id, batch_id, query, last))
        return Page(tuple(items))

    def _listed(self, batch_id: JobId, status: ItemStatus, stripe: int, first: int, page: int) -> Iterator[int]:
        """Numbers, as an index has them."""
        listed = batch_items.of_status(batch_id, status, stripe, first)
        return (int(str(item["created"])) for item in self._table.items(listed, page))

    def counts(self, library_id: LibraryId, batch_id: JobId) -> Counts:
        stored = list(self._table.items(batch_items.counters(batch_id)))
        if not stored or stored[0].get("library") != library_id:
            raise refusals.unknown("batch", batch_id)
        return batch_items.counted(stored)

    def active(self, library_id: LibraryId) -> tuple[JobId, ...]:
        listed = self._table.items(Range(_active(library_id)))
        return tuple(JobId(str(item["batch"])) for item in listed)

    def end(self, library_id: LibraryId, batch_id: JobId) -> None:
        at = self._whose(library_id, batch_id)
        self._table.write(delete(key_of(_active_item(library_id, at, batch_id))))

    def reopen(self, library_id: LibraryId, batch_id: JobId) -> None:
        """The batch itself is written again, as it is: so it is not being removed at this moment."""
        at = self._whose(library_id, batch_id)
        head = self._table.get(_batch(batch_id))
        if head is None:
            raise refusals.unknown("batch", batch_id)
        try:
            write_once(self._table, put(head, PRESENT), put(_active_item(library_id, at, batch_id)))
        except Refused as refused:
            raise refusals.unknown("batch", batch_id) from refused

    def remove(self, library_id: LibraryId, batch_id: JobId) -> None:
        """First what others go by, so that nothing is added any more; last what this goes by."""
        whose = self._table.get(batch_items.counter(batch_id))
        if whose is None or whose["library"] != library_id:
            return
        active = key_of(_active_item(library_id, str(whose["at"]), batch_id))
        self._table.write_each([delete(_batch(batch_id)), delete(_making(batch_id)), delete(active)])
        for stripe in range(STRIPES):
            lying = self._table.items(batch_items.of_stripe(batch_id, stripe), PAGE_ITEMS)
            self._table.write_each(delete(key_of(item)) for item in lying)
        others = self._table.items(Range(batch_items.belongings(batch_id)))
        self._table.write_each(delete(key_of(item)) for item in others if key_of(item) != key_of(whose))
        self._table.write(delete(key_of(whose)))

    def _whose(self, library_id: LibraryId, batch_id: JobId) -> str:
        """When the batch was made. Raises NotFound where it is not the library's."""
        whose = self._table.get(batch_items.counter(batch_id))
        if whose is None or whose["library"] != library_id:
            raise refusals.unknown("batch", batch_id)
        return str(whose["at"])


def _batch(batch_id: JobId) -> Key:
    return batch_items.belongings(batch_id), "batch"


def _making(batch_id: JobId) -> Key:
    return batch_items.belongings(batch_id), "making"


def _making_item(making: Making) -> Attributes:
    pk, sk = _making(making.batch_id)
    return {"pk": pk, "sk": sk, "version": making.version, "doc": document(making)}


def _active(library_id: LibraryId) -> str:
    return key("active-batches", library_id)


def _active_item(library_id: LibraryId, at: str, batch_id: JobId) -> Attributes:
    return {"pk": _active(library_id), "sk": key(at, batch_id), "batch": batch_id}
