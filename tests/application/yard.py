"""Work that does nothing, and a house to do it in."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dependency_injector import providers

from application.item_work import Foreseen, Outcome
from domain.access import Actor
from domain.batch import Batch, Item, ItemStatus, Selection, Work
from domain.job import Job, JobStatus
from domain.parameter import Setting
from domain.ports.audio import Progress
from domain.ports.batches import ItemQuery
from domain.recording import Recording
from domain.values import JobId, RecordingId
from entrypoints.worker import Worker
from tests.application.conftest import House
from tests.builders import a_recording, an_entry


@dataclass
class Chore:
    """Work that does nothing but count what it was asked to do; `befall` is called with each item before that."""

    is_quick: bool = True
    befall: Callable[[Item], None] = lambda _item: None
    done: Counter[RecordingId] = field(default_factory=Counter)
    fences: list[str] = field(default_factory=list)

    def settled(self, actor: Actor, asked: Mapping[str, object]) -> dict[str, Setting]:
        return {name: str(value) for name, value in asked.items()}

    def foreseen(self, settings: Mapping[str, Setting], recording: Recording) -> Foreseen:
        return Foreseen(bytes_out=10)

    def __call__(self, batch: Batch, item: Item, fence: str, progress: Progress) -> Outcome:
        self.befall(item)
        progress(0.5, "halfway")
        self.done[item.recording_id] += 1
        self.fences.append(fence)
        return Outcome(result={"n": item.n}, audio_seconds=2.0)


class Yard:
    """A house with recordings and a chore."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.put(Chore())

    def put(self, chore: Chore, work: Work = Work.CHANGE) -> Chore:
        self.chore = chore
        self.house.use.works.override(providers.Object({work: chore}))
        self.house.forget_use_cases()
        return chore

    def recordings(self, count: int) -> tuple[RecordingId, ...]:
        made = [a_recording(library_id=self.house.admin.library_id) for _ in range(count)]
        for each in made:
            self.house.ports.recordings().add(each, an_entry(library_id=each.library_id, subject_id=each.id))
        return tuple(each.id for each in made)

    def start(self, selection: Selection, key: str | None = None) -> JobId:
        job: Job = self.house.use.start_batch()(self.house.editor, Work.CHANGE, {"tag": "dog"}, selection, key)
        return job.id

    def status(self, batch_id: JobId) -> JobStatus:
        return self.house.job(batch_id).status

    def counts(self, batch_id: JobId) -> dict[ItemStatus, int]:
        counts = self.house.ports.batches().counts(self.house.admin.library_id, batch_id)
        return dict(counts.by_status)

    def items(self, batch_id: JobId, status: ItemStatus | None = None) -> tuple[Item, ...]:
        items: tuple[Item, ...] = self.house.use.list_items()(
            self.house.viewer, batch_id, ItemQuery(status, limit=200)
        ).items
        return items

    def work_on(self, worker: Worker | None = None, rounds: int = 30) -> None:
        """Time passes, and the sweep rings."""
        for _ in range(rounds):
            self.house.work(worker)
            self.house.clock.advance(61)
            self.house.use.sweep()()
