"""A crowd that asks for stretches leaves a child to those who send files, and threads to everybody."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.audio.isolated import IsolatedEngine
from adapters.audio.limits import EngineLimits
from adapters.audio.pool import Process
from adapters.audio.turns import Turns
from domain.errors import Unavailable
from domain.stretch import Excerpt, ExcerptFormat, Stretch
from tests import sounds

ASKED = Excerpt(Stretch(0.0, 0.5), ExcerptFormat.WAV, fade_in=False, fade_out=False)


class Crowd:
    """Threads that take a turn each, and keep it until they are let go."""

    def __init__(self, turns: Turns, threads: ThreadPoolExecutor) -> None:
        self._turns, self._threads = turns, threads
        self.let_go = threading.Event()
        self.inside = threading.Semaphore(0)

    def join(self) -> Callable[[], bool]:
        def work() -> bool:
            with self._turns.take():
                self.inside.release()
                return self.let_go.wait(10)

        return self._threads.submit(work).result


@contextmanager
def a_crowd(turns: Turns) -> Iterator[Crowd]:
    with ThreadPoolExecutor(8) as threads:
        crowd = Crowd(turns, threads)
        try:
            yield crowd
        finally:
            crowd.let_go.set()


def test_so_many_run_and_the_next_is_turned_away_at_once() -> None:
    turns = Turns(at_once=2, waiting=0, wait_seconds=60)
    with a_crowd(turns) as crowd:
        told = [crowd.join() for _ in range(2)]
        assert all(crowd.inside.acquire(timeout=10) for _ in told)
        with pytest.raises(Unavailable) as refused, turns.take():
            pass
        assert refused.value.retry_after >= 1
        crowd.let_go.set()
        assert all(result() for result in told)
    with turns.take():
        pass


def test_who_waits_is_served_when_one_has_ended_and_not_before() -> None:
    turns = Turns(at_once=1, waiting=1, wait_seconds=10)
    with a_crowd(turns) as crowd:
        first = crowd.join()
        assert crowd.inside.acquire(timeout=10)
        second = crowd.join()
        assert not crowd.inside.acquire(timeout=0.05)
        crowd.let_go.set()
        assert first()
        assert second()


def test_who_has_waited_long_enough_is_turned_away_and_leaves_the_place() -> None:
    turns = Turns(at_once=1, waiting=1, wait_seconds=0.01)
    with a_crowd(turns) as crowd:
        crowd.join()
        assert crowd.inside.acquire(timeout=10)
        for _ in range(3):
            with pytest.raises(Unavailable), turns.take():
                pass


def test_an_error_gives_the_turn_back() -> None:
    turns = Turns(at_once=1, waiting=0, wait_seconds=0)
    for _ in range(2):
        with pytest.raises(KeyError), turns.take():
            raise KeyError


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    path = tmp_path / "tone"
    path.write_bytes(sounds.tone_wav())
    return path


def test_of_several_children_one_is_left_to_those_who_send_files(
    tone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two children: one makes an excerpt, as long as it is let; a second excerpt has to wait, and a probe has not."""
    let_go, at_work = threading.Event(), threading.Event()
    call = Process.call

    def slow(self: Process, message: dict[str, object], *rest: object) -> object:
        if message["call"] == "excerpt":
            at_work.set()
            assert let_go.wait(30)
        return call(self, message, *rest)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(Process, "call", slow)
    limits = EngineLimits(requests_waiting=0)
    with IsolatedEngine(limits, children=2) as engine, ThreadPoolExecutor(1) as threads:
        first = threads.submit(engine.excerpt, tone, tmp_path, ASKED)
        try:
            assert at_work.wait(30)
            with pytest.raises(Unavailable):
                engine.excerpt(tone, tmp_path, ASKED)
            assert engine.probe(tone).codec == "pcm_s16le"
        finally:
            let_go.set()
        assert first.result().name == "excerpt.wav"


def test_nobody_waits_for_a_child_for_ever(tone: Path) -> None:
    with IsolatedEngine(EngineLimits(child_wait_seconds=0.05)) as engine:
        child = engine._pool._borrow()
        with pytest.raises(Unavailable, match="busy"):
            engine.probe(tone)
        engine._pool._give_back(child, keep=True)
        assert engine.probe(tone).codec == "pcm_s16le"
