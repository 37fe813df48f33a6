"""One item of a batch, or a group of quick ones: done, postponed, or failed with a reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from application.item_work import ItemWork
from application.settling import Verdict, WorkerStops
from domain.batch import Batch, Item, ItemStatus, Work
from domain.errors import LeaseLost, VersionMismatch
from domain.ports.audio import Progress
from domain.ports.batches import Batches
from domain.ports.world import Clock, Ids
from domain.values import Failure


class BatchCancelled(Exception):
    """Raised inside an item whose batch has been cancelled: it is left as it was."""


@dataclass(frozen=True)
class DoItems:
    """Every item that is given comes to an end, or is queued for another try. One that somebody else has changed
    meanwhile is theirs. Raises LeaseLost, WorkerStops and BatchCancelled as `progress` does, and what the store raises.
    """

    batches: Batches
    works: Mapping[Work, ItemWork]
    verdict_of: Callable[[Exception], Verdict]
    failure_of: Callable[[Exception], Failure]
    clock: Clock
    ids: Ids

    def one(self, batch: Batch, item: Item, progress: Progress) -> None:
        """On record as running before it is begun, so that one that takes its worker with it is found out."""
        if item.is_poison:
            self._save([self._given_up(item)])
            return
        started = item.started(self.clock.now())
        if not self._save([started]):
            return
        try:
            done = self._done(batch, started, progress)
        except (WorkerStops, BatchCancelled):
            self._save([started.handed_back(self.clock.now())])
            raise
        self._save([done])

    def group(self, batch: Batch, items: Sequence[Item], progress: Progress) -> None:
        """For work of no more than a few writes: stored once, with all of them done. What is cut off is done again."""
        done: list[Item] = []
        try:
            for item in items:
                progress(0.0, "")
                tried = replace(item, attempts=item.attempts + 1)
                done.append(self._given_up(item) if item.is_poison else self._done(batch, tried, progress))
        finally:
            if done:
                self._save(done)

    def _done(self, batch: Batch, item: Item, progress: Progress) -> Item:
        began = self.clock.now()
        # Orders among all who write results, whatever made them: the latest try of anything has the greatest.
        fence = f"{self.ids.next()}:{item.attempts:06d}"
        try:
            outcome = self.works[batch.work](batch, item, fence, progress)
        except (WorkerStops, BatchCancelled):
            raise
        except Exception as error:  # noqa: BLE001 - the table of verdicts knows what every error means
            if isinstance(error, LeaseLost):
                progress(0.0, "")  # raises where it is the crew's own lease; else the recording is gone
            return self._failed(item, error, (self.clock.now() - began).total_seconds())
        now = self.clock.now()
        return item.ended(
            outcome.status,
            now,
            result=outcome.result,
            before=outcome.before,
            failure=outcome.failure,
            audio_seconds=outcome.audio_seconds,
            busy_seconds=(now - began).total_seconds(),
        )

    def _given_up(self, item: Item) -> Item:
        return item.ended(ItemStatus.FAILED, self.clock.now(), failure=item.failure or _lost(item))

    def _failed(self, item: Item, error: Exception, busy_seconds: float) -> Item:
        failure, now = self.failure_of(error), self.clock.now()
        if self.verdict_of(error) is Verdict.RETRY and not item.is_poison:
            return item.postponed(failure, now)
        return item.ended(ItemStatus.FAILED, now, failure=failure, busy_seconds=busy_seconds)

    def _save(self, items: Sequence[Item]) -> bool:
        try:
            self.batches.save_items(items)
        except VersionMismatch:
            return False
        return True


def _lost(item: Item) -> Failure:
    return Failure(
        "worker-lost", f"The worker was lost in each of {item.attempts} tries. Look at its log, then retry the batch."
    )
