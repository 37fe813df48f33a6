"""Models are listed and run, and what they said is read."""

from typing import Any

import pytest

from tests import sounds
from tests.adapters.audio.voices import speech
from tests.entrypoints.http.conftest import V1, Api, Service, before_stores, problem


@pytest.fixture
def spoken(service: Service) -> dict[str, Any]:
    made = service.editor.send(sounds.encoded("flac", speech(2), 16000))
    service.work()
    recording: dict[str, Any] = made.get_json()
    return recording


def test_models_say_what_they_take_and_give(service: Service) -> None:
    (model,) = service.viewer.get(f"{V1}/models").get_json()["items"]
    assert (model["name"], model["labels"], model["licence"]) == ("speech", ["speech"], "MIT")
    assert model["takes"]["sample_rate_hz"] == 16_000
    assert model["takes"]["max_seconds"] == 134217.726
    parameters = {parameter["name"]: parameter for parameter in model["parameters"]}
    assert parameters["threshold"]["default"] == 0.5
    assert model["values"] == {"speech_seconds": "s", "speech_share": ""}


def test_a_model_is_run_over_a_recording(service: Service, editor: Api, spoken: dict[str, Any]) -> None:
    asked = {"model": "speech", "recordings": [spoken["id"]], "parameters": {"threshold": 0.6}}
    answer = editor.post(f"{V1}/jobs", json=asked)
    assert answer.status_code == 202, answer.text
    (job,) = answer.get_json()["items"]
    assert answer.headers["Location"] == job["links"]["self"]
    assert (job["kind"], job["parameters"]["model"], job["parameters"]["threshold"]) == ("predict", "speech", 0.6)
    service.work()
    assert editor.get(job["links"]["self"]).get_json()["status"] == "succeeded"

    (summary,) = service.viewer.get(f"{V1}/recordings/{spoken['id']}/predictions").get_json()["items"]
    assert (summary["model"], summary["recording"], summary["content_sha256"]) == (
        "speech", spoken["id"], spoken["sha256"],
    )  # fmt: skip
    assert "spans" not in summary
    whole = service.viewer.get(summary["links"]["self"]).get_json()
    assert len(whole["spans"]) == summary["span_count"] > 0
    assert whole["spans"][0]["label"] == "speech"
    assert 0.6 <= whole["spans"][0]["confidence"] <= 1
    assert {name: whole[name] for name in summary} == summary
    again = editor.post(f"{V1}/jobs", json=asked).get_json()["items"]
    assert [one["id"] for one in again] == [job["id"]]


def test_predictions_are_listed_by_recording_and_model(service: Service, editor: Api, spoken: dict[str, Any]) -> None:
    for threshold in (0.4, 0.5, 0.6):
        body = {"model": "speech", "recordings": [spoken["id"]], "parameters": {"threshold": threshold}}
        editor.post(f"{V1}/jobs", json=body)
        service.work()
        service.clock.advance(1)

    def thresholds(query: str) -> list[float]:
        found = service.viewer.get(f"{V1}/predictions?{query}").get_json()
        return [one["parameters"]["threshold"] for one in found["items"]]

    assert thresholds("") == [0.6, 0.5, 0.4]
    assert thresholds(f"recording={spoken['id']}&model=speech") == [0.6, 0.5, 0.4]
    assert thresholds("model=bats") == []
    first = service.viewer.get(f"{V1}/predictions?limit=2").get_json()
    assert thresholds(f"limit=2&cursor={first['next_cursor']}") == [0.4]
    problem(service.viewer.get(f"{V1}/predictions?cursor=x"), 400, "invalid")
    own = f"{V1}/recordings/{spoken['id']}/predictions"
    first = service.viewer.get(f"{own}?limit=2").get_json()
    rest = service.viewer.get(f"{own}?limit=2&cursor={first['next_cursor']}").get_json()
    assert [len(page["items"]) for page in (first, rest)] == [2, 1]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"model": "bats"}, 404, "not-found"),
        ({"model": "speech", "parameters": {"treshold": 0.5}}, 400, "invalid"),
        ({"model": "speech", "parameters": {"threshold": 2}}, 400, "invalid"),
        ({"model": "speech", "parameters": {"threshold": "high"}}, 422, "validation-failed"),
        ({"model": "speech", "analyser": "listen"}, 422, "validation-failed"),
        ({"analyser": "listen", "parameters": {"threshold": 0.5}}, 422, "validation-failed"),
        ({}, 422, "validation-failed"),
    ],
)
@before_stores
def test_what_cannot_be_run_is_refused(
    editor: Api, heard: dict[str, Any], asked: dict[str, Any], status: int, code: str
) -> None:
    problem(editor.post(f"{V1}/jobs", json={"recordings": [heard["id"]], **asked}), status, code)


def test_a_prediction_that_is_not_there(service: Service, heard: dict[str, Any]) -> None:
    problem(service.viewer.get(f"{V1}/recordings/{heard['id']}/predictions/{'0' * 64}"), 404, "not-found")
