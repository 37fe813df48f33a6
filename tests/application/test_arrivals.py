"""What is put into the inbox becomes a recording, once."""

from datetime import timedelta
from typing import Any

import pytest
from dependency_injector import providers

from adapters.aws.queues import INBOX_MAX_RECEIVES
from adapters.memory.arrivals import INBOX
from application.arrivals import AGAIN_AFTER, again_after
from domain.errors import NotFound, Unavailable
from domain.listing import RecordingQuery
from domain.ports.access import AuditQuery
from domain.ports.arrivals import Arrival
from domain.recording import Recording, Status
from domain.values import Failure, LibraryId
from tests import sounds
from tests.application.conftest import House
from tests.faults import Faulty, raising

NOW, MINUTE = timedelta(), timedelta(minutes=1)


class Door:
    """The inbox of the house, and somebody who takes in what lies there."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.objects: Any = house.ports.sources()
        self.inbox: Any = house.ports.arrivals()

    def put(self, name: str, content: bytes) -> str:
        self.objects.put(INBOX + name, content)
        return INBOX + name

    def take(self) -> int:
        """How many arrivals there were."""
        taken = 0
        while arrival := self.inbox.receive(NOW, MINUTE):
            self.house.use.take_arrival()(arrival)
            taken += 1
        return taken

    def left(self) -> list[str]:
        return [found.url.removeprefix(INBOX) for found in self.objects.list(INBOX)]

    def recordings(self, library_id: LibraryId | None = None) -> list[Recording]:
        library_id = library_id or self.house.admin.library_id
        return list(self.house.ports.recordings().search(library_id, RecordingQuery()).items)


@pytest.fixture
def door(house: House) -> Door:
    return Door(house)


def test_an_arrival_becomes_a_recording_that_is_heard_and_leaves_the_inbox(door: Door, tone: bytes) -> None:
    url = door.put("default/takes/A dog.wav", tone)
    assert door.take() == 1
    (recording,) = door.recordings()
    assert (recording.filename, recording.status) == ("A dog.wav", Status.PROCESSING)
    assert recording.source is not None
    assert recording.source.url == url
    assert door.left() == []
    door.house.work()
    assert door.house.recording(recording.id).status is Status.READY
    entries = door.house.use.search_audit()(door.house.admin, AuditQuery(subject_id=recording.id)).items
    assert ("recording.create", "system:inbox") in {(entry.action, entry.actor) for entry in entries}


def test_it_goes_to_the_library_that_its_place_names(door: Door, tone: bytes) -> None:
    voices = door.house.use.create_library()("voices")
    door.put("voices/a.wav", tone)
    door.put("default/a.wav", tone)
    assert door.take() == 2
    assert [each.library_id for each in door.recordings(voices.id)] == [voices.id]
    assert len(door.recordings()) == 1


def test_the_same_bytes_again_are_acknowledged_and_nothing_is_new(door: Door, tone: bytes) -> None:
    door.put("default/a.wav", tone)
    door.take()
    door.put("default/a.wav", tone)
    door.put("default/b.wav", tone)
    assert door.take() == 2
    assert len(door.recordings()) == 1
    assert door.left() == []
    assert door.inbox.refused == {}


def test_what_is_told_of_twice_and_is_gone_is_taken(door: Door, tone: bytes) -> None:
    door.put("default/a.wav", tone)
    arrival = door.inbox.receive(NOW, MINUTE)
    for _ in range(2):
        door.house.use.take_arrival()(arrival)
    assert len(door.recordings()) == 1
    assert door.inbox.refused == {}


def test_a_worker_that_dies_before_the_object_is_removed_is_followed_by_one_that_removes_it(
    door: Door, tone: bytes
) -> None:
    door.put("default/a.wav", tone)
    door.house.replace("arrivals", Faulty(door.inbox, before=raising("remove", RuntimeError("dies"))))
    with pytest.raises(RuntimeError):
        door.take()
    door.house.clock.advance(MINUTE)
    assert door.take() == 1
    assert len(door.recordings()) == 1
    assert door.left() == []


def test_another_sound_under_the_same_name_is_another_recording(door: Door) -> None:
    keep(door)
    for hz in (300.0, 400.0):
        door.put("default/a.wav", sounds.tone_wav(0.2, hz=hz))
        assert door.take() == 1
    newer, older = sorted(door.recordings(), key=lambda each: each.id, reverse=True)
    assert newer.source is not None
    assert newer.source.replaces == older.id


def keep(door: Door) -> None:
    door.house.use.keep_arrivals.override(providers.Object(True))
    door.house.forget_use_cases()


def test_what_is_kept_is_read_once(door: Door, tone: bytes) -> None:
    keep(door)
    door.put("default/a.wav", tone)
    arrival = door.inbox.receive(NOW, MINUTE)
    door.house.use.take_arrival()(arrival)
    assert door.left() == ["default/a.wav"]
    assert door.take() == 0
    unreadable = Faulty(door.objects, before=raising("read", AssertionError("read again")))
    door.house.replace("sources", unreadable)
    door.house.use.take_arrival()(arrival)  # told of again, as by a worker that was started anew
    assert len(door.recordings()) == 1


@pytest.mark.parametrize("kept", [False, True])
def test_what_is_put_there_again_after_its_recording_has_failed_is_another(door: Door, tone: bytes, kept: bool) -> None:
    if kept:
        keep(door)
    url = door.put("default/a.wav", tone)
    arrival = door.inbox.receive(NOW, MINUTE)
    door.house.use.take_arrival()(arrival)
    (first,) = door.recordings()
    broken = Failure("broken", "It broke.")
    door.house.use.change_recording()(
        door.house.admin, first.id, "recording.fail", lambda now_is, now: now_is.failed(broken, now)
    )
    if kept:
        door.house.use.take_arrival()(arrival)  # told of twice, and not put there again
        assert len(door.recordings()) == 1
    door.house.clock.advance(MINUTE)
    door.put("default/a.wav", tone)
    door.house.use.take_arrival()(Arrival("default", url, "another"))
    assert {each.status for each in door.recordings()} == {Status.FAILED, Status.PROCESSING}
    assert bool(door.left()) is kept


def test_a_library_that_is_not_there_is_a_reason_to_be_set_aside(door: Door, tone: bytes) -> None:
    url = door.put("elsewhere/a.wav", tone)
    assert door.take() == 1
    assert door.inbox.refused == {url: "not-found: There is no library 'elsewhere'."}
    assert door.left() == ["elsewhere/a.wav"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("broken.mp3", sounds.text_file(), "unsupported-media-type"),
        ("notes.txt", b"not a sound", "unsupported-media-type"),
        ("empty.wav", sounds.tone_wav(0.0), "empty-audio"),
        ("nothing.wav", b"", "empty-audio"),
    ],
)
def test_what_is_no_usable_sound_is_set_aside_with_the_reason(door: Door, name: str, content: bytes, code: str) -> None:
    url = door.put(f"default/{name}", content)
    assert door.take() == 1
    assert door.recordings() == []
    assert door.inbox.refused[url].startswith(f"{code}: ")
    assert door.house.blob_keys() == []
    door.house.clock.advance(timedelta(days=1))
    assert door.take() == 0


@pytest.mark.parametrize(
    ("port", "method"),
    [("blobs", "put"), ("sources", "read"), ("recordings", "add"), ("recordings", "find_by_content")],
)
def test_a_store_that_is_away_is_asked_again_later(door: Door, tone: bytes, port: str, method: str) -> None:
    door.put("default/a.wav", tone)
    real = getattr(door.house.ports, port)()
    door.house.replace(port, Faulty(real, before=raising(method, Unavailable("away"))))
    assert door.take() == 1
    assert (door.recordings(), door.left(), door.inbox.refused) == ([], ["default/a.wav"], {})
    door.house.clock.advance(AGAIN_AFTER)
    assert door.take() == 1
    assert len(door.recordings()) == 1


def test_an_arrival_whose_recording_was_made_and_the_answer_lost_is_kept_and_heard(door: Door, tone: bytes) -> None:
    door.put("default/a.wav", tone)
    recordings = door.house.ports.recordings()
    door.house.replace("recordings", Faulty(recordings, after=raising("add", Unavailable("no answer"))))
    assert door.take() == 1
    door.house.clock.advance(AGAIN_AFTER)
    assert door.take() == 1
    door.house.use.sweep()()
    door.house.work()
    (recording,) = door.recordings()
    assert recording.status is Status.READY
    assert b"".join(door.house.ports.blobs().get(recording.blob_key)) == tone
    assert door.left() == []


def test_what_lies_in_the_inbox_is_not_removed_when_it_is_all_that_is_left(door: Door, tone: bytes) -> None:
    door.house.ports.blobs().delete(door.house.send(tone).blob_key)
    url = door.put("default/a.wav", tone)
    assert door.take() == 1
    assert door.left() == ["default/a.wav"]
    assert door.inbox.refused[url].startswith("corrupt-blob: ")


def test_while_a_store_is_away_it_is_asked_ever_more_rarely_and_nothing_is_set_aside(door: Door, tone: bytes) -> None:
    def away(name: str, _count: int) -> None:
        if name == "find_by_name":
            raise Unavailable("away")

    door.put("default/a.wav", tone)
    libraries = door.house.ports.libraries()
    door.house.replace("libraries", Faulty(libraries, before=away))
    for seconds in (30, 60, 120, 240, 480, 900, 900):
        assert door.take() == 1
        door.house.clock.advance(seconds - 1)
        assert door.take() == 0
        door.house.clock.advance(1)
    door.house.replace("libraries", libraries)
    assert door.take() == 1
    assert (len(door.recordings()), door.inbox.refused) == (1, {})


def test_an_arrival_outlives_eleven_hours_of_trouble() -> None:
    tries = range(1, INBOX_MAX_RECEIVES)
    assert sum((again_after(receives) for receives in tries), timedelta()) > timedelta(hours=11)


def test_an_object_that_changes_while_it_is_read_is_taken_later(door: Door, tone: bytes) -> None:
    url = door.put("default/a.wav", sounds.tone_wav(0.2))
    arrival = door.inbox.receive(NOW, MINUTE)

    def change(name: str, _count: int) -> None:
        if name == "read":
            door.put("default/a.wav", tone)

    door.house.replace("sources", Faulty(door.objects, before=change))
    door.house.use.take_arrival()(arrival)
    assert (door.recordings(), door.left()) == ([], ["default/a.wav"])
    door.house.replace("sources", door.objects)
    door.house.clock.advance(AGAIN_AFTER)
    assert door.take() == 1
    (recording,) = door.recordings()
    assert recording.size_bytes == len(tone)
    with pytest.raises(NotFound):
        door.objects.find(url)


def test_what_lies_in_the_inbox_is_nothing_to_be_tidied_away(house: House) -> None:
    """Not even where a library's name makes its keys look like a recording's."""
    house.ports.blobs().put("inbox/recordings/takes/a.wav", [b"x"])
    house.clock.advance(timedelta(days=2))
    assert house.use.reconcile_blobs()()["orphans_deleted"] == 0
    assert house.blob_keys() == ["inbox/recordings/takes/a.wav"]
