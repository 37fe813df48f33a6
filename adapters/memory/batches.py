"""Batches and their items, in memory."""

import threading
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice

from adapters import cursors, refusals
from domain.batch import STRIPES, Batch, Counts, Item, ItemStatus, Making
from domain.ports.batches import Batches, ItemQuery
from domain.values import JobId, LibraryId, Page


@dataclass(slots=True)
class _Kept:
    """A batch and what has become of it. `numbers` are the items' of a status and a stripe, in order."""

    batch: Batch
    making: Making
    active: bool = True
    counts: Counts = field(default_factory=Counts)
    items: dict[int, Item] = field(default_factory=dict)
    numbers: defaultdict[tuple[ItemStatus, int], list[int]] = field(default_factory=lambda: defaultdict(list))

    def put(self, items: Sequence[Item]) -> None:
        """Raises NotFound or VersionMismatch, with nothing changed."""
        for item in items:
            refusals.require_next(item, self.items.get(item.n))
        before = [self.items[item.n] for item in items if item.n in self.items]
        for item in before:
            numbers = self.numbers[item.status, item.stripe]
            del numbers[bisect_left(numbers, item.n)]
        for item in items:
            insort(self.numbers[item.status, item.stripe], item.n)
            self.items[item.n] = item
        self.counts += Counts.of_items(items) - Counts.of_items(before)


class MemoryBatches(Batches):
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._batches: dict[JobId, _Kept] = {}

    def add(self, batch: Batch) -> None:
        with self._lock:
            if batch.id in self._batches:
                raise refusals.taken("batch", batch.id)
            self._batches[batch.id] = _Kept(batch, Making(batch.id))

    def get(self, library_id: LibraryId, batch_id: JobId) -> Batch:
        with self._lock:
            return self._kept(batch_id, library_id).batch

    def making(self, batch_id: JobId) -> Making:
        with self._lock:
            return self._kept(batch_id).making

    def put_items(self, items: Sequence[Item], making: Making, replaces: int) -> None:
        with self._lock:
            kept = self._kept(making.batch_id)
            if kept.making.version != replaces:
                raise refusals.changed("making of batch", making.batch_id, kept.making.version, replaces)
            kept.put(items)
            kept.making = making

    def save_items(self, items: Sequence[Item]) -> None:
        if items:
            with self._lock:
                self._kept(items[0].batch_id).put(items)

    def item(self, library_id: LibraryId, batch_id: JobId, n: int) -> Item:
        with self._lock:
            item = self._kept(batch_id, library_id).items.get(n)
        if item is None:
            raise refusals.unknown("item", f"{batch_id}:{n}")
        return item

    def open_items(self, batch_id: JobId, stripe: int, limit: int) -> tuple[Item, ...]:
        with self._lock:
            kept = self._batches.get(batch_id)
            if kept is None:
                return ()
            numbers = merge(kept.numbers[ItemStatus.QUEUED, stripe], kept.numbers[ItemStatus.RUNNING, stripe])
            return tuple(kept.items[n] for n in islice(numbers, limit))

    def items(self, library_id: LibraryId, batch_id: JobId, query: ItemQuery) -> Page[Item]:
        first = cursors.first_number(library_id, batch_id, query)
        statuses = ItemStatus if query.status is None else (query.status,)
        with self._lock:
            kept = self._kept(batch_id, library_id)
            orders = [kept.numbers[status, stripe] for status in statuses for stripe in range(STRIPES)]
            numbers = merge(*(_from(first, order) for order in orders))
            found = [kept.items[n] for n in islice(numbers, query.limit + 1)]
        items = tuple(found[: query.limit])
        more = len(found) > len(items)
        return Page(items, cursors.after_number(library_id, batch_id, query, items[-1].n) if more else None)

    def counts(self, library_id: LibraryId, batch_id: JobId) -> Counts:
        with self._lock:
            return self._kept(batch_id, library_id).counts

    def active(self, library_id: LibraryId) -> tuple[JobId, ...]:
        with self._lock:
            own = [kept.batch for kept in self._batches.values() if kept.active and kept.batch.library_id == library_id]
        return tuple(batch.id for batch in sorted(own, key=lambda batch: (batch.created_at, batch.id)))

    def end(self, library_id: LibraryId, batch_id: JobId) -> None:
        with self._lock:
            self._kept(batch_id, library_id).active = False

    def reopen(self, library_id: LibraryId, batch_id: JobId) -> None:
        with self._lock:
            self._kept(batch_id, library_id).active = True

    def remove(self, library_id: LibraryId, batch_id: JobId) -> None:
        with self._lock:
            kept = self._batches.get(batch_id)
            if kept is not None and kept.batch.library_id == library_id:
                del self._batches[batch_id]

    def _kept(self, batch_id: JobId, library_id: LibraryId | None = None) -> _Kept:
        kept = self._batches.get(batch_id)
        if kept is None or library_id not in {None, kept.batch.library_id}:
            raise refusals.unknown("batch", batch_id)
        return kept


def _from(first: int, order: Sequence[int]) -> Iterator[int]:
    return (order[place] for place in range(bisect_left(order, first), len(order)))
