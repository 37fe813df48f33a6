"""POST /imports: a plan, or a job that carries it out."""

from collections.abc import Iterator

import pytest

from tests import sounds
from tests.entrypoints.http.conftest import V1, Service, a_service, problem

IMPORTS = f"{V1}/imports"
BUCKET = "memory://bucket/"


@pytest.fixture
def service() -> Iterator[Service]:
    made = a_service(import_addresses=f"{BUCKET}ours/")
    for n in range(3):
        made.ports.sources().put(f"{BUCKET}ours/{n}.wav", sounds.tone_wav(0.2, hz=300 + n))
    yield made
    made.container.close()


def test_a_plan_changes_nothing(service: Service) -> None:
    answer = service.editor.post(IMPORTS, json={"address": f"{BUCKET}ours/"})
    assert answer.status_code == 200
    plan = answer.get_json()
    assert (plan["new"]["count"], plan["changed"]["count"], plan["originals_lost"]) == (3, 0, 0)
    assert plan["new"]["sample"][0] == f"{BUCKET}ours/0.wav"
    service.work()
    assert service.editor.get(f"{V1}/recordings").get_json()["items"] == []


def test_a_plan_looks_at_so_many_objects_and_says_so(service: Service) -> None:
    plan = service.editor.post(IMPORTS, json={"address": f"{BUCKET}ours/"}).get_json()
    assert plan["truncated"] is False
    for n in range(20_000):
        service.ports.sources().put(f"{BUCKET}ours/more/{n:05}.wav", b"x")
    plan = service.editor.post(IMPORTS, json={"address": f"{BUCKET}ours/"}).get_json()
    assert (plan["new"]["count"], plan["truncated"]) == (20_000, True)


@pytest.mark.parametrize("mode", ["copy", "reference"])
def test_a_job_imports_and_the_recordings_can_be_used(service: Service, mode: str) -> None:
    asked = {"address": f"{BUCKET}ours/", "mode": mode, "dry_run": False}
    answer = service.editor.post(IMPORTS, json=asked)
    assert answer.status_code == 202
    job = answer.get_json()
    assert answer.headers["Location"] == job["links"]["self"]
    assert (job["kind"], job["recording"], job["parameters"]["mode"]) == ("import", None, mode)
    assert "recording" not in job["links"]
    service.work()
    assert service.editor.get(job["links"]["self"]).get_json()["status"] == "succeeded"
    items = service.editor.get(f"{V1}/recordings").get_json()["items"]
    assert {(each["status"], each["source"]["by_reference"]) for each in items} == {("ready", mode == "reference")}
    first = next(each for each in items if each["filename"] == "0.wav")
    assert first["source"]["url"] == f"{BUCKET}ours/0.wav"
    content = service.viewer.get(first["links"]["content"], headers={"Range": "bytes=0-3"})
    assert (content.status_code, content.data) == (206, b"RIFF")
    assert service.viewer.get(first["links"]["analysis"]).status_code == 200
    plan = service.editor.post(IMPORTS, json={**asked, "dry_run": True}).get_json()
    assert (plan["new"]["count"], plan["unchanged"]["count"]) == (0, 3)


def test_a_key_reaches_no_further_than_the_settings(service: Service) -> None:
    for address in (BUCKET, f"{BUCKET}theirs/", "memory://bucket", "s3://bucket/ours/", "file:///etc"):
        for dry_run in (True, False):
            problem(service.admin.post(IMPORTS, json={"address": address, "dry_run": dry_run}), 403, "forbidden")
    problem(service.admin.post(IMPORTS, json={"address": "nonsense"}), 400, "invalid")
    problem(service.admin.post(IMPORTS, json={"address": f"{BUCKET}ours/", "mode": "steal"}), 422, "validation-failed")


def test_a_recording_that_was_sent_has_no_source(service: Service) -> None:
    assert service.editor.recording()["source"] is None
