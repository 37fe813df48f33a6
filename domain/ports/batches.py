"""Batches and their items, of which there may be millions."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.batch import Batch, Counts, Item, ItemStatus, Making
from domain.values import JobId, LibraryId, Page


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """By their number. `status` None: all."""

    status: ItemStatus | None = None
    limit: int = 50
    cursor: str | None = None


class Batches(Protocol):
    """What batches were asked for, and how far they are. The status of a batch is its job's."""

    @abstractmethod
    def add(self, batch: Batch) -> None:
        """Store a new one with a `Making` that has made nothing. Raises Conflict when its id is taken."""
        ...

    @abstractmethod
    def get(self, library_id: LibraryId, batch_id: JobId) -> Batch: ...

    @abstractmethod
    def making(self, batch_id: JobId) -> Making:
        """Raises NotFound; so do all others where there is no such batch, or item, in the library."""
        ...

    @abstractmethod
    def put_items(self, items: Sequence[Item], making: Making, replaces: int) -> None:
        """Store new items (at most PAGE_ITEMS), or those of a requeuing in their next version, and how far it is now:
        all or nothing, and the counts with it. Numbers have no gaps: `made` is that of the next new item.

        Raises VersionMismatch when another making than `replaces` is stored, or another version of an item.
        """
        ...

    @abstractmethod
    def save_items(self, items: Sequence[Item]) -> None:
        """Store up to PAGE_ITEMS items of one batch, each in the place of the version before it, and the counts with
        them: all or nothing. Raises VersionMismatch."""
        ...

    @abstractmethod
    def item(self, library_id: LibraryId, batch_id: JobId, n: int) -> Item: ...

    @abstractmethod
    def open_items(self, batch_id: JobId, stripe: int, limit: int) -> tuple[Item, ...]:
        """Queued and running ones of the stripe, whether due or not, lowest number first, as they are now.

        One that was written in the moments before may be missing. Of a batch that is not there, none.
        """
        ...

    @abstractmethod
    def items(self, library_id: LibraryId, batch_id: JobId, query: ItemQuery) -> Page[Item]: ...

    @abstractmethod
    def counts(self, library_id: LibraryId, batch_id: JobId) -> Counts:
        """In no time, however many items there are."""
        ...

    @abstractmethod
    def active(self, library_id: LibraryId) -> tuple[JobId, ...]:
        """Batches that have been added and not been ended, oldest first."""
        ...

    @abstractmethod
    def end(self, library_id: LibraryId, batch_id: JobId) -> None:
        """No longer among the active ones. Ending it again changes nothing."""
        ...

    @abstractmethod
    def reopen(self, library_id: LibraryId, batch_id: JobId) -> None:
        """Among the active ones again."""
        ...

    @abstractmethod
    def remove(self, library_id: LibraryId, batch_id: JobId) -> None:
        """With all its items, which may take several writes; half done, it is done by doing it again. What is not
        there is removed already."""
        ...
