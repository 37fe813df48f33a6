"""A recipe is tried on an excerpt, and results say where they come from."""

from typing import Any

import pytest

from domain.recording import Recording
from tests import sounds
from tests.builders import an_audio_format, put_ready
from tests.entrypoints.http.conftest import V1, Api, Service, got, problem

RATE, SECONDS = 16_000, 2.0
SOUND = sounds.joined(sounds.tone(1.0, RATE, 1, dbfs=-30.0), sounds.tone(1.0, RATE, 1, dbfs=-20.0))
QUIET = {"steps": [{"step": "gain", "gain_db": -6}, {"step": "transcode", "format": "flac"}]}


@pytest.fixture
def ready(service: Service) -> Recording:
    audio = an_audio_format(sample_rate_hz=RATE, channels=1, duration_seconds=SECONDS)
    return put_ready(service.ports, service.admin.library_id, sounds.encoded("wav", SOUND, RATE), audio)


def preview(api: Api, recording: Recording, **asked: Any) -> Any:
    return api.post(f"{V1}/recordings/{recording.id}/recipe-previews", json=asked)


def test_a_preview_is_measured_before_and_after_and_can_be_heard(service: Service, ready: Recording) -> None:
    answer = preview(service.editor, ready, **QUIET, start=1, seconds=1)
    assert answer.status_code == 200, answer.text
    body = answer.get_json()
    assert (body["start"], body["end"], body["outputs"]) == (1.0, 2.0, 1)
    (after,) = body["after"]
    before = body["before"]["measured"]
    for name in ("integrated_loudness_lufs", "true_peak_dbtp"):
        assert after["measured"][name] == pytest.approx(before[name] - 6, abs=0.02)
    audio = after["measured"]["audio"]
    assert (audio["codec"], audio["sample_rate_hz"], audio["channels"], audio["duration_seconds"]) == (
        "flac", RATE, 1, 1.0,
    )  # fmt: skip
    assert all(check["passed"] for check in after["proof"])
    assert "gain" in " ".join(body["notes"]) or body["notes"] == {}
    sound = got(service.viewer, after["links"]["sound"])
    assert (sound.status, sound.headers["Content-Type"], sound.content[:4]) == (200, "audio/flac", b"fLaC")
    assert got(service.viewer, after["links"]["sound"], "bytes=0-3").content == b"fLaC"
    assert got(service.viewer, body["before"]["links"]["sound"]).content[:4] == b"RIFF"


def test_a_recipe_that_is_there_is_tried_by_its_name(service: Service, ready: Recording) -> None:
    body = preview(service.editor, ready, recipe="ebu-r128@1").get_json()
    assert body["end"] == SECONDS
    assert body["after"][0]["measured"]["integrated_loudness_lufs"] == pytest.approx(-23, abs=0.1)


def test_a_miss_is_shown_and_not_refused(service: Service, ready: Recording) -> None:
    steps = [{"step": "loudness", "target_lufs": -10, "ceiling_dbtp": -20}]
    (after,) = preview(service.editor, ready, steps=steps).get_json()["after"]
    missed = {check["what"] for check in after["proof"] if check["passed"] is False}
    assert missed == {"integrated_loudness"}


def test_pieces_are_each_measured(service: Service, ready: Recording) -> None:
    body = preview(service.editor, ready, steps=[{"step": "split", "by": "time", "every_seconds": 1}]).get_json()
    durations = [after["measured"]["audio"]["duration_seconds"] for after in body["after"]]
    assert (durations, body["outputs"]) == ([1.0, 1.0], 2)
    assert len({after["links"]["sound"] for after in body["after"]}) == 2


UNTRIABLE: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({}, 422, "validation-failed"),
    ({"recipe": "podcast", **QUIET}, 422, "validation-failed"),
    ({"recipe": "podcast", "seconds": 31}, 422, "validation-failed"),
    ({"steps": [{"step": "gain", "gain_db": 61}]}, 422, "validation-failed"),
    ({"recipe": "podcats"}, 404, "not-found"),
    ({"recipe": "podcast", "start": 3}, 422, "invalid-stretch"),
    ({"steps": [{"step": "concatenate", "recordings": ["x"]}]}, 400, "invalid"),
)


def test_what_cannot_be_tried_is_refused(service: Service, ready: Recording) -> None:
    for asked, status, code in UNTRIABLE:
        problem(preview(service.editor, ready, **asked), status, code)
    problem(preview(service.viewer, ready, **QUIET), 403, "forbidden")


def test_a_preview_that_is_gone_is_404(service: Service, ready: Recording) -> None:
    for name in ("0" * 64 + ".wav", "../original", "preview.wav"):
        answer = service.viewer.get(f"{V1}/recordings/{ready.id}/recipe-previews/{name}")
        problem(answer, 404, "not-found")


def test_a_result_shows_its_lineage_and_proof(service: Service) -> None:
    """Made since a rule of the library says so; a recording that came of it names its parent."""
    rules = [{"recipe": "archive-flac"}, {"recipe": "speech-16k", "into": "recording"}]
    service.admin("PUT", f"{V1}/library/rules", json={"rules": rules}, headers={"If-Match": "*"})
    parent = service.editor.recording(seconds=1.0)
    service.work()
    items = service.viewer.get(f"{parent['links']['self']}/renditions").get_json()["items"]
    (made,) = (item for item in items if item["lineage"])
    lineage = made["lineage"]
    assert (lineage["recipe"], lineage["input_sha256"]) == ("archive-flac@1", parent["sha256"])
    assert set(lineage["engine"]) == {"process", "listen"}
    checks = {check["what"]: (check["asked"], check["measured"], check["passed"]) for check in made["proof"]}
    assert checks["duration"] == (44_100, 44_100, True)
    assert checks["codec"] == ("flac", "flac", True)
    assert not any(name.startswith(("proof.", "engine.")) for name in made["settings"])
    assert all(item["proof"] is None for item in items if not item["lineage"])

    (child,) = service.viewer.get(parent["links"]["children"]).get_json()["items"]
    assert child["status"] == "ready"
    assert child["parent"]["recording"] == parent["id"]
    assert child["parent"]["recipe"] == "speech-16k@1"
    assert child["parent"]["links"]["recording"] == parent["links"]["self"]
    assert child["audio"]["sample_rate_hz"] == RATE
