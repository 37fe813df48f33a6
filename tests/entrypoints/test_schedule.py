"""The scheduler: tasks side by side, each once at a time."""

import threading
from collections import Counter

import pytest
from dependency_injector import providers

from domain.errors import NotFound, Unavailable
from entrypoints.container import Container
from entrypoints.schedule import Scheduler, run_tasks
from entrypoints.settings import Profile, Settings

PATIENCE = 20.0


def test_a_long_task_holds_up_no_other_and_is_not_started_twice() -> None:
    may_end, swept = threading.Event(), threading.Event()
    runs: Counter[str] = Counter()

    def long() -> dict[str, int]:
        runs["long"] += 1
        assert may_end.wait(PATIENCE)
        return {}

    def sweep() -> dict[str, int]:
        runs["sweep"] += 1
        swept.set()
        return {"rung": 1}

    scheduler = Scheduler({"long": long, "sweep": sweep}, lambda _name: True)
    for n in range(1, 4):
        swept.clear()
        scheduler.tick()
        assert swept.wait(PATIENCE)
        scheduler._running["sweep"].join()
        assert runs == {"long": 1, "sweep": n}
    may_end.set()
    scheduler.join(PATIENCE)
    scheduler.tick()
    scheduler.join(PATIENCE)
    assert runs["long"] == 2


def test_what_is_not_due_or_cannot_be_claimed_does_not_run() -> None:
    ran: list[str] = []

    def claim(name: str) -> bool:
        if name == "broken":
            raise RuntimeError("the store is away")
        return name == "due"

    def task(name: str) -> dict[str, int]:
        ran.append(name)
        raise RuntimeError("fails, and only for itself")

    names = ("broken", "later", "due")
    scheduler = Scheduler({name: lambda name=name: task(name) for name in names}, claim)  # type: ignore[misc]  # bound now
    scheduler.tick()
    scheduler.join(PATIENCE)
    assert ran == ["due"]


def test_the_grace_bounds_the_wait_for_a_task() -> None:
    may_end = threading.Event()
    scheduler = Scheduler({"long": lambda: {"waited": int(may_end.wait(PATIENCE))}}, lambda _name: True)
    scheduler.tick()
    scheduler.join(0.01)
    assert scheduler._running["long"].is_alive()
    may_end.set()
    scheduler.join(PATIENCE)


def test_jobs_that_are_run_together_do_not_hold_up_each_other() -> None:
    container = Container(Settings(profile=Profile.MEMORY))
    away = Unavailable("The store is away.")

    def broken() -> dict[str, int]:
        raise away

    container.use_cases.tasks.override(providers.Object({"broken": broken, "sweep": lambda: {"rung": 1}}))
    assert run_tasks(container, ["broken", "sweep"]) == ({"sweep": {"rung": 1}}, away)
    with pytest.raises(NotFound):
        run_tasks(container, ["sweep", "nonsense"])
    container.close()
