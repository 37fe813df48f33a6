"""The worker, which kills itself at the point whose name is in the file that it is given, and removes the file.

Each line on stdin starts one, and each line on stdout says how one ended. They are forked from a process that has all
loaded and hear sound themselves: to load takes seconds, again and again.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dependency_injector import providers

import entrypoints.families.local  # noqa: F401 - so that it is loaded
from adapters.audio.engine import LibrosaEngine
from application.render import MEASURES
from domain.batch import Item, ItemStatus
from domain.job import Job, JobStatus
from domain.job_kind import JobKind, Lane
from domain.processing import Processing
from domain.step import Step
from entrypoints.container import Container
from entrypoints.settings import Settings
from entrypoints.worker import run_worker
from tests import sounds

Call = tuple[Any, ...]
"""The arguments of a call, by their place."""


@dataclass(frozen=True)
class Point:
    """The `count`-th call of the port's method that `fits`, since the point was set: before it, or after."""

    port: str
    method: str
    moment: str
    fits: Callable[[Call], bool] = lambda _call: True
    count: int = 1


def crew_runs(call: Call) -> bool:
    job: Job = call[0]
    return job.kind is JobKind.CREW and job.status is JobStatus.RUNNING


def item_is(status: ItemStatus) -> Callable[[Call], bool]:
    def fits(call: Call) -> bool:
        items: list[Item] = call[0]
        return items[0].status is status

    return fits


RUNNING, DONE = item_is(ItemStatus.RUNNING), item_is(ItemStatus.SUCCEEDED)

POINTS = {
    "the items are stored": Point("batches", "put_items", "after"),
    "a crew has been claimed": Point("jobs", "save", "after", crew_runs),
    "an item is on record as running": Point("batches", "save_items", "after", RUNNING, 7),
    "the engine is at work": Point("engine", "process", "within", count=13),
    "the result has been proven": Point("engine", "listen", "after", count=19),
    "the bytes of the result are stored": Point("blobs", "put", "after", count=24),
    "the result is on record": Point("renditions", "put", "after", count=29),
    "the end of an item is about to be stored": Point("batches", "save_items", "before", DONE, 34),
    "the end of an item is stored": Point("batches", "save_items", "after", DONE, 41),
    "the last item has ended": Point("batches", "save_items", "after", DONE, 50),
    "the batch has been woken": Point("queue", "send", "after", lambda call: call[1] is Lane.HEAVY),
    "the batch is no longer active": Point("batches", "end", "after"),
}


class Trap:
    """What is set in the file, and how often its call has been seen since."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._name = ""
        self._seen = 0

    def springs(self, port: str, method: str, moment: str, call: Call) -> bool:
        with self._lock:
            name = self._file.read_text() if self._file.exists() else ""
            if name != self._name:
                self._name, self._seen = name, 0
            point = POINTS.get(name)
            if point is None or (point.port, point.method, point.moment) != (port, method, moment):
                return False
            if not point.fits(call):
                return False
            self._seen += 1
            return self._seen == point.count

    def die(self) -> None:
        self._file.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


class Trapped:
    """A port, with a trap at each of its calls."""

    def __init__(self, name: str, port: Any, trap: Trap) -> None:
        self._name = name
        self._port = port
        self._trap = trap

    def __getattr__(self, method: str) -> Any:
        attribute = getattr(self._port, method)
        if not callable(attribute):
            return attribute

        def call(*args: Any, **more: Any) -> Any:
            if self._trap.springs(self._name, method, "before", args):
                self._trap.die()
            if self._trap.springs(self._name, method, "within", args):
                args = (*args[:-1], lambda _share, _stage: self._trap.die())  # progress
            result = attribute(*args, **more)
            if self._trap.springs(self._name, method, "after", args):
                self._trap.die()
            return result

        return call


def work(armed: Path) -> None:
    container = Container(Settings())
    container.adapters.engine.override(providers.Object(LibrosaEngine()))
    trap = Trap(armed)
    for port in sorted({point.port for point in POINTS.values()}):
        provider = getattr(container.adapters, port)
        provider.override(providers.Object(Trapped(port, provider(), trap)))
    run_worker(container)


def load() -> None:
    """What a worker loads when it does its first item."""
    engine, step = LibrosaEngine(), Step.of("gain", {"gain_db": 1})
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tone.wav"
        path.write_bytes(sounds.tone_wav(seconds=0.1))
        engine.process(path, Path(folder), Processing((step,), "tone-louder"), lambda _share, _stage: None)
        engine.listen(path, Path(folder), lambda _share, _stage: None, MEASURES)


def main(armed: Path) -> None:
    load()
    for _ in sys.stdin:
        worker = os.fork()
        if worker == 0:
            work(armed)
            os._exit(0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
