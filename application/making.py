"""How the items of a batch are made, and how those that failed are queued anew."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from application.selecting import SelectRecordings
from domain.batch import PAGE_ITEMS, Batch, Item, ItemStatus, Making
from domain.ports.batches import Batches, ItemQuery
from domain.ports.blobs import Blobs
from domain.ports.world import Clock
from domain.values import JobId


@dataclass(frozen=True)
class MakeItems:
    """The next page of a batch's items, stored with how far it is: a maker that dies makes nothing twice."""

    batches: Batches
    select_recordings: SelectRecordings
    blobs: Blobs
    clock: Clock

    def __call__(self, batch: Batch, making: Making) -> Making:
        return self._queue_anew(batch, making) if making.requeuing else self._make(batch, making)

    def _make(self, batch: Batch, making: Making) -> Making:
        page = self.select_recordings(batch.library_id, batch.selection, making.cursor)
        now = self.clock.now()
        items = [
            Item(batch.id, batch.library_id, making.made + n, each.recording_id, now, now, settings=each.settings)
            for n, each in enumerate(page.items)
        ]
        made = making.advanced(len(items), page.next_cursor, complete=page.next_cursor is None)
        self._stored(items, making, made)
        if made.complete and batch.selection.rows is not None:
            self.blobs.delete(batch.selection.rows)  # where a crash is faster, reconcile-blobs
        return made

    def _queue_anew(self, batch: Batch, making: Making) -> Making:
        after, made_until, was_complete = json.loads(making.cursor or "[null, null, true]")
        failed = self.batches.items(batch.library_id, batch.id, ItemQuery(ItemStatus.FAILED, PAGE_ITEMS, after))
        now = self.clock.now()
        items = [item.requeued(now) for item in failed.items if item.status is ItemStatus.FAILED]
        if failed.next_cursor is None:
            onward = making.requeued(made_until, requeuing=False, complete=was_complete)
        else:
            onward = making.requeued(
                _cursor(failed.next_cursor, made_until, was_complete), requeuing=True, complete=False
            )
        return self._stored(items, making, onward)

    def _stored(self, items: Sequence[Item], making: Making, onward: Making) -> Making:
        self.batches.put_items(items, onward, replaces=making.version)
        return onward


@dataclass(frozen=True)
class QueueFailedAnew:
    """From now on the batch's maker goes through the items that failed, before it goes on where it was."""

    batches: Batches

    def __call__(self, batch_id: JobId) -> None:
        making = self.batches.making(batch_id)
        if not making.requeuing:
            cursor = _cursor(None, making.cursor, making.complete)
            self.batches.put_items((), making.requeued(cursor, requeuing=True, complete=False), replaces=making.version)


def _cursor(after: str | None, made_until: str | None, was_complete: bool) -> str:
    """Where the requeuing goes on, and then the making."""
    return json.dumps([after, made_until, was_complete])
