"""What batches leave behind that were cut off at their start, or given up before all of their items were made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from domain.batch import FORGOTTEN_AFTER
from domain.blob_keys import tables_prefix
from domain.ports.access import Libraries
from domain.ports.batches import Batches
from domain.ports.blobs import Blobs
from domain.ports.work import Jobs
from domain.ports.world import Clock
from domain.values import LibraryId

TABLES_KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True)
class RemoveLeftovers:
    libraries: Libraries
    batches: Batches
    jobs: Jobs
    blobs: Blobs
    clock: Clock

    def __call__(self) -> Mapping[str, int]:
        libraries = self.libraries.all()
        return {
            "batches_removed": sum(self._remove_batches(library.id) for library in libraries),
            "tables_removed": sum(self._remove_tables(library.id) for library in libraries),
        }

    def _remove_batches(self, library_id: LibraryId) -> int:
        """Those that never had a job: nobody was told of them."""
        active = [self.batches.get(library_id, batch_id) for batch_id in self.batches.active(library_id)]
        old = [batch for batch in active if self.clock.now() - batch.created_at > FORGOTTEN_AFTER]
        forgotten = [batch for batch in old if self.jobs.find(batch.id) is None]
        for batch in forgotten:
            self.batches.remove(library_id, batch.id)
        return len(forgotten)

    def _remove_tables(self, library_id: LibraryId) -> int:
        before = self.clock.now() - TABLES_KEPT_FOR
        old = [blob for blob in self.blobs.list(tables_prefix(library_id)) if blob.modified_at < before]
        for blob in old:
            self.blobs.delete(blob.key)
        return len(old)
