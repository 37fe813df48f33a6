"""Regions over HTTP: marked, patched by version, decided, listed, and told of."""

from dataclasses import replace
from typing import Any

import pytest

from domain.values import RecordingId
from tests.builders import a_finding, a_prediction, a_recording, an_entry
from tests.entrypoints.http.conftest import V1, Service, a_service, problem

BARK = {"start_seconds": 0.25, "end_seconds": 0.75, "label": "a bark"}
HUM = {"kind": "finding", "name": "hum", "n": 1}


@pytest.fixture(scope="module")
def one() -> Service:
    """In memory alone: what the stores do is shown by their contract."""
    return a_service()


@pytest.fixture
def where(one: Service) -> str:
    """The regions of a fresh recording of 1.5 s, with two channels, that hums."""
    hum = a_finding(code="hum", ranges=((0.0, 0.5), (1.0, 1.5)), version="hum-2")
    recording = a_recording(library_id=one.admin.library_id, findings=(hum,))
    one.ports.recordings().add(recording, an_entry(library_id=recording.library_id))
    links = one.viewer.get(f"{V1}/recordings/{recording.id}").get_json()["links"]
    return str(links["regions"])


def added(one: Service, where: str, **changes: Any) -> dict[str, Any]:
    answer = one.editor.post(where, json={**BARK, **changes})
    assert answer.status_code == 201, answer.text
    region: dict[str, Any] = answer.get_json()
    return region


def test_a_stretch_is_marked_and_found(one: Service, where: str) -> None:
    asked = {**BARK, "channel": 1, "note": "<b>far</b> away"}
    answer = one.editor.post(where, json=asked)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    region = answer.get_json()
    assert {name: region[name] for name in asked} == asked
    assert (region["origin"], region["verdict"], region["version"]) == (None, None, 1)
    assert one.viewer.get(answer.headers["Location"]).get_json() == region
    assert one.viewer.get(region["links"]["self"], headers={"If-None-Match": '"1"'}).status_code == 304
    point = added(one, where, start_seconds=0.1, end_seconds=0.1)
    assert one.viewer.get(where).get_json() == {"items": [point, region]}


def test_a_mark_is_patched_by_version_and_removed(one: Service, where: str) -> None:
    region = added(one, where, channel=1, note="far away")
    own = region["links"]["self"]
    problem(one.editor.patch(own, json={"label": "a howl"}), 428, "precondition-required")
    patched = one.editor.patch(
        own,
        json={"end_seconds": 1, "note": None},
        headers={"If-Match": '"1"'},
        content_type="application/merge-patch+json",
    )
    assert (patched.status_code, patched.headers["ETag"]) == (200, '"2"')
    assert patched.get_json() == {**region, "end_seconds": 1.0, "note": None, "version": 2}
    problem(one.editor.patch(own, json={"label": "a howl"}, headers={"If-Match": '"1"'}), 412, "version-mismatch")
    problem(one.editor.patch(own, json={"label": None}, headers={"If-Match": '"2"'}), 400, "invalid")
    assert one.editor.patch(own, json={"channel": None}, headers={"If-Match": "*"}).get_json()["channel"] is None
    problem(one.editor.delete(own, headers={"If-Match": '"2"'}), 412, "version-mismatch")
    assert one.editor.delete(own, headers={"If-Match": '"3"'}).status_code == 204
    problem(one.viewer.get(own), 404, "not-found")


def test_a_finding_is_decided_about_by_the_one_region_of_its_range(one: Service, where: str) -> None:
    region = added(one, where, origin=HUM, verdict="dismissed")
    assert (region["origin"], region["verdict"]) == ({**HUM, "version": "hum-2"}, "dismissed")
    refusal = problem(one.admin.post(where, json={**BARK, "origin": HUM}), 409, "conflict")
    assert refusal["region_id"] == region["id"]
    confirmed = one.editor.patch(region["links"]["self"], json={"verdict": "confirmed"}, headers={"If-Match": '"1"'})
    assert confirmed.get_json()["verdict"] == "confirmed"


def test_a_span_of_a_prediction_is_corrected(one: Service, where: str) -> None:
    recording_id = RecordingId(where.split("/")[-2])
    prediction = replace(a_prediction(), library_id=one.admin.library_id, recording_id=recording_id)
    one.ports.predictions().put(prediction)
    asked = {"kind": "prediction", "name": prediction.key, "n": 1}
    assert added(one, where, origin=asked)["origin"] == {**asked, "version": ""}


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"end_seconds": 0.1}, 422, "invalid-stretch"),
        ({"end_seconds": 9}, 422, "invalid-stretch"),
        ({"start_seconds": -1}, 422, "validation-failed"),
        ({"label": ""}, 400, "invalid"),
        ({"label": "x" * 256}, 400, "invalid"),
        ({"note": "x" * 1001}, 400, "invalid"),
        ({"channel": 2}, 400, "invalid"),
        ({"verdict": "confirmed"}, 400, "invalid"),
        ({"verdict": "maybe", "origin": HUM}, 422, "validation-failed"),
        ({"origin": {**HUM, "n": 2}}, 409, "conflict"),
        ({"origin": {**HUM, "kind": "guess"}}, 422, "validation-failed"),
        ({"colour": "red"}, 422, "validation-failed"),
    ],
)
def test_what_is_wrong_is_refused(one: Service, where: str, wrong: dict[str, Any], status: int, code: str) -> None:
    problem(one.editor.post(where, json={**BARK, **wrong}), status, code)
    assert one.viewer.get(where).get_json() == {"items": []}


def test_a_request_that_comes_again_marks_once(one: Service, where: str) -> None:
    answers = [one.editor.post(where, json=BARK, headers={"Idempotency-Key": where}) for _ in range(2)]
    assert answers[0].get_json() == answers[1].get_json()
    assert len(one.viewer.get(where).get_json()["items"]) == 1


def test_nothing_is_marked_in_the_trash(one: Service, where: str) -> None:
    own = added(one, where)["links"]
    one.editor.delete(own["recording"], headers={"If-Match": "*"})
    problem(one.editor.post(where, json=BARK), 409, "illegal-transition")
    problem(one.editor.delete(own["self"], headers={"If-Match": "*"}), 409, "illegal-transition")


def test_who_listens_to_a_recording_hears_of_its_regions(one: Service, where: str) -> None:
    recording, _, _ = where.removeprefix(f"{V1}/recordings/").partition("/")
    last = one.ports.events().last_id(one.admin.library_id)
    region = added(one, where)
    added(one, where)
    stream = one.viewer.get(f"{V1}/events?recording={recording}", headers={"Last-Event-ID": last})
    frames = iter(stream.response)
    shown = next(str(frame) for frame in frames if "region.changed" in str(frame))
    stream.close()
    assert region["id"] in shown
