"""The main job on AWS: web, worker and scheduler as processes of their own, over S3, DynamoDB and SQS by HTTP."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.ports.work import JobQuery
from entrypoints.container import Container
from tests import sounds
from tests.aws import AwsDouble
from tests.e2e.service import Service, children_of, until

SIGNING_KEY = "k" * 40


@pytest.fixture
def service(aws_double: AwsDouble, tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path, **aws_double.environment, AUDIO_SIGNING_KEY=SIGNING_KEY)
    assert made.start("-m", "entrypoints.cli", "aws", "prepare").wait(60) == 0, made.log.read_text()
    made.part("web")
    made.part("scheduler")
    made.wait_until_ready()
    yield made
    made.close()


def send_straight(service: Service, content: bytes, filename: str) -> str:
    """By parts to the addresses that the store itself answers at, without the service's key; the recording's id."""
    wanted = {"filename": filename, "size": len(content), "content_type": "audio/wav"}
    upload = service.http.post("/api/v1/uploads", json=wanted).raise_for_status().json()
    assert len(upload["parts"]) > 1
    for part in upload["parts"]:
        piece = content[part["offset"] :][: part["size"]]
        assert not part["url"].startswith(str(service.http.base_url)), "the bytes do not pass through the service"
        httpx.put(part["url"], content=piece, headers=part["headers"], timeout=30).raise_for_status()
    done = service.http.post(f"/api/v1/uploads/{upload['id']}/complete")
    assert done.status_code == 202, done.text
    return str(upload["recording"])


def test_a_file_goes_in_by_parts_and_outlives_the_worker_that_heard_it(
    service: Service, aws_double: AwsDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = sounds.tone_wav(seconds=60.0)
    first = service.part("worker")
    until(lambda: children_of(first.pid), "the worker is warm")
    recording_id = send_straight(service, content, "long.wav")

    def runs() -> bool:
        jobs = service.get(f"/api/v1/jobs?recording={recording_id}")
        return bool(jobs and any(job["status"] == "running" for job in jobs["items"]))

    until(runs, "the worker has taken the job")
    os.kill(first.pid, signal.SIGKILL)
    service.part("worker")
    recording = service.wait_for(recording_id)
    service.wait_for_preview(recording_id)
    base = f"/api/v1/recordings/{recording_id}"
    assert recording["audio"]["duration_seconds"] == pytest.approx(60.0)

    answer = service.http.get(f"{base}/content")
    assert answer.status_code == 302
    straight = answer.headers["Location"]
    assert httpx.get(straight).content == content
    some = httpx.get(straight, headers={"Range": "bytes=100-199"})
    assert (some.status_code, some.content) == (206, content[100:200])
    analysis = service.get(f"{base}/analysis")
    assert analysis is not None
    assert {"integrated_loudness", "tempo"} <= {item["name"] for item in analysis["descriptors"]}

    jobs = until(lambda: settled(service, recording_id), "every job is settled")
    assert {job["kind"]: job["status"] for job in jobs} == {"ingest": "succeeded", "preview": "succeeded"}
    assert max(job["attempts"] for job in jobs) == 2, "the first worker died over it"
    for name, value in service.settings.items():
        monkeypatch.setenv(name, value)
    assert_nothing_is_left_over(recording_id)


def settled(service: Service, recording_id: str) -> list[dict[str, Any]] | None:
    jobs = service.get(f"/api/v1/jobs?recording={recording_id}")
    assert jobs is not None
    return jobs["items"] if all(job["status"] == "succeeded" for job in jobs["items"]) else None


def assert_nothing_is_left_over(recording_id: str) -> None:
    from entrypoints.settings import Settings

    container = Container(Settings())
    try:
        ports = container.adapters
        library = ports.libraries().find_by_name("default")
        renditions = ports.renditions().of_recording(library.id, recording_id)
        kept = {blob.key for blob in ports.blobs().list(f"{library.id}/")}
        original = ports.recordings().get(library.id, recording_id).blob_key
        assert kept == {original, *(rendition.blob_key for rendition in renditions)}
        assert not list(ports.blobs().multiparts())
        assert not ports.queue().dead_letters(10)
        assert len(ports.jobs().search(library.id, JobQuery()).items) == 2
    finally:
        container.close()


def test_what_is_sent_at_once_is_ready_too(service: Service) -> None:
    service.part("worker")
    recording = service.wait_for(service.send(sounds.tone_wav(seconds=1.0))["id"])
    assert recording["findings"] is not None
    assert service.http.get("/readyz").json()["checks"]["queue"] == "ok"
