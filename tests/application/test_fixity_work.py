"""Scrubs: one bit in a file on the disk is found, told of once, and found mended."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.local.blobs import FileBlobs
from application.fixity_work import ALARM, FixityWork
from application.item_work import Outcome
from domain.batch import Batch, Item, ItemStatus, Selection, Work
from domain.errors import Invalid, Unavailable
from domain.fixity import REMEMBERED_FOR, FixityStatus
from domain.ports.access import AuditQuery
from domain.recording import Recording, Status
from domain.values import JobId, RecordingId
from tests import sounds
from tests.application.conftest import House
from tests.builders import NOON
from tests.faults import Faulty, raising


class Scrub:
    """Of originals that are files in a folder."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house, self.folder = house, folder
        house.replace("blobs", FileBlobs(folder))
        self.recording = house.send(sounds.tone_wav(seconds=0.5))
        house.work()
        self.file = folder / self.recording.blob_key

    def __call__(self, recording_id: RecordingId | None = None) -> Outcome:
        library = self.house.admin.library_id
        batch = Batch(JobId("batch-1"), library, Work.FIXITY, {}, Selection(query={}), NOON, "key:1")
        item = Item(batch.id, library, 0, recording_id or self.recording.id, NOON, NOON)
        work: FixityWork = self.house.use.fixity_work()
        return work(batch, item, "fence", lambda share, stage: None)

    def flip_a_bit(self, at: int = 1000) -> None:
        content = bytearray(self.file.read_bytes())
        content[at] ^= 0b0000_1000
        self.file.write_bytes(content)

    @property
    def stored(self) -> Recording:
        return self.house.recording(self.recording.id)

    @property
    def events(self) -> list[str]:
        return [event.kind for event in self.house.ports.events().since(self.house.admin.library_id, "0")]

    @property
    def entries(self) -> int:
        query = AuditQuery(action="recording.fixity", subject_id=self.recording.id)
        return len(self.house.use.search_audit()(self.house.admin, query).items)


@pytest.fixture
def scrub(house: House, tmp_path: Path) -> Scrub:
    return Scrub(house, tmp_path)


def test_an_intact_original_is_said_to_be(scrub: Scrub) -> None:
    told = len(scrub.events)
    updated_at = scrub.stored.updated_at
    scrub.house.clock.advance(60)
    outcome = scrub()
    assert outcome == Outcome(
        ItemStatus.SUCCEEDED, {"fixity": "intact", "sha256": scrub.recording.sha256}, audio_seconds=0.5
    )
    assert scrub.stored.fixity is not None
    assert scrub.stored.fixity.status is FixityStatus.INTACT
    assert scrub.stored.updated_at == updated_at
    assert len(scrub.events) == told


def test_scrubs_of_what_stays_intact_write_once_in_a_while(scrub: Scrub) -> None:
    for _ in range(3):
        scrub()
        scrub.house.clock.advance(timedelta(days=30))
    assert scrub.entries == 1
    scrub.house.clock.advance(REMEMBERED_FOR)
    scrub()
    assert scrub.entries == 2


def test_one_flipped_bit_is_found(scrub: Scrub, caplog: pytest.LogCaptureFixture) -> None:
    scrub()
    scrub.flip_a_bit()
    with caplog.at_level(logging.ERROR):
        outcome = scrub()
    assert (outcome.status, outcome.result["fixity"]) == (ItemStatus.FAILED, "damaged")
    assert outcome.failure is not None
    assert outcome.failure.code == "corrupt-blob"
    fixity = scrub.stored.fixity
    assert fixity is not None
    assert (fixity.status, fixity.sha256) == (FixityStatus.DAMAGED, outcome.result["sha256"])
    assert fixity.sha256 != scrub.recording.sha256
    assert scrub.stored.status is Status.READY
    assert scrub.events[-2:] == ["recording.changed", "recording.damaged"]
    (alarm,) = [record for record in caplog.records if record.getMessage() == ALARM]
    assert vars(alarm)["recording_id"] == scrub.recording.id


@pytest.mark.parametrize("at", [0, -1])
def test_no_byte_is_left_out(scrub: Scrub, at: int) -> None:
    scrub.flip_a_bit(at)
    assert scrub().result["fixity"] == "damaged"


def test_damage_is_told_of_once_and_its_end(scrub: Scrub) -> None:
    whole = scrub.file.read_bytes()
    scrub.flip_a_bit()
    scrub()
    scrub()
    assert scrub.events.count("recording.damaged") == 1
    scrub.file.write_bytes(whole)
    assert scrub().status is ItemStatus.SUCCEEDED
    assert scrub.stored.fixity is not None
    assert scrub.stored.fixity.status is FixityStatus.INTACT
    assert (scrub.entries, scrub.events[-1]) == (2, "recording.changed")


def test_a_missing_original_is_found(scrub: Scrub) -> None:
    scrub.file.unlink()
    outcome = scrub()
    assert (outcome.status, outcome.result) == (ItemStatus.FAILED, {"fixity": "missing", "sha256": None})


def test_what_was_misread_once_is_not_damaged(scrub: Scrub) -> None:
    class Misread:
        """Hands out a wrong byte the first time."""

        def __init__(self, blobs: Any) -> None:
            self._blobs, self._reads = blobs, 0

        def get(self, key: str) -> Iterator[bytes]:
            self._reads += 1
            yield from [b"\0", *self._blobs.get(key)] if self._reads == 1 else self._blobs.get(key)

    scrub.house.replace("blobs", Misread(scrub.house.ports.blobs()))
    assert scrub().result["fixity"] == "intact"


def test_a_store_that_does_not_answer_damages_nothing(scrub: Scrub) -> None:
    scrub.house.replace("blobs", Faulty(scrub.house.ports.blobs(), before=raising("get", Unavailable("Away."))))
    with pytest.raises(Unavailable):
        scrub()
    assert scrub.stored.fixity is None


def test_what_is_gone_for_good_is_passed_over(scrub: Scrub) -> None:
    assert scrub(RecordingId("gone")) == Outcome(ItemStatus.SKIPPED)


def test_it_takes_no_parameters(house: House) -> None:
    assert house.use.fixity_work().settled(house.editor, {}) == {}
    with pytest.raises(Invalid):
        house.use.fixity_work().settled(house.editor, {"share": 0.5})
