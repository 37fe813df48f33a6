"""The real web and worker, which kill themselves once, at a chosen call of a chosen port.

`CRASH_AT` is `port.method:before|after:count`. A marker in the data folder makes sure that it happens once: what is
started again afterwards runs through.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from dependency_injector import providers
from flask import Flask

from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.settings import Settings
from entrypoints.worker import run_worker
from tests.faults import Faulty


def crashing_container() -> Container:
    settings = Settings()
    container = Container(settings)
    point, moment, count = os.environ["CRASH_AT"].split(":")
    port, method = point.split(".")
    die = dying_at(method, int(count), settings.data_dir / "crashed")
    provider = getattr(container.adapters, port)
    real = provider()
    provider.override(providers.Object(Faulty(real, **{moment: die})))
    if port != "engine":
        container.start()
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


def web() -> Flask:
    return create_app(crashing_container())


if __name__ == "__main__":
    run_worker(crashing_container())
