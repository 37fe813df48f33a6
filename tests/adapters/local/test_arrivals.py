"""What is set aside in `refused/`: nothing is lost there, whatever its name."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.local.arrivals import FolderArrivals
from domain.errors import Unavailable
from tests.builders import FakeClock

NOW, MINUTE = timedelta(), timedelta(minutes=1)


class Folder:
    def __init__(self, root: Path) -> None:
        self.inbox, self.refused = root / "inbox", root / "refused"
        self.clock = FakeClock()
        self.arrivals = FolderArrivals(self.inbox, self.refused, self.clock, NOW)

    def refuse(self, name: str, content: str, reason: str) -> None:
        path = self.inbox / "default" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        self.bury(reason)

    def bury(self, reason: str) -> None:
        arrival = self.arrivals.receive(NOW, MINUTE)
        assert arrival is not None
        self.arrivals.bury(arrival, reason)

    def set_aside(self) -> dict[str, str]:
        """Content by name."""
        return {path.name: path.read_text(encoding="utf-8") for path in (self.refused / "default").iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_what_was_set_aside_before_stays_beside_another_of_its_name(folder: Folder) -> None:
    for n in ("one", "two", "three"):
        folder.refuse("a.wav", n, f"because {n}")
    assert folder.set_aside() == {
        "a.wav": "one",
        "a.wav.reason.txt": "because one\n",
        "a-2.wav": "two",
        "a-2.wav.reason.txt": "because two\n",
        "a-3.wav": "three",
        "a-3.wav.reason.txt": "because three\n",
    }


def test_a_place_whose_reason_somebody_took_away_is_not_free(folder: Folder) -> None:
    folder.refuse("a.wav", "one", "because")
    (folder.refused / "default" / "a.wav.reason.txt").unlink()
    folder.refuse("a.wav", "two", "because")
    assert {name: text for name, text in folder.set_aside().items() if name.endswith(".wav")} == {
        "a.wav": "one",
        "a-2.wav": "two",
    }


@pytest.mark.parametrize("name", ["a" * 251 + ".wav", "ü" * 125 + "b.wav", "a." + "b" * 253])
def test_a_name_as_long_as_can_be_has_room_for_its_reason(folder: Folder, name: str) -> None:
    assert len(name.encode()) == 255
    for n in ("one", "two"):
        folder.refuse(name, n, f"because {n}")
    kept = folder.set_aside()
    assert kept.pop(name) == "one"
    assert sorted(kept.values()) == ["because one\n", "because two\n", "two"]


def test_what_could_not_be_set_aside_arrives_again(folder: Folder) -> None:
    folder.refused.mkdir()
    in_the_way = folder.refused / "default"
    in_the_way.write_text("no folder", encoding="utf-8")
    with pytest.raises(Unavailable):
        folder.refuse("a.wav", "one", "because")
    in_the_way.unlink()
    folder.clock.advance(MINUTE)
    folder.bury("because")
    assert folder.set_aside() == {"a.wav": "one", "a.wav.reason.txt": "because\n"}


def test_what_is_gone_leaves_no_reason_behind(folder: Folder) -> None:
    folder.inbox.joinpath("default").mkdir(parents=True)
    folder.inbox.joinpath("default", "a.wav").write_text("one", encoding="utf-8")
    arrival = folder.arrivals.receive(NOW, MINUTE)
    assert arrival is not None
    shutil.rmtree(folder.inbox)
    folder.arrivals.bury(arrival, "because")
    assert folder.set_aside() == {}
