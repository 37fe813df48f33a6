"""The worker over S3, DynamoDB and SQS: from an object in the inbox to its previews, and handed back when it stops."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers

from adapters.audio.engine import LibrosaEngine
from adapters.aws.queue import SqsQueue
from adapters.aws.queues import INBOX_DEAD_LETTERS
from domain.access import Actor, system_actor
from domain.errors import NotFound
from domain.job import MAX_ATTEMPTS, Job, JobStatus
from domain.job_kind import JobKind, Lane
from domain.listing import RecordingQuery
from domain.ports.work import JobQuery
from domain.recording import Recording, Status
from entrypoints.container import Container
from entrypoints.families.aws import prepare
from entrypoints.inbox import inbox_of
from entrypoints.settings import Profile, Settings
from entrypoints.worker import Worker, worker_of
from tests import sounds
from tests.aws import AwsDouble
from tests.builders import FakeClock
from tests.faults import Faulty

NOW, MINUTE = timedelta(), timedelta(minutes=1)
MIB = 1024**2


class Floor:
    def __init__(self, double: AwsDouble, folder: Path) -> None:
        told = {name.removeprefix("AUDIO_").lower(): value for name, value in double.environment.items()}
        settings: Any = {**told, "profile": Profile.AWS, "data_dir": folder, "signing_key": "k" * 40}
        self.container = Container(Settings(**settings, lease_seconds=3, worker_children=1))
        prepare(self.container.settings)
        self.ports: Any = self.container.adapters
        self.use: Any = self.container.use_cases
        self.ports.engine.override(providers.Object(LibrosaEngine()))
        self.actor: Actor = system_actor(self.use.ensure_default_library()().id, "test")
        self.s3, self.sqs, self.bucket = double.clients.s3, double.clients.sqs, double.name

    def put(self, name: str, content: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=f"inbox/{name}", Body=content)

    def inbox(self) -> list[str]:
        return [
            each["Key"] for each in self.s3.list_objects_v2(Bucket=self.bucket, Prefix="inbox/").get("Contents", [])
        ]

    def take(self) -> None:
        """Everything that has arrived."""
        inbox = inbox_of(self.container)
        while arrival := self.ports.arrivals().receive(NOW, MINUTE):
            inbox.handle(arrival)

    def work(self) -> None:
        worker = worker_of(self.container)
        while delivery := self.ports.queue().receive(tuple(Lane), NOW, MINUTE):
            worker.handle(delivery)

    def recordings(self) -> tuple[Recording, ...]:
        found: tuple[Recording, ...] = self.ports.recordings().search(self.actor.library_id, RecordingQuery()).items
        return found

    def jobs(self, kind: JobKind) -> tuple[Job, ...]:
        jobs: tuple[Job, ...] = self.ports.jobs().search(self.actor.library_id, JobQuery(kind=kind)).items
        return jobs

    def listen_through(self, before: Any) -> None:
        self.ports.engine.override(providers.Object(Faulty(self.ports.engine(), before=before)))
        for provider in self.use.providers.values():
            if isinstance(provider, providers.BaseSingleton):
                provider.reset()


@pytest.fixture
def floor(aws_double: AwsDouble, tmp_path: Path) -> Floor:
    return Floor(aws_double, tmp_path)


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    """Filled by the test with what it starts; stopped at its end, if it has not been."""
    started: list[Worker] = []
    yield started
    for one in started:
        one.stop(grace_seconds=0)


def test_an_object_in_the_inbox_becomes_a_recording_with_its_previews(floor: Floor) -> None:
    content = sounds.tone_wav(seconds=0.3)
    floor.put("default/takes/A dog +1.wav", content)
    floor.put("default/again.wav", content)
    floor.take()
    (recording,) = floor.recordings()
    assert recording.filename in {"A dog +1.wav", "again.wav"}
    assert b"".join(floor.ports.blobs().get(recording.blob_key)) == content
    assert floor.inbox() == []
    floor.work()
    (recording,) = floor.recordings()
    assert recording.status is Status.READY
    names = {each.name for each in floor.ports.renditions().of_recording(recording.library_id, recording.id)}
    assert {"preview.mp3", "preview.opus", "waveform.dat"} <= names


def test_an_upload_in_parts_to_the_inbox_becomes_one_recording(floor: Floor) -> None:
    """The double tells of it twice, and so may S3."""
    content = sounds.tone_wav(seconds=60.0)
    asked: Any = {"Bucket": floor.bucket, "Key": "inbox/default/long.wav"}
    asked["UploadId"] = floor.s3.create_multipart_upload(**asked)["UploadId"]
    parts: Any = [
        {"PartNumber": n + 1, **_etag(floor.s3.upload_part(**asked, PartNumber=n + 1, Body=content[at : at + 5 * MIB]))}
        for n, at in enumerate(range(0, len(content), 5 * MIB))
    ]
    floor.s3.complete_multipart_upload(**asked, MultipartUpload={"Parts": parts})
    floor.take()
    (recording,) = floor.recordings()
    assert recording.size_bytes == len(content)
    assert floor.inbox() == []


def _etag(answer: Any) -> dict[str, str]:
    return {"ETag": answer["ETag"]}


def test_what_cannot_be_taken_stays_and_a_letter_says_why(floor: Floor) -> None:
    floor.put("nowhere/a.wav", sounds.tone_wav(0.2))
    floor.put("default/notes.txt", b"no sound")
    floor.take()
    assert floor.inbox() == ["inbox/default/notes.txt", "inbox/nowhere/a.wav"]
    url = floor.ports.queues().url(INBOX_DEAD_LETTERS)
    letters = floor.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])["Messages"]
    reasons = sorted(letter["MessageAttributes"]["reason"]["StringValue"] for letter in letters)
    assert [reason.partition(":")[0] for reason in reasons] == ["not-found", "unsupported-media-type"]


def test_a_dead_letter_is_shown_and_released(floor: Floor) -> None:
    fails = True

    def fail(name: str, _count: int) -> None:
        if name == "listen" and fails:
            raise RuntimeError("a fault of ours")

    floor.listen_through(fail)
    floor.put("default/a.wav", sounds.tone_wav(0.2))
    floor.take()
    for _ in range(MAX_ATTEMPTS):
        (job,) = floor.jobs(JobKind.INGEST)
        if not job.is_settled:
            due = replace(job, due_at=job.created_at, version=job.version + 1)
            floor.ports.jobs().save(due, replaces=job.version)
            floor.ports.queue().send(job.id, job.kind.lane, job.library_id)
        floor.work()
    ((letter, dead),) = floor.use.list_dead_letters()(floor.actor)
    assert (letter.job_id, dead.attempts) == (dead.id, MAX_ATTEMPTS)
    assert [each.job_id for each in floor.ports.queue().dead_letters(10)] == [dead.id]
    assert floor.use.sweep()()["letters_forgotten"] == 0
    fails = False
    floor.use.release_dead_letter()(floor.actor, dead.id)
    assert floor.use.list_dead_letters()(floor.actor) == ()
    assert floor.ports.queue().dead_letters(10) == ()
    with pytest.raises(NotFound):
        floor.use.release_dead_letter()(floor.actor, dead.id)
    floor.work()
    assert floor.recordings()[0].status is Status.READY


def test_a_worker_that_stops_hands_back_what_it_cannot_finish(floor: Floor, workers: list[Worker]) -> None:
    """It is told to while it listens, and has no grace left: the job waits for another worker at once."""
    listening = threading.Event()

    def linger(name: str, _count: int) -> None:
        if name == "listen":
            listening.set()
            assert workers[0]._hurrying.wait(30)

    floor.listen_through(linger)
    workers.append(worker_of(floor.container))
    workers[0].start()
    floor.put("default/a.wav", sounds.tone_wav(seconds=0.2))
    floor.take()
    assert listening.wait(30)
    workers[0].stop(grace_seconds=0)
    (job,) = floor.jobs(JobKind.INGEST)
    assert (job.status, job.attempts, job.claims, job.lease) == (JobStatus.QUEUED, 0, 1, None)
    delivery = SqsQueue(floor.ports.queues(), FakeClock()).receive([Lane.LISTENING], MINUTE, MINUTE)
    assert delivery is not None
    assert delivery.job_id == job.id
