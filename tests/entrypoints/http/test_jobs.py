"""Background work is watched, stopped and started again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.job import MAX_ATTEMPTS
from domain.job_kind import Lane
from domain.values import Failure, JobId
from tests.entrypoints.http.conftest import V1, Api, Service, problem
from tests.entrypoints.http.test_batches import TAGGED, put, start


def test_jobs_are_listed_and_filtered(service: Service, editor: Api, heard: dict[str, Any]) -> None:
    fresh = editor.recording(seconds=0.2)

    def kinds(query: str) -> list[tuple[str, str]]:
        items = editor.get(f"{V1}/jobs?{query}").get_json()["items"]
        return sorted((item["kind"], item["status"]) for item in items)

    assert kinds(f"recording={heard['id']}") == [("ingest", "succeeded"), ("preview", "succeeded")]
    assert kinds("status=queued") == [("ingest", "queued")]
    assert kinds("kind=preview") == [("preview", "succeeded")]
    assert kinds(f"recording={fresh['id']}&status=failed") == []
    problem(editor.get(f"{V1}/jobs?status=lost"), 422, "validation-failed")


def test_pages_of_jobs_follow_each_other(editor: Api, heard: dict[str, Any]) -> None:
    first = editor.get(f"{V1}/jobs?limit=1").get_json()
    second = editor.get(f"{V1}/jobs?limit=1&cursor={first['next_cursor']}").get_json()
    assert first["items"][0]["id"] != second["items"][0]["id"]
    assert second["next_cursor"] is None


def test_a_job_is_cancelled_and_retried(service: Service, editor: Api) -> None:
    made = editor.recording()
    job = made["links"]["job"]
    cancelled = editor.post(f"{job}/cancel")
    assert (cancelled.status_code, cancelled.get_json()["status"]) == (200, "cancelled")
    problem(editor.post(f"{job}/cancel"), 409, "illegal-transition")
    retried = editor.post(f"{job}/retry")
    assert (retried.status_code, retried.headers["Location"]) == (202, job)
    service.work()
    assert editor.get(job).get_json()["status"] == "succeeded"
    assert editor.get(made["links"]["self"]).get_json()["status"] == "ready"
    problem(editor.post(f"{job}/retry"), 409, "illegal-transition")


def bury(service: Service, job_id: JobId) -> None:
    """As a worker leaves a job that broke in each of its attempts."""
    jobs, queue = service.ports.jobs(), service.ports.queue()
    job = jobs.find(job_id)
    jobs.save(replace(job, attempts=MAX_ATTEMPTS - 1, version=job.version + 1), replaces=job.version)
    delivery = queue.receive(tuple(Lane), timedelta(), timedelta(minutes=1))
    service.use.take_job()(job_id, "worker-1").fail(Failure("internal", "It broke."))
    queue.bury(delivery, "internal")


def test_a_dead_letter_is_shown_and_released(service: Service, editor: Api) -> None:
    made = editor.recording()
    job = made["links"]["job"].rpartition("/")[2]
    bury(service, JobId(job))
    [letter] = editor.get(f"{V1}/dead-letters").get_json()["items"]
    assert (letter["job"]["id"], letter["reason"], letter["receives"]) == (job, "internal", MAX_ATTEMPTS)
    assert service.stranger.get(f"{V1}/dead-letters").get_json() == {"items": []}
    released = editor.post(f"{V1}/dead-letters/{job}/release")
    assert (released.status_code, released.headers["Location"]) == (202, f"{V1}/jobs/{job}")
    assert editor.get(f"{V1}/dead-letters").get_json() == {"items": []}
    problem(editor.post(f"{V1}/dead-letters/{job}/release"), 404, "not-found")
    service.work()
    assert editor.get(made["links"]["self"]).get_json()["status"] == "ready"


def test_a_change_over_a_query_is_planned_done_and_taken_back(service: Service, editor: Api) -> None:
    ids = put(service, 3)
    query = {"status": ["ready"], "duration[gte]": ["1"]}
    plan = editor.post(f"{V1}/jobs", json={**TAGGED, "query": query, "dry_run": True}).get_json()
    assert (plan["recordings"], plan["refused"], plan["complete"]) == (3, 0, True)
    assert plan["hours"] == pytest.approx(3 * 1.5 / 3600)
    assert plan["changes"] == {each: {"tags": "+dog"} for each in ids}
    assert (plan["seconds"], plan["no_estimate"] is None) == (None, False)
    job = start(editor, **TAGGED, query=query)
    assert editor.get(job).get_json()["status"] == "queued"
    service.work()
    done = editor.get(job).get_json()
    assert (done["kind"], done["status"], done["progress"]) == ("batch", "succeeded", 1.0)
    assert (done["batch"]["counts"], done["batch"]["total"]) == ({"succeeded": 3}, 3)
    assert (done["batch"]["complete"], done["batch"]["seconds_left"]) == (True, 0.0)
    assert done["batch"]["selection"]["query"] == query
    assert len(editor.get(f"{V1}/recordings?tag=dog").get_json()["items"]) == 3
    assert {each["kind"] for each in editor.get(f"{V1}/jobs").get_json()["items"]} == {"batch"}
    start(editor, undo=done["id"])
    service.work()
    assert editor.get(f"{V1}/recordings?tag=dog").get_json()["items"] == []
