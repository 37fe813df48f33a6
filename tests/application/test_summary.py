"""How a library stands, in a few numbers."""

from domain.recording import Status
from tests.application.conftest import House
from tests.builders import NOON, a_recording, an_audio_format, an_entry


def test_hours_and_bytes_are_of_what_is_not_in_the_trash(house: House) -> None:
    library_id = house.admin.library_id
    hour = an_audio_format(duration_seconds=3600.0)
    for status in (Status.READY, Status.READY, Status.FAILED, Status.TRASHED):
        stored = a_recording(library_id=library_id, status=status, audio=hour, size_bytes=5, created_at=NOON)
        house.ports.recordings().add(stored, an_entry(library_id=library_id))
    summary = house.use.summarise()(house.viewer)
    assert {status: count for status, count in summary.recordings.items() if count} == {
        "ready": 2,
        "failed": 1,
        "trashed": 1,
    }
    assert (summary.hours, summary.size_bytes) == (3.0, 15)
