"""The loop that takes arrivals in, with its real thread, over the local family's folder."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from dependency_injector import providers

from adapters.audio.engine import LibrosaEngine
from adapters.audio.limits import EngineLimits
from adapters.local.arrivals import FolderArrivals
from adapters.system import SystemClock
from domain.errors import LeaseLost
from domain.listing import RecordingQuery
from domain.ports.arrivals import Arrival
from entrypoints.container import Container
from entrypoints.inbox import InboxLoop, inbox_of
from entrypoints.settings import Profile, Settings
from tests import sounds
from tests.e2e.service import until
from tests.faults import Faulty, raising

AT_ONCE = timedelta()


class Floor:
    def __init__(self, folder: Path) -> None:
        self.container = Container(Settings(profile=Profile.LOCAL, data_dir=folder, lease_seconds=0.3))
        self.container.adapters.engine.override(providers.Object(LibrosaEngine(EngineLimits())))
        self.library = self.container.use_cases.ensure_default_library()()
        self.inbox, self.refused = folder / "inbox", folder / "refused"
        self.arrivals = FolderArrivals(self.inbox, self.refused, SystemClock(), still_for=AT_ONCE)
        self.container.adapters.arrivals.override(providers.Object(self.arrivals))
        (self.inbox / "default").mkdir(parents=True)

    def names(self) -> list[str]:
        recordings = self.container.adapters.recordings()
        return [each.filename for each in recordings.search(self.library.id, RecordingQuery()).items]


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = Floor(tmp_path)
    yield floor
    floor.container.adapters.database().close()


@pytest.fixture
def loops() -> Iterator[list[InboxLoop]]:
    """Filled by the test with what it starts; stopped at its end."""
    started: list[InboxLoop] = []
    yield started
    for each in started:
        each.stop()
        each.join(10)


def test_files_that_are_put_into_the_folder_become_recordings(floor: Floor, loops: list[InboxLoop]) -> None:
    loops.append(inbox_of(floor.container))
    loops[0].start()
    (floor.inbox / "default" / "a.wav").write_bytes(sounds.tone_wav(0.2))
    (floor.inbox / "default" / "notes.txt").write_text("no sound")
    (floor.inbox / "default" / ".half.wav").write_bytes(b"RIFF")
    refused = floor.refused / "default" / "notes.txt"
    until(lambda: floor.names() == ["a.wav"] and refused.exists(), "taken in")
    until(lambda: [path.name for path in (floor.inbox / "default").iterdir()] == [".half.wav"], "removed")
    assert refused.read_text() == "no sound"
    assert "unsupported-media-type" in refused.with_name("notes.txt.reason.txt").read_text()


def test_what_fails_does_not_end_the_loop(
    floor: Floor, loops: list[InboxLoop], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrypoints.inbox.PAUSE_SECONDS", 0.01)
    (floor.inbox / "default" / "a.wav").write_bytes(sounds.tone_wav(0.2))
    libraries = floor.container.adapters.libraries()
    fails_once = Faulty(libraries, before=raising("find_by_name", RuntimeError("a fault of ours")))
    floor.container.adapters.libraries.override(providers.Object(fails_once))
    loops.append(inbox_of(floor.container))
    loops[0].start()
    until(lambda: floor.names() == ["a.wav"], "taken in by another try, once its visibility had ended")


def test_an_arrival_is_kept_while_it_is_worked_on(floor: Floor, loops: list[InboxLoop]) -> None:
    """It takes several times its visibility, and is taken once."""
    (floor.inbox / "default" / "a.wav").write_bytes(b"x")
    taken: list[Arrival] = []
    extended = threading.Event()

    def note(name: str, count: int) -> None:
        if name == "extend" and count == 4:
            extended.set()

    def take(arrival: Arrival) -> None:
        taken.append(arrival)
        assert extended.wait(30)
        assert floor.arrivals.receive(AT_ONCE, AT_ONCE) is None
        floor.arrivals.acknowledge(arrival)

    arrivals = Faulty(floor.arrivals, before=note)
    loop = InboxLoop(arrivals, take, timedelta(seconds=0.3))
    arrival = floor.arrivals.receive(AT_ONCE, timedelta(seconds=0.3))
    assert arrival is not None
    loop.handle(arrival)
    assert len(taken) == 1


def test_an_arrival_that_is_lost_is_worked_on_to_its_end(floor: Floor) -> None:
    (floor.inbox / "default" / "a.wav").write_bytes(b"x")
    lost = threading.Event()

    def lose(name: str, _count: int) -> None:
        if name == "extend":
            lost.set()
            raise LeaseLost("It is in other hands.")

    loop = InboxLoop(
        Faulty(floor.arrivals, before=lose),
        lambda _arrival: None if lost.wait(30) else pytest.fail("it was not kept"),
        timedelta(seconds=0.3),
    )
    arrival = floor.arrivals.receive(AT_ONCE, timedelta(seconds=0.3))
    assert arrival is not None
    loop.handle(arrival)


def test_a_loop_that_waits_stops_at_once(floor: Floor) -> None:
    loop = inbox_of(floor.container)
    loop.start()
    loop.stop()
    loop.join(5)
    assert not loop._thread.is_alive()
