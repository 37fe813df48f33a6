"""The page of one recording: what the player is told, and what is said where there is nothing to play."""

import html
import json
import re
from typing import Any

import pytest

from domain.policy import Judgement, Verdict
from domain.recording import Status
from domain.values import Failure
from entrypoints.panel.listening import channel_names
from tests.builders import a_finding, a_recording, an_audio_format, an_entry
from tests.entrypoints.http.conftest import V1, Service
from tests.entrypoints.panel.conftest import Reader

HOSTILE = """'"><img src=x onerror=alert(1)></script>"""


def address(recording: dict[str, Any]) -> str:
    return f"/recordings/{recording['id']}"


def kept(service: Service, **changes: Any) -> dict[str, Any]:
    """A recording as the API shows it: ready, unless `changes` make it another one."""
    recording = a_recording(library_id=service.library_id, **changes)
    service.ports.recordings().add(recording, an_entry(library_id=recording.library_id))
    found: dict[str, Any] = service.admin.get(f"{V1}/recordings/{recording.id}").get_json()
    return found


def told(page: str) -> dict[str, Any]:
    """What the player's scripts get."""
    found = re.search(r"data-player='([^']*)'", page)
    assert found is not None
    player: dict[str, Any] = json.loads(html.unescape(found[1]))
    return player


def test_the_player_knows_what_it_plays_before_it_asks_for_anything(service: Service, viewer: Reader) -> None:
    audio = an_audio_format(channels=2, layout="stereo", duration_seconds=61.5)
    recording = kept(service, audio=audio, loudness_lufs=-23.5, findings=(a_finding(),))
    player = told(viewer.read(address(recording)))
    assert player["address"] == recording["links"]["self"]
    assert player["duration"] == 61.5
    assert player["rate"] == audio.sample_rate_hz
    assert player["channels"] == ["Left", "Right"]
    assert player["type"] == "audio/wav"
    assert player["loudness"] == -23.5
    assert player["findings"] == recording["findings"] != []


def test_it_can_be_listened_to_without_scripts(service: Service, viewer: Reader) -> None:
    recording = kept(service)
    page = viewer.read(address(recording))
    assert re.search(rf'<audio [^>]*controls[^>]* src="{recording["links"]["content"]}"', page)


def test_no_title_breaks_out_of_what_the_scripts_are_told(service: Service, viewer: Reader) -> None:
    page = viewer.read(address(kept(service, title=HOSTILE)))
    assert told(page)["title"] == HOSTILE
    assert "<img src=x" not in page


@pytest.mark.parametrize("what", ["data-may-write", 'id="mark"', 'id="region-dialog"', 'class="quiet small edit"'])
def test_regions_are_changed_by_those_who_may(service: Service, editor: Reader, viewer: Reader, what: str) -> None:
    recording = kept(service)
    assert what in editor.read(address(recording))
    assert what not in viewer.read(address(recording))


def test_what_is_not_heard_yet_says_so_and_waits(service: Service, viewer: Reader) -> None:
    page = viewer.read(address(kept(service, status=Status.PROCESSING, audio=None)))
    assert "It is being listened to" in page
    assert 'data-status="processing"' in page
    assert "data-player" not in page


def test_what_failed_gives_its_reason_and_what_can_be_done(service: Service, editor: Reader, viewer: Reader) -> None:
    failed = kept(service, status=Status.FAILED, audio=None, failure=Failure("empty-audio", "No sound <b>at all</b>."))
    page = editor.read(address(failed))
    assert "No sound &lt;b&gt;at all&lt;/b&gt;." in page
    assert 'id="retry"' in page
    assert failed["links"]["content"] in page
    assert 'id="retry"' not in viewer.read(address(failed))


def test_what_is_in_the_trash_is_not_played(service: Service, editor: Reader, viewer: Reader) -> None:
    recording = kept(service, status=Status.TRASHED, restore_to=Status.READY)
    assert "Restore it to listen" in editor.read(address(recording))
    assert "data-player" not in editor.read(address(recording))
    assert "Restore it to listen" not in viewer.read(address(recording))


def test_what_is_held_back_is_played_and_says_why(service: Service, viewer: Reader) -> None:
    judgement = Judgement(Verdict.QUARANTINE, ("Clipping for <2 s.",))
    recording = kept(service, status=Status.QUARANTINED, judgement=judgement)
    page = viewer.read(address(recording))
    assert "Held back" in page
    assert "Clipping for &lt;2 s." in page
    assert told(page)["id"] == recording["id"]


def test_what_was_rejected_is_played_too_since_it_may_be_released(service: Service, viewer: Reader) -> None:
    judgement = Judgement(Verdict.REJECT, ("All of it is silence.",))
    page = viewer.read(
        address(kept(service, status=Status.FAILED, analysis_key="a", judgement=judgement, failure=judgement.failure))
    )
    assert page.count("All of it is silence.") == 1
    assert told(page)["id"]


def test_nobody_sees_what_is_of_another_library(service: Service, viewer: Reader) -> None:
    assert viewer.get(address(service.stranger.recording())).status_code == 404


@pytest.mark.parametrize(
    ("layout", "channels", "names"),
    [
        ("mono", 1, ["Mono"]),
        ("5.1", 6, ["Left", "Right", "Centre", "LFE", "Back-L", "Back-R"]),
        (None, 3, ["Ch 1", "Ch 2", "Ch 3"]),
        ("7.1(wide)", 8, [f"Ch {n}" for n in range(1, 9)]),
    ],
)
def test_channels_have_names_where_somebody_said_what_they_are(
    layout: str | None, channels: int, names: list[str]
) -> None:
    assert channel_names(layout, channels) == names
