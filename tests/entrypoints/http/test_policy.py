"""A library's policy is read and set; what it holds back is released or rejected."""

from typing import Any

import pytest

from tests import sounds
from tests.entrypoints.http.conftest import V1, Api, Service, before_stores, problem

POLICY = f"{V1}/library/policy"
ANY = {"If-Match": "*"}
SILENCE_HELD_BACK = {"rules": [{"code": "all-silence", "verdict": "quarantine", "min_seconds": None}]}


@pytest.fixture
def held_back(service: Service) -> dict[str, Any]:
    service.admin("PUT", POLICY, json=SILENCE_HELD_BACK, headers=ANY)
    made = service.editor.send(sounds.silent_wav()).get_json()
    service.work()
    recording: dict[str, Any] = service.editor.get(made["links"]["self"]).get_json()
    return recording


def test_the_policy_is_set_for_the_version_that_was_read(service: Service) -> None:
    before = service.viewer.get(POLICY)
    assert before.get_json() == {"rules": []}
    version = {"If-Match": before.headers["ETag"]}
    answer = service.admin("PUT", POLICY, json=SILENCE_HELD_BACK, headers=version)
    assert (answer.status_code, answer.get_json()) == (200, SILENCE_HELD_BACK)
    after = service.viewer.get(POLICY)
    assert (after.get_json(), after.headers["ETag"]) == (SILENCE_HELD_BACK, answer.headers["ETag"])
    problem(service.admin("PUT", POLICY, json={"rules": []}, headers=version), 412, "version-mismatch")
    problem(service.admin("PUT", POLICY, json={"rules": []}), 428, "precondition-required")
    assert service.stranger.get(POLICY).get_json() == {"rules": []}


def test_an_unknown_code_is_refused_with_the_known_ones(admin: Api) -> None:
    rules = [{"code": "cliping", "verdict": "reject"}]
    body = problem(admin("PUT", POLICY, json={"rules": rules}, headers=ANY), 400, "invalid")
    known = {kind["code"] for kind in admin.get(f"{V1}/findings").get_json()["items"]}
    assert set(body["known"]) == known
    assert "clipping" in known


@pytest.mark.parametrize(
    "rule",
    [
        {"code": "hum"},
        {"code": "hum", "verdict": "burn"},
        {"code": "hum", "verdict": "reject", "min_seconds": -1},
        {"code": "hum", "verdict": "reject", "else": 1},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(admin: Api, rule: dict[str, Any]) -> None:
    problem(admin("PUT", POLICY, json={"rules": [rule]}, headers=ANY), 422, "validation-failed")


def test_a_finding_says_how_long_it_lasts_in_all(held_back: dict[str, Any]) -> None:
    finding = next(each for each in held_back["findings"] if each["code"] == "all-silence")
    assert [finding["seconds"]] == [end - start for start, end in finding["ranges"]]


def test_a_recording_shows_its_verdict(service: Service, held_back: dict[str, Any], heard: dict[str, Any]) -> None:
    verdict = held_back["verdict"]
    assert (held_back["status"], verdict["verdict"], verdict["decided_by"]) == ("quarantined", "quarantine", None)
    assert verdict["reasons"][0].startswith("all-silence: ")
    listed = service.viewer.get(f"{V1}/recordings?status=quarantined").get_json()["items"]
    assert [recording["id"] for recording in listed] == [held_back["id"]]
    assert heard["verdict"] == {"verdict": "accept", "reasons": [], "decided_by": None, "note": None}
    assert service.editor.recording(seconds=0.1)["verdict"] is None


def test_decisions_are_linked_where_there_is_something_to_decide(
    service: Service, held_back: dict[str, Any], heard: dict[str, Any]
) -> None:
    """And what a person rejected can still be listened to."""
    decisions = {"release", "reject"}
    assert decisions & heard["links"].keys() == set()
    assert decisions & held_back["links"].keys() == decisions
    rejected = service.editor.post(held_back["links"]["reject"], headers=ANY).get_json()
    assert decisions & rejected["links"].keys() == {"release"}
    assert service.viewer.get(rejected["links"]["excerpt"]).status_code == 200
    assert service.viewer.get(rejected["links"]["waveform"]).status_code == 200
    assert service.editor.post(rejected["links"]["release"], headers=ANY).get_json()["status"] == "ready"


def test_one_is_released_with_a_note(service: Service, editor: Api, held_back: dict[str, Any]) -> None:
    release = f"{held_back['links']['self']}/release"
    version = {"If-Match": f'"{held_back["version"]}"'}
    answer = editor.post(release, json={"note": "Meant so."}, headers=version)
    released = answer.get_json()
    assert (answer.status_code, released["status"]) == (200, "ready")
    assert answer.headers["ETag"] == f'"{released["version"]}"'
    verdict = released["verdict"]
    assert (verdict["verdict"], verdict["note"]) == ("accept", "Meant so.")
    assert verdict["decided_by"].startswith("key:")
    assert editor.post(release, headers=ANY).get_json() == released
    problem(editor.post(release, headers=version), 412, "version-mismatch")


def test_one_is_rejected_without_a_body(editor: Api, held_back: dict[str, Any]) -> None:
    reject = f"{held_back['links']['self']}/reject"
    problem(editor.post(reject), 428, "precondition-required")
    rejected = editor.post(reject, headers=ANY).get_json()
    assert (rejected["status"], rejected["failure"]["code"]) == ("failed", "rejected")


def test_a_decision_with_a_key_is_made_once(editor: Api, held_back: dict[str, Any]) -> None:
    headers = {"If-Match": f'"{held_back["version"]}"', "Idempotency-Key": "decision-1"}
    reject = f"{held_back['links']['self']}/reject"
    first, second = (editor.post(reject, json={"note": "Nothing."}, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.get_json() == second.get_json()


@pytest.mark.parametrize("decision", ["release", "reject"])
@before_stores
def test_a_decision_that_makes_no_sense_is_refused(
    editor: Api, held_back: dict[str, Any], heard: dict[str, Any], decision: str
) -> None:
    own = held_back["links"]["self"]
    problem(editor.post(f"{own}/{decision}", json={"why": "x"}, headers=ANY), 422, "validation-failed")
    problem(editor.post(f"{own}/{decision}", json={"note": " "}, headers=ANY), 400, "invalid")
    problem(editor.post(f"{own}/{decision}", data="x", headers=ANY), 415, "unsupported-content-type")
    problem(
        editor.post(f"{own}/{decision}", data="{", headers=ANY, content_type="application/json"), 400, "bad-request"
    )
    problem(editor.post(f"{heard['links']['self']}/{decision}", headers=ANY), 409, "illegal-transition")


@pytest.mark.parametrize("decision", ["release", "reject"])
def test_a_decision_can_be_taken_back(service: Service, held_back: dict[str, Any], decision: str) -> None:
    address = held_back["links"]["self"]
    decided = service.editor.post(f"{address}/{decision}", headers=ANY).get_json()
    assert decided["links"]["reopen"] == f"{address}/reopen"
    answer = service.editor.post(f"{address}/reopen", headers=ANY)
    assert (answer.status_code, answer.get_json()["status"]) == (200, "quarantined")
    problem(service.editor.post(f"{address}/reopen", headers=ANY), 409, "illegal-transition")
