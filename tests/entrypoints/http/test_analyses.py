"""Analyses of several versions stand side by side; listening again is asked for; what can be known is listed."""

from typing import Any

import pytest
from dependency_injector import providers

from tests.engines import Upgraded
from tests.entrypoints.http.conftest import V1, Api, Service, problem

JOBS = f"{V1}/jobs"


def upgrade(service: Service) -> Upgraded:
    engine = Upgraded(service.ports.engine(), quality="99")
    service.ports.engine.override(providers.Object(engine))
    for provider in service.use.providers.values():
        if isinstance(provider, providers.BaseSingleton):
            provider.reset()
    return engine


def ask(api: Api, *ids: str, **given: Any) -> Any:
    return api.post(JOBS, json={"analyser": "listen", "recordings": list(ids)}, **given)


def test_listening_again_is_a_job_for_each_recording(service: Service, editor: Api, heard: dict[str, Any]) -> None:
    engine = upgrade(service)
    answer = ask(editor, heard["id"])
    (job,) = answer.get_json()["items"]
    assert (answer.status_code, job["kind"], job["recording"]) == (202, "analyse", heard["id"])
    assert answer.headers["Location"] == job["links"]["self"]
    service.clock.advance(60)
    service.work()
    assert editor.get(job["links"]["self"]).get_json()["status"] == "succeeded"
    assert engine.asked == [frozenset({"quality"})]

    newer, older = editor.get(heard["links"]["analyses"]).get_json()["items"]
    assert (newer["current"], older["current"]) == (True, False)
    assert newer["parts"]["quality"] == "99"
    by_link = [editor.get(each["links"]["self"]).get_json() for each in (newer, older)]
    assert [each["analyser_version"] for each in by_link] == [newer["analyser_version"], older["analyser_version"]]
    assert editor.get(heard["links"]["analysis"]).get_json() == by_link[0]
    problem(editor.get(f"{heard['links']['analysis']}?version=none"), 404, "not-found")


def test_several_have_no_one_location(service: Service, editor: Api, heard: dict[str, Any]) -> None:
    other = editor.recording(seconds=0.1)
    service.work()
    answer = ask(editor, heard["id"], other["id"])
    assert "Location" not in answer.headers
    assert [job["recording"] for job in answer.get_json()["items"]] == [heard["id"], other["id"]]


def test_a_request_with_a_key_is_carried_out_once(editor: Api, heard: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": "again-1"}
    first, second = (ask(editor, heard["id"], headers=headers) for _ in range(2))
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotency-Replayed"] == "true"


def test_unknown_recordings_are_named_and_nothing_is_started(editor: Api, heard: dict[str, Any]) -> None:
    body = problem(ask(editor, heard["id"], "nothing"), 404, "not-found")
    assert body["unknown"] == ["nothing"]
    waiting = editor.recording(seconds=0.1)
    assert problem(ask(editor, heard["id"], waiting["id"]), 409, "conflict")["recordings"] == [waiting["id"]]
    assert editor.get(f"{JOBS}?kind=analyse").get_json()["items"] == []


@pytest.mark.parametrize(
    "body", [{}, {"analyser": "listen", "recordings": []}, {"analyser": "listen", "recordings": ["x"] * 1001}]
)
def test_a_request_that_makes_no_sense_is_refused(editor: Api, body: dict[str, Any]) -> None:
    problem(editor.post(JOBS, json=body), 422, "validation-failed")


def test_the_descriptors_of_an_analysis_are_those_of_the_catalogue(service: Service, heard: dict[str, Any]) -> None:
    listed = service.viewer.get(f"{V1}/descriptors").get_json()["items"]
    told = service.viewer.get(heard["links"]["analysis"]).get_json()["descriptors"]
    assert [kind["name"] for kind in listed] == [descriptor["name"] for descriptor in told]
    kinds = {kind["name"]: kind for kind in listed}
    for descriptor in told:
        kind = kinds[descriptor["name"]]
        assert descriptor["version"] == f"{kind['part']}-{kind['version']}"
        for name in ("unit", "range", "method", "source"):
            assert kind[name] == descriptor[name]


def test_every_finding_says_what_it_means_and_what_to_do(service: Service) -> None:
    listed = service.viewer.get(f"{V1}/findings").get_json()["items"]
    assert {"clipping", "hum", "truncated"} <= {kind["code"] for kind in listed}
    assert all(kind["meaning"] and kind["remedy"] and kind["severity"] for kind in listed)
