"""/jobs: background work, as it goes on."""

from typing import Any

import pytest

from domain.batch import Work
from domain.job_kind import JobKind
from entrypoints.http.wire.jobs import JobView
from entrypoints.panel.works import of_work, told
from tests.builders import a_job
from tests.entrypoints.http.conftest import V1, Service
from tests.entrypoints.panel.conftest import Reader


def batch(service: Service, **work: Any) -> dict[str, Any]:
    answer = service.admin.post(f"{V1}/jobs", json=work)
    assert answer.status_code == 202, answer.text
    made: dict[str, Any] = answer.get_json()["items"][0]
    return made


def test_a_job_is_listed_by_what_it_does(service: Service, admin: Reader) -> None:
    made = service.admin.recording()
    page = admin.read("/jobs")
    assert "Listen to a new recording" in page
    assert f"/recordings/{made['id']}" in page
    assert "No jobs" in admin.read("/jobs?status=failed&kind=")


def test_a_batch_says_how_far_it_is_and_can_be_taken_back(service: Service, admin: Reader, viewer: Reader) -> None:
    made = service.admin.recording()
    service.work()
    job = batch(service, change={"add_tags": ["dog"]}, query={"status": ["ready"]})
    assert "queued" in admin.read(f"/jobs/{job['id']}")
    service.work()
    page = admin.read(f"/jobs/{job['id']}")
    assert "1 succeeded" in page
    assert f'<a href="/recordings/{made["id"]}"><span class="clip" title="tone">tone</span></a>' in page
    assert f'{{"undo": "{job["id"]}"}}' in page
    seen = viewer.read(f"/jobs/{job['id']}")
    assert "1 succeeded" in seen
    assert "data-api" not in seen, "a viewer looks only"


def test_reasons_are_grouped(service: Service, admin: Reader) -> None:
    made = [service.admin.recording(hz=hz) for hz in (500, 600)]
    ids = [each["id"] for each in made]
    service.work()
    tags = [f"tag {n}" for n in range(100)]
    batch(service, change={"tags": tags}, recordings=ids)
    service.work()
    job = batch(service, change={"add_tags": ["one too many"]}, recordings=ids)
    service.work()
    page = admin.read(f"/jobs/{job['id']}")
    assert "Why some failed" in page
    assert "2 failed" in page
    items = admin.read(f"/jobs/{job['id']}?status=failed", HX_Request="true")
    assert "<html" not in items
    assert all(id_ in items for id_ in ids)


@pytest.mark.parametrize("address", ["/jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/jobs/x"])
def test_a_job_that_is_not_there_is_said(admin: Reader, address: str) -> None:
    assert admin.get(address).status_code == 404


def test_every_kind_of_job_and_work_has_words() -> None:

    assert all(told(JobView.of(a_job(kind=kind))) for kind in JobKind)
    assert all(of_work(work, {}) for work in Work)
