"""Work on many recordings: planned, started, watched, paused, taken back."""

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from domain.batch import ItemStatus
from domain.values import JobId
from tests.builders import a_recording, an_entry
from tests.entrypoints.http.conftest import V1, Api, Service, a_service, problem

TAGGED = {"change": {"add_tags": ["dog"]}}


def put(service: Service, count: int) -> list[str]:
    made = [a_recording(library_id=service.editor.library_id) for _ in range(count)]
    for each in made:
        service.ports.recordings().add(each, an_entry(library_id=each.library_id, subject_id=each.id))
    return [each.id for each in made]


def start(api: Api, **asked: Any) -> str:
    answer = api.post(f"{V1}/jobs", json=asked)
    assert answer.status_code == 202, answer.text
    return str(answer.headers["Location"])


@pytest.fixture
def service() -> Iterator[Service]:
    """In memory. What holds of every store, their contracts see, and test_jobs a batch from its start to its end."""
    made = a_service()
    yield made
    made.container.close()


def test_items_are_paged_and_filtered(service: Service, editor: Api) -> None:
    ids = put(service, 3)
    job = start(editor, **TAGGED, recordings=ids)
    service.work()
    first = editor.get(f"{job}/items?limit=2").get_json()
    second = editor.get(f"{job}/items?limit=2&cursor={first['next_cursor']}").get_json()
    items = [*first["items"], *second["items"]]
    assert [(each["n"], each["recording"], each["status"]) for each in items] == [
        (n, each, "succeeded") for n, each in enumerate(ids)
    ]
    assert second["next_cursor"] is None
    assert editor.get(f"{job}/items?status=failed").get_json()["items"] == []
    problem(editor.get(f"{job}/items?status=lost"), 422, "validation-failed")
    problem(service.stranger.get(f"{job}/items"), 404, "not-found")


def test_a_batch_is_paused_resumed_cancelled_and_retried(service: Service, editor: Api) -> None:
    job = start(editor, **TAGGED, recordings=put(service, 2))
    paused = editor.post(f"{job}/pause")
    assert (paused.status_code, paused.get_json()["status"]) == (200, "paused")
    service.work()
    assert editor.get(job).get_json()["batch"]["counts"] == {}
    assert editor.post(f"{job}/resume").get_json()["status"] == "queued"
    problem(editor.post(f"{job}/resume"), 409, "illegal-transition")
    assert editor.post(f"{job}/cancel").get_json()["status"] == "cancelled"
    assert editor.post(f"{job}/retry").status_code == 202
    service.work()
    assert editor.get(job).get_json()["batch"]["counts"] == {"succeeded": 2}


def test_the_same_key_starts_a_batch_once_even_when_its_answer_was_lost(service: Service, editor: Api) -> None:
    asked = {**TAGGED, "recordings": put(service, 1)}

    def send(key: str) -> TestResponse:
        return editor.post(f"{V1}/jobs", json=asked, headers={"Idempotency-Key": key})

    first = send("once")
    assert send("once").headers["Location"] == first.headers["Location"]
    service.clock.advance(8 * 24 * 3600)  # answers are forgotten by now
    service.use.sweep()()
    assert send("once").headers["Location"] == first.headers["Location"]
    assert send("twice").headers["Location"] != first.headers["Location"]


def test_a_person_decides_what_waits(service: Service, editor: Api) -> None:
    job = start(editor, **TAGGED, recordings=put(service, 2))
    service.work()
    batches, library, batch = service.ports.batches(), editor.library_id, JobId(job.rpartition("/")[2])
    for n in range(2):
        item = batches.item(library, batch, n)
        batches.save_items([item.ended(ItemStatus.REVIEW, service.clock.now())])
    [first, _] = editor.get(f"{job}/items?status=review").get_json()["items"]
    problem(service.viewer.post(first["links"]["approve"]), 403, "forbidden")
    assert editor.post(first["links"]["approve"]).get_json()["settings"] == {"approved": True}
    assert editor.post(f"{job}/items/1/reject").get_json()["failure"]["code"] == "rejected"
    problem(editor.post(f"{job}/items/1/approve"), 409, "illegal-transition")
    problem(editor.post(f"{job}/items/7/approve"), 404, "not-found")
    service.work()
    done = editor.get(job).get_json()
    assert (done["status"], done["batch"]["counts"].get("failed")) == ("partly-failed", 1)


@pytest.mark.parametrize(
    "asked",
    [
        {"query": {}},
        {"change": {"add_tags": ["dog"]}, "fixity": {}, "query": {}},
        TAGGED,
        {**TAGGED, "query": {}, "recordings": ["x"]},
        {"undo": "x", "query": {}},
        {**TAGGED, "query": {}, "parameters": {"threshold": 1}},
        {**TAGGED, "query": {}, "into": "recording"},
        {"fixity": {"share": 0}, "query": {}},
    ],
)
def test_what_makes_no_sense_is_refused(service: Service, editor: Api, asked: dict[str, Any]) -> None:
    problem(editor.post(f"{V1}/jobs", json=asked), 422, "validation-failed")


def test_refusals_name_what_is_wrong(service: Service, editor: Api) -> None:
    assert problem(editor.post(f"{V1}/jobs", json={**TAGGED, "query": {"colour": ["red"]}}), 400, "invalid")
    assert problem(editor.post(f"{V1}/jobs", json={"recipe": "no-such", "query": {}}), 404, "not-found")
    unknown = problem(editor.post(f"{V1}/jobs", json={**TAGGED, "recordings": ["x"]}), 404, "not-found")
    assert unknown["unknown"] == ["x"]
    problem(editor.post(f"{V1}/jobs", json={"undo": "x"}), 404, "not-found")
    problem(service.viewer.post(f"{V1}/jobs", json={**TAGGED, "query": {}, "dry_run": True}), 403, "forbidden")
