from pathlib import Path

from application.importing import Outcome
from domain.errors import Unavailable
from tests.application.conftest import House
from tests.faults import Faulty, raising


def test_a_file_is_added_once(house: House, tone: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    path.write_bytes(tone)
    run = house.use.import_file()
    assert run(house.admin, path, "audio/wav", dry_run=True).outcome is Outcome.ADDED
    assert house.blob_keys() == []
    added = run(house.admin, path, "audio/wav")
    again = run(house.admin, path, "audio/wav")
    assert (added.outcome, again.outcome) == (Outcome.ADDED, Outcome.SKIPPED)
    assert added.recording_id == again.recording_id
    assert run(house.admin, path, "audio/wav", dry_run=True).outcome is Outcome.SKIPPED


def test_what_is_no_sound_is_ignored_unless_its_name_says_that_it_is(house: House, tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_text("these are notes")
    run = house.use.import_file()
    assert run(house.admin, path, None).outcome is Outcome.IGNORED
    refused = run(house.admin, path, "audio/mpeg")
    assert refused.outcome is Outcome.REFUSED
    assert refused.failure is not None
    assert refused.failure.code == "unsupported-media-type"


def test_a_file_that_cannot_be_read_is_refused_with_the_reason(house: House, tmp_path: Path) -> None:
    gone = house.use.import_file()(house.admin, tmp_path / "gone.wav", "audio/wav")
    assert gone.outcome is Outcome.REFUSED
    assert gone.failure is not None
    assert gone.failure.code == "unreadable-file"


def test_a_fault_that_passes_is_an_outcome_like_others(house: House, tone: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    path.write_bytes(tone)
    house.replace("recordings", Faulty(house.ports.recordings(), before=raising("add", Unavailable("busy"))))
    refused = house.use.import_file()(house.admin, path, "audio/wav")
    assert refused.failure is not None
    assert refused.failure.code == "unavailable"
    assert house.use.import_file()(house.admin, path, "audio/wav").outcome is Outcome.ADDED
