"""The web and the worker, which kill themselves once, at a chosen call of a chosen port; and a process that forks them.

`CRASH_AT` is `port.method:before|after:count`. A marker in the data folder makes sure that it happens once: what is
started again afterwards runs through.

Each line on stdin is a question, each line on stdout its answer, both JSON (tests.e2e.nursery asks). The parts are
forked from a process that has all loaded, and hear sound themselves: to load takes seconds of CPU, again and again.
"""

import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gunicorn.workers.gthread  # noqa: F401 - so that it is loaded
from dependency_injector import providers
from flask import Flask
from gunicorn.app.wsgiapp import WSGIApplication

import entrypoints.families.local  # noqa: F401 - so that it is loaded
from adapters.audio.engine import LibrosaEngine
from domain.ports.world import Clock
from entrypoints.cli.serve import gunicorn_arguments, prepare
from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.processes import end_with_parent, stop_signal
from entrypoints.schedule import run_scheduler
from entrypoints.settings import Profile, Settings
from entrypoints.worker import run_worker
from tests import sounds
from tests.faults import Faulty

BEHIND = timedelta(seconds=15)


def crashing_container() -> Container:
    settings = Settings()
    container = Container(settings)
    container.adapters.engine.override(providers.Object(LibrosaEngine()))
    if "CRASH_AT" in os.environ:
        point, moment, count = os.environ["CRASH_AT"].split(":")
        port, method = point.split(".")
        die = dying_at(method, int(count), settings.data_dir / "crashed")
        provider = getattr(container.adapters, port)
        provider.override(providers.Object(Faulty(provider(), **{moment: die})))
    return container


def dying_at(method: str, count: int, marker: Path) -> Callable[[str, int], None]:
    def die(name: str, number: int) -> None:
        if (name, number) != (method, count):
            return
        try:
            marker.touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    return die


class LateClock(Clock):
    """What the web leaves half done is swept up once it is older than a request can be: here it is so at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now() - BEHIND


def web() -> Flask:
    container = crashing_container()
    container.adapters.clock.override(providers.Object(LateClock(container.adapters.clock())))
    container.start()
    return create_app(container)


def run_web() -> None:
    """Under gunicorn, which starts the process anew that killed itself."""
    sys.argv = ["gunicorn", "tests.e2e.crashing:web()", *gunicorn_arguments(Settings())[1:]]
    WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]").run()


def run_scheduler_alone() -> None:
    container = Container(Settings())
    run_scheduler(container, stop_signal())
    container.close()


PARTS: Mapping[str, Callable[[], object]] = {
    "prepare": lambda: prepare(Settings()),
    "web": run_web,
    "worker": lambda: run_worker(crashing_container()),
    "scheduler": run_scheduler_alone,
}


def start(part: str, environment: dict[str, str], log: str) -> int:
    """The id of the process."""
    pid = os.fork()
    if pid:
        return pid
    code: object = 1
    try:
        end_with_parent()
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.environ.update(environment)
        PARTS[part]()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException:  # noqa: BLE001 - it must not get to the code of the process that it was forked from
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def how_it_ended(pid: int) -> int | None:
    """None while it runs."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def load() -> None:
    """What a web and a worker load when they meet their first recording."""
    engine = LibrosaEngine()
    create_app(Container(Settings(profile=Profile.MEMORY)))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tone.wav"
        path.write_bytes(sounds.tone_wav(seconds=0.5))
        engine.probe(path)
        engine.listen(path, Path(folder), lambda _share, _stage: None)
        engine.preview(path, Path(folder), lambda _share, _stage: None)
    gc.collect()
    gc.freeze()  # a collector that walks through what is shared would make it each one's own


def main() -> None:
    load()
    for line in sys.stdin:
        question: dict[str, Any] = json.loads(line)
        answer = how_it_ended(question["pid"]) if "pid" in question else start(**question)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
