"""A batch of work that does nothing, in a process of its own: `python -m benchmarks.idle memory|local ITEMS FOLDER
quick|slow` tells what it took, as JSON."""

import json
import resource
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dependency_injector import providers

from application.item_work import Foreseen, Outcome
from benchmarks.programs import peak_mib, reset_peak
from domain.access import Actor, Role
from domain.batch import Batch, Item, Selection, Work
from domain.parameter import Setting
from domain.ports.audio import Progress
from domain.recording import Recording
from domain.values import JobId, LibraryId
from entrypoints.container import Container
from entrypoints.settings import Profile, Settings
from entrypoints.worker import worker_of
from tests.builders import a_recording, an_entry

LOOK_EVERY_SECONDS = 0.05


@dataclass(frozen=True)
class Nothing:
    """Quick work is done in groups, and stored once for fifty; other work an item at a time, stored twice."""

    is_quick: bool

    def settled(self, actor: Actor, asked: Mapping[str, object]) -> dict[str, Setting]:
        return {}

    def foreseen(self, settings: Mapping[str, Setting], recording: Recording) -> Foreseen:
        return Foreseen()

    def __call__(self, batch: Batch, item: Item, fence: str, progress: Progress) -> Outcome:
        return Outcome()


def measured(profile: Profile, count: int, folder: Path, *, is_quick: bool) -> dict[str, float]:
    """Seconds from the start of the batch until the first item had ended, all were made, and all had ended. MiB of this
    process when the recordings were there, and how many more it had at its peak."""
    container = Container(Settings(profile=profile, data_dir=folder))
    container.use_cases.works.override(providers.Object({Work.CHANGE: Nothing(is_quick)}))
    library, _ = container.use_cases.prepare_access()(None)
    actor = Actor(library.id, "key:admin", Role.ADMIN)
    _fill(container.adapters, actor, count)
    worker = worker_of(container)
    worker.start()
    before, cpu, start = reset_peak(), _cpu_seconds(), time.perf_counter()
    job_id = container.use_cases.start_batch()(actor, Work.CHANGE, {}, Selection(query={})).id
    told = _watched(container.adapters, library.id, job_id, start)
    told |= {"cpu": _cpu_seconds() - cpu, "before": before, "more": peak_mib() - before}
    counts = container.adapters.batches().counts(library.id, job_id)
    assert counts.ended == counts.total == count, counts
    worker.stop(grace_seconds=0)
    container.close()
    return told


def _fill(ports: Any, actor: Actor, count: int) -> None:
    if "database" in ports.providers:
        with ports.database().reading() as connection:
            connection.execute("PRAGMA synchronous = OFF")  # of this thread alone, which only fills
    for _ in range(count):
        ports.recordings().add(a_recording(library_id=actor.library_id), an_entry())


def _watched(ports: Any, library_id: LibraryId, job_id: JobId, start: float) -> dict[str, float]:
    batches, told = ports.batches(), dict[str, float]()
    while not ports.jobs().find(job_id).is_settled:
        now = time.perf_counter() - start
        if "first" not in told and batches.counts(library_id, job_id).ended:
            told["first"] = now
        if "made" not in told and batches.making(job_id).complete:
            told["made"] = now
        time.sleep(LOOK_EVERY_SECONDS)
    ended = time.perf_counter() - start
    return {"first": ended, "made": ended, **told, "ended": ended}


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    profile, items, place, sort = sys.argv[1:]
    print(json.dumps(measured(Profile(profile), int(items), Path(place), is_quick=sort == "quick")))
