"""Schedules over HTTP: made, edited by version, paused, run, and looked through."""

from typing import Any

import pytest

from tests.entrypoints.http.conftest import V1, Api, Service, a_service, problem

SCHEDULES = f"{V1}/schedules"
SCRUB = {"name": "scrub", "cron": "0 3 * * *", "runs": {"fixity": {"share": 0.25}, "query": {"status": ["ready"]}}}


@pytest.fixture(scope="module")
def one() -> Service:
    """In memory alone: what the stores do is shown by their contract."""
    return a_service()


def made(api: Api, **changes: Any) -> dict[str, Any]:
    answer = api.post(SCHEDULES, json={**SCRUB, **changes})
    assert answer.status_code == 201, answer.text
    schedule: dict[str, Any] = answer.get_json()
    return schedule


def test_a_schedule_is_made_and_read(one: Service) -> None:
    asked = {
        "name": "voices",
        "cron": "30 2 * * MON-FRI",
        "time_zone": "Europe/Berlin",
        "window": {"opens": "22:00", "closes": "06:00"},
        "missed": "skip",
        "longest_delay_seconds": 3600,
        "runs": {"recipe": "podcast-voice", "query": {"tag": ["a", "b"], "duration[gte]": ["1.5"]}},
    }
    answer = one.admin.post(SCHEDULES, json=asked)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    schedule = answer.get_json()
    assert {name: schedule[name] for name in asked if name != "runs"} == {n: v for n, v in asked.items() if n != "runs"}
    assert (schedule["status"], schedule["next_at"]) == ("active", "2026-03-02T01:30:00Z")
    assert one.viewer.get(answer.headers["Location"]).get_json() == schedule
    assert schedule in one.viewer.get(SCHEDULES).get_json()["items"]


@pytest.mark.parametrize(
    "runs",
    [
        {"recipe": "podcast-voice", "into": "recording", "query": {}},
        {"analyser": "listen", "query": {"status": ["ready"]}},
        {"model": "speech", "parameters": {"threshold": 0.5}, "query": {}},
        {"fixity": {"share": 0.25}, "query": {}},
        {"task": "empty-trash"},
    ],
)
def test_what_is_run_reads_as_it_was_asked_for(one: Service, runs: dict[str, Any]) -> None:
    shown = made(one.admin, runs=runs)["runs"]
    assert {name: value for name, value in shown.items() if value not in (None, {})} == {
        name: value for name, value in runs.items() if value != {}
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"runs": {"fixity": {}}},
        {"runs": {"query": {}}},
        {"runs": {"fixity": {}, "analyser": "listen", "query": {}}},
        {"runs": {"task": "empty-trash", "query": {}}},
        {"runs": {"task": "sweep"}},
        {"runs": {"undo": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "query": {}}},
        {"runs": {"fixity": {"share": 0}, "query": {}}},
        {"runs": {"fixity": {}, "query": {"colour": ["red"]}}},
        {"runs": {"fixity": {}, "parameters": {"x": 1}, "query": {}}},
        {"cron": "61 * * * *"},
        {"time_zone": "Mars"},
        {"window": {"opens": "25:00", "closes": "06:00"}},
        {"window": {"opens": "06:00", "closes": "06:00"}},
        {"missed": "twice"},
        {"longest_delay_seconds": 1},
        {"name": ""},
    ],
)
def test_what_is_wrong_is_refused(one: Service, wrong: dict[str, Any]) -> None:
    answer = one.admin.post(SCHEDULES, json={**SCRUB, **wrong})
    assert answer.status_code in {400, 422}, answer.text
    assert answer.mimetype == "application/problem+json"


def test_a_schedule_is_edited_by_version_and_removed(one: Service) -> None:
    schedule = made(one.admin)
    own = schedule["links"]["self"]
    problem(one.admin("PUT", own, json=SCRUB), 428, "precondition-required")
    edited = one.admin("PUT", own, json={**SCRUB, "cron": "0 4 * * *"}, headers={"If-Match": '"1"'})
    assert (edited.status_code, edited.headers["ETag"], edited.get_json()["cron"]) == (200, '"2"', "0 4 * * *")
    problem(one.admin("PUT", own, json=SCRUB, headers={"If-Match": '"1"'}), 412, "version-mismatch")
    problem(one.admin.delete(own, headers={"If-Match": '"1"'}), 412, "version-mismatch")
    assert one.admin.delete(own, headers={"If-Match": '"2"'}).status_code == 204
    problem(one.admin.get(own), 404, "not-found")


def test_a_schedule_is_paused_and_resumed(one: Service) -> None:
    links = made(one.admin)["links"]
    paused = one.admin.post(links["pause"]).get_json()
    assert (paused["status"], paused["next_at"]) == ("paused", None)
    assert one.admin.post(links["resume"]).get_json()["status"] == "active"


def test_a_run_out_of_turn_is_told_of(one: Service) -> None:
    links = made(one.admin)["links"]
    runs = []
    for _ in range(2):
        answer = one.admin.post(links["run"])
        assert answer.status_code == 202
        runs.append(answer.get_json())
        job = one.viewer.get(answer.headers["Location"]).get_json()
        assert (job["kind"], job["id"]) == ("batch", runs[-1]["job"])
        one.clock.advance(1)
    assert one.viewer.get(links["runs"]).get_json() == {"items": runs[::-1], "next_cursor": None}
    first = one.viewer.get(f"{links['runs']}?limit=1").get_json()
    last = one.viewer.get(links["runs"], query_string={"limit": 1, "cursor": first["next_cursor"]}).get_json()
    assert first["items"] + last["items"] == runs[::-1]


def test_a_scrub_marks_what_it_finds(service: Service, heard: dict[str, Any]) -> None:
    (stored,) = [r for r in service.search() if r.id == heard["id"]]
    service.ports.blobs().put(stored.blob_key, [b"something else"])
    links = made(service.admin, runs={"fixity": {}, "query": {}})["links"]
    service.admin.post(links["run"])
    service.work()
    fixity = service.viewer.get(heard["links"]["self"]).get_json()["fixity"]
    assert (fixity["status"], fixity["sha256"] != heard["sha256"]) == ("damaged", True)
    found = service.viewer.get(f"{V1}/recordings?fixity=damaged").get_json()["items"]
    assert [each["id"] for each in found] == [heard["id"]]
    assert service.viewer.get(f"{V1}/recordings?fixity=missing").get_json()["items"] == []
    problem(service.viewer.get(f"{V1}/recordings?fixity=intact"), 422, "validation-failed")
