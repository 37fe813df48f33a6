"""kill -9 at any moment loses nothing that was acknowledged and doubles no result."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from dependency_injector import providers

from domain.job import JobStatus
from domain.ports.work import JobQuery
from entrypoints.container import Container
from entrypoints.settings import Settings
from tests import sounds
from tests.builders import FakeClock
from tests.e2e.nursery import ForkedService, Nursery
from tests.e2e.service import Service, children_of, command_of, until

WORKER_POINTS = [
    "queue.receive:after:1",
    "jobs.save:before:1",
    "jobs.save:after:1",
    "engine.listen:before:1",
    "jobs.save:after:2",
    "engine.listen:after:1",
    "blobs.put:before:1",
    "blobs.put:after:2",
    "renditions.put:after:1",
    "analyses.put:before:1",
    "analyses.put:after:1",
    "recordings.save:before:1",
    "recordings.save:after:1",
    "jobs.add:after:1",
    "queue.acknowledge:before:1",
    "queue.acknowledge:after:1",
    "engine.preview:after:1",
    "renditions.put:after:4",
]
WEB_POINTS = [
    "blobs.put:before:1",
    "blobs.put:after:1",
    "engine.probe:after:1",
    "recordings.add:before:1",
    "recordings.add:after:1",
    "jobs.add:before:1",
    "jobs.add:after:1",
    "queue.send:before:1",
    "queue.send:after:1",
]

UPLOAD_POINTS_OF_WEB = [
    "uploads.add:after:1",
    "blobs.put_part:before:2",
    "blobs.put_part:after:2",
    "uploads.save:before:1",
    "uploads.save:after:1",
    "jobs.add:before:1",
]
UPLOAD_POINTS_OF_WORKER = [
    "blobs.complete_multipart:before:1",
    "blobs.complete_multipart:after:1",
    "recordings.save:after:1",
]
KILLS = 24


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path_factory.mktemp("nursery"))
    yield nursery
    nursery.close()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Iterator[ForkedService]:
    """Web and scheduler, for all tests that kill a worker."""
    service = ForkedService(tmp_path_factory.mktemp("service"), nursery)
    service.prepare()
    service.fork("web")
    service.fork("scheduler")
    service.wait_until_ready()
    yield service
    service.close()


@pytest.fixture
def forked(tmp_path: Path, nursery: Nursery) -> Iterator[ForkedService]:
    service = ForkedService(tmp_path, nursery)
    service.prepare()
    yield service
    service.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Of processes that were started by its command line."""
    service = Service(tmp_path)
    service.prepare()
    yield service
    service.close()


def tone(n: int) -> bytes:
    return sounds.tone_wav(seconds=0.5, hz=300.0 + n)


def assert_nothing_lost_or_doubled(service: Service) -> None:
    """Looks into the stores themselves, a day later, when what nobody knows has been cleared away."""
    container = Container(Settings(data_dir=service.folder / "data", lease_seconds=2))
    try:
        clock = FakeClock(container.adapters.clock().now() + timedelta(hours=25))
        container.adapters.clock.override(providers.Object(clock))
        container.use_cases.reconcile_blobs()()
        library = container.adapters.libraries().find_by_name("default")
        page = service.get("/api/v1/recordings?limit=200")
        assert page is not None
        assert sorted(item["sha256"] for item in page["items"]) == sorted(service.sent)
        keys = [blob.key for blob in container.adapters.blobs().list()]
        named = [service.get(item["links"]["renditions"]) for item in page["items"]]
        renditions = sum(len(each["items"]) for each in named if each is not None)
        assert len(keys) == len(service.sent) + renditions, keys  # the originals and what is on record: nothing else
        jobs = container.adapters.jobs().search(library.id, JobQuery(limit=200)).items
        assert {job.status for job in jobs} == {JobStatus.SUCCEEDED}
        assert len(jobs) == 2 * len(service.sent)
        assert container.adapters.queue().dead_letters(10) == ()
    finally:
        container.close()


@pytest.mark.parametrize("point", WORKER_POINTS)
def test_worker_killed_at(standing: ForkedService, point: str) -> None:
    (standing.folder / "data" / "crashed").unlink(missing_ok=True)
    doomed = standing.fork("worker", CRASH_AT=point)
    recording = standing.send(tone(WORKER_POINTS.index(point)))
    assert doomed.wait(60) == -signal.SIGKILL, standing.log.read_text()
    successor = standing.fork("worker")
    standing.wait_for(recording["id"])
    standing.wait_for_preview(recording["id"])
    wait_until_all_is_settled(standing)
    successor.kill()
    assert_nothing_lost_or_doubled(standing)


@pytest.mark.parametrize("point", WEB_POINTS)
def test_web_killed_at(forked: ForkedService, point: str) -> None:
    start_crashing_web(forked, point)
    forked.fork("worker")
    forked.fork("scheduler")
    recording = forked.send(tone(100 + WEB_POINTS.index(point)))
    sweep(forked)
    assert (forked.folder / "data" / "crashed").exists()
    forked.wait_for(recording["id"])
    forked.wait_for_preview(recording["id"])
    wait_until_all_is_settled(forked)
    assert_nothing_lost_or_doubled(forked)


@pytest.mark.parametrize("point", UPLOAD_POINTS_OF_WEB)
def test_web_killed_in_an_upload_at(forked: ForkedService, point: str) -> None:
    start_crashing_web(forked, point)
    forked.fork("worker")
    forked.fork("scheduler")
    recording_id = forked.send_in_parts(sounds.tone_wav(seconds=40))
    sweep(forked)
    assert (forked.folder / "data" / "crashed").exists()
    forked.wait_for(recording_id)
    forked.wait_for_preview(recording_id)
    wait_until_all_is_settled(forked)
    assert_nothing_lost_or_doubled(forked)


@pytest.mark.parametrize("point", UPLOAD_POINTS_OF_WORKER)
def test_worker_killed_in_an_upload_at(standing: ForkedService, point: str) -> None:
    (standing.folder / "data" / "crashed").unlink(missing_ok=True)
    doomed = standing.fork("worker", CRASH_AT=point)
    recording_id = standing.send_in_parts(sounds.tone_wav(seconds=40, hz=500.0 + len(standing.sent)))
    assert doomed.wait(60) == -signal.SIGKILL, standing.log.read_text()
    successor = standing.fork("worker")
    standing.wait_for(recording_id)
    standing.wait_for_preview(recording_id)
    wait_until_all_is_settled(standing)
    successor.kill()
    assert_nothing_lost_or_doubled(standing)


def start_crashing_web(service: ForkedService, point: str) -> None:
    service.fork("web", CRASH_AT=point)
    service.wait_until_ready()


def sweep(service: ForkedService) -> None:
    """As the scheduler will, in its time."""
    container = Container(Settings(data_dir=service.folder / "data", lease_seconds=1))
    try:
        container.use_cases.sweep()()
    finally:
        container.close()


def wait_until_all_is_settled(service: Service) -> None:
    def settled() -> bool:
        page = service.get("/api/v1/jobs")
        return page is not None and all(job["status"] == "succeeded" for job in page["items"])

    until(settled, "every job has succeeded")


@pytest.mark.timeout(240)
def test_killed_at_random(service: Service) -> None:
    """Web and worker of the whole service are killed again and again while files come in."""
    supervisor = service.part("serve")
    service.wait_until_ready()
    contents = [sounds.tone_wav(seconds=60, hz=300.0 + n) for n in range(12)]
    killed: list[str] = []
    killer = threading.Thread(target=kill_at_random, args=(supervisor.pid, random.Random(1), killed))
    killer.start()
    try:
        sent = [service.send(content, f"{n}.wav") for n, content in enumerate(contents)]
    finally:
        killer.join()
    for recording in sent:
        service.wait_for(recording["id"], patience=120)
        service.wait_for_preview(recording["id"])
    wait_until_all_is_settled(service)
    assert_nothing_lost_or_doubled(service)
    assert len(killed) == KILLS
    assert any("gunicorn" in command for command in killed)
    assert any("worker" in command for command in killed)


def kill_at_random(supervisor: int, chance: random.Random, killed: list[str]) -> None:
    """Now one of the parts, now a process of theirs; what it was goes into `killed`."""
    while len(killed) < KILLS:
        time.sleep(chance.uniform(0.2, 1.5))
        parts = [pid for pid in children_of(supervisor) if "scheduler" not in command_of(pid)]
        family = parts + [pid for part in parts for pid in children_of(part)]
        # A decoder that dies is another matter: it says something of its file.
        family = [pid for pid in family if "adapters.audio.child" not in command_of(pid)]
        if not family:
            continue
        victim = chance.choice(family)
        command = command_of(victim)
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            continue
        killed.append(command)
