"""What the service asks of AWS in each of its roles is what infra/ lets that role do.

Every request is looked at as the SDK makes it, over a whole life of recordings on a double, and put before the policies
of the templates. IAM's own words for a request are few: a part is a PutObject, a HEAD is a GetObject.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers

from adapters.audio.engine import LibrosaEngine
from domain.batch import Making
from domain.blob_keys import original_key
from domain.job_kind import Lane
from domain.values import JobId, LibraryId, RecordingId
from entrypoints.families.aws import prepare
from entrypoints.settings import Profile, Settings
from tests import sounds
from tests.aws import AwsDouble
from tests.builders import LIBRARY, a_batch, an_item
from tests.deployment.files import template
from tests.entrypoints.http.conftest import V1, Service, a_service

NAME = "audio-backend"  # of bucket, table and queues, in the templates' words
ACTIONS = {
    "s3:AbortMultipartUpload": ["s3:AbortMultipartUpload"],
    "s3:CompleteMultipartUpload": ["s3:PutObject"],
    "s3:CreateMultipartUpload": ["s3:PutObject"],
    "s3:DeleteObject": ["s3:DeleteObject"],
    "s3:DeleteObjects": ["s3:DeleteObject"],
    "s3:GetObject": ["s3:GetObject"],
    "s3:HeadBucket": ["s3:ListBucket"],
    "s3:HeadObject": ["s3:GetObject"],
    "s3:ListMultipartUploads": ["s3:ListBucketMultipartUploads"],
    "s3:ListObjectsV2": ["s3:ListBucket"],
    "s3:ListParts": ["s3:ListMultipartUploadParts"],
    "s3:PutObject": ["s3:PutObject"],
    "s3:UploadPart": ["s3:PutObject"],
    "sqs:ChangeMessageVisibilityBatch": ["sqs:ChangeMessageVisibility"],
    "sqs:DeleteMessageBatch": ["sqs:DeleteMessage"],
    "sqs:SendMessageBatch": ["sqs:SendMessage"],
}
"""By request; others are called as their action."""


@dataclass
class Witness:
    """Sees every request, and in whose role it was made."""

    role: str | None = None
    seen: set[tuple[str, str, str]] = field(default_factory=set)

    def watch(self, client: Any, service: str) -> None:
        def see(params: Mapping[str, Any], model: Any, **_: object) -> None:
            if self.role is not None:
                request = f"{service}:{model.name}"
                written = {f"dynamodb:{kind}Item" for each in params.get("TransactItems", ()) for kind in each}
                actions = written or ACTIONS.get(request, [request])
                tagging = ["s3:PutObjectTagging"] if "Tagging" in params else []
                self.seen |= {(self.role, action, _resource(service, params)) for action in [*actions, *tagging]}

        client.meta.events.register(f"provide-client-params.{service}", see)

    @contextmanager
    def as_role(self, role: str) -> Iterator[None]:
        self.role = role
        try:
            yield
        finally:
            self.role = None


def _resource(service: str, params: Mapping[str, Any]) -> str:
    """Its ARN without partition, region and account, under the templates' names."""
    if service == "s3":
        inside = "Key" in params or "Delete" in params
        return f"s3:::{NAME}/a/key" if inside else f"s3:::{NAME}"
    if service == "dynamodb":
        return f"dynamodb:table/{NAME}" + ("/index/one" if "IndexName" in params else "")
    queue = str(params.get("QueueUrl") or params.get("QueueName")).rpartition("/")[2]
    return f"sqs:{re.sub(r'^t[0-9]+-[0-9]+', NAME, queue)}"


def _allowed(name: str, action: str, resource: str) -> bool:
    role = template(name)["Resources"]["Role"]["Properties"]
    for policy in role["Policies"]:
        for told in policy["PolicyDocument"]["Statement"]:
            statement = told["Fn::If"][1] if "Fn::If" in told else told
            actions, resources = statement["Action"], statement["Resource"]
            if statement["Sid"] == "Imports":
                continue  # of buckets that an operator names
            for each in resources if isinstance(resources, list) else [resources]:
                if action in actions and any(fnmatchcase(resource, pattern) for pattern in _patterns(each)):
                    return True
    return False


def _granted(name: str) -> set[str]:
    [policy] = template(name)["Resources"]["Role"]["Properties"]["Policies"]
    told = [each for each in policy["PolicyDocument"]["Statement"] if "Fn::If" not in each]
    return {action for each in told for action in each["Action"]}


def _patterns(resource: Any) -> list[str]:
    """What a Resource of a template stands for, in the form of `_resource`."""
    if "Fn::Join" in resource:
        [start, end] = resource["Fn::Join"][1]
        return [pattern + end for pattern in _patterns(start)]
    if "Fn::ImportValue" in resource:
        return {"audio-backend-table": [f"dynamodb:table/{NAME}"], "audio-backend-bucket-arn": [f"s3:::{NAME}"]}[
            resource["Fn::ImportValue"]
        ]
    text = resource["Fn::Sub"].replace("arn:${AWS::Partition}:", "").replace("${AWS::Region}:${AWS::AccountId}:", "")
    return [text.replace("${Lane}", lane) for lane in Lane]


@pytest.fixture
def service(aws_double: AwsDouble, tmp_path: Path) -> Iterator[Service]:
    told = {name.removeprefix("AUDIO_").lower(): value for name, value in aws_double.environment.items()}
    settings: dict[str, Any] = {**told, "profile": Profile.AWS, "data_dir": tmp_path, "signing_key": "k" * 40}
    prepare(Settings(**settings))
    made = a_service(**settings)
    made.container.adapters.engine.override(providers.Object(LibrosaEngine()))
    yield made
    made.container.close()


@pytest.fixture
def witness(service: Service) -> Witness:
    made, clients = Witness(), service.ports.clients()
    for name in ("s3", "dynamodb", "sqs"):
        made.watch(getattr(clients, name), name)
    return made


def test_each_role_may_do_what_it_does(service: Service, witness: Witness, aws_double: AwsDouble) -> None:
    admin = service.admin
    with witness.as_role("web"):
        sent = admin.send(sounds.tone_wav(seconds=3.0)).get_json()
        upload = admin.post(f"{V1}/uploads", json={"filename": "a.wav", "size": 100, "content_type": "audio/wav"}).json
        assert upload is not None
        admin.get(f"{V1}/uploads/{upload['id']}")
        admin.delete(f"{V1}/uploads/{upload['id']}")
        admin.post(f"{V1}/uploads", json={"filename": "b.wav", "size": 100, "content_type": "audio/wav"})
        scrub = {"name": "scrub", "cron": "0 3 * * *", "runs": {"fixity": {}, "query": {}}}
        assert admin.post(f"{V1}/schedules", json=scrub).status_code == 201
        assert service.nobody.get("/readyz").status_code == 200
    aws_double.clients.s3.put_object(
        Bucket=aws_double.name, Key="inbox/default/c.wav", Body=sounds.tone_wav(hz=900.0, seconds=1.0)
    )
    with witness.as_role("worker"):
        service.work()
        arrival = service.ports.arrivals().receive(timedelta(seconds=5), timedelta(minutes=1))
        assert arrival is not None
        service.use.take_arrival()(arrival)
        service.work()
        queue = service.ports.queue()
        queue.send(JobId("0" * 26), Lane.HEAVY, LIBRARY)
        delivery = queue.receive((Lane.HEAVY,), timedelta(seconds=5), timedelta(minutes=1))
        queue.extend(delivery, timedelta(minutes=2))
        queue.bury(delivery, "a test")
        service.use.reconcile_blobs()()  # as a job, where a schedule asks for it
        batches, batch, item = service.ports.batches(), a_batch(), an_item()
        batches.add(batch)
        batches.put_items([replace(item, batch_id=batch.id)], Making(batch.id, made=1, version=2), 1)
    with witness.as_role("web"):
        batches.save_items([replace(item, batch_id=batch.id).started(service.clock.now())])
    links = f"{V1}/recordings/{sent['id']}"
    with witness.as_role("web"):
        for path in ("", "/analysis", "/renditions", "/content", "/duplicates", "/renditions/preview.mp3"):
            assert admin.get(links + path).status_code in {200, 302}, path
        for path in ("/excerpt?start=0&end=1&format=mp3", "/spectrogram?start=0&end=1", "/waveform?start=0&end=1"):
            assert admin.get(links + path).status_code in {200, 302}, path
        for path in ("/recordings?tag=x&sort=-title", "/jobs", "/audit", "/keys", "/dead-letters"):
            assert admin.get(V1 + path).status_code == 200, path
        service.ports.queue().forget(JobId("0" * 26))
        assert admin.delete(links, headers={"If-Match": admin.get(links).headers["ETag"]}).status_code < 300
    with witness.as_role("jobs"):
        service.use.reconcile_blobs()()  # now, when it looks at all originals, since they are new
        service.clock.advance(timedelta(days=60))
        for task in service.use.tasks().values():
            task()
    asked = {role: {action for who, action, _ in witness.seen if who == role} for role in ("web", "worker", "jobs")}
    assert {"s3:PutObjectTagging", "sqs:SendMessage", "dynamodb:Query"} <= asked["web"]
    assert {"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "s3:PutObject"} <= asked["worker"]
    assert {"s3:ListBucket", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:GetObject"} <= asked["jobs"]
    assert [each for each in sorted(witness.seen) if not _allowed(*each)] == []
    granted = {action for role in asked for action in _granted(role) if action.startswith("dynamodb:")}
    assert granted == {action for _, action, _ in witness.seen if action.startswith("dynamodb:")}


def test_a_role_may_not_do_what_is_anothers() -> None:
    assert not _allowed("web", "sqs:ReceiveMessage", "sqs:audio-backend-listening")
    assert not _allowed("jobs", "s3:PutObject", "s3:::audio-backend/a/key")
    assert not _allowed("worker", "s3:GetObject", "s3:::another/a/key")
    assert not _allowed("web", "dynamodb:Scan", "dynamodb:table/audio-backend")


def test_a_bulk_run_and_a_model_write_beside_what_is_kept() -> None:
    original = original_key(LibraryId("default"), RecordingId("0" * 26))
    for key in (original, "inbox/default/a.wav", "bulk"):
        assert not _allowed("sagemaker", "s3:PutObject", f"s3:::audio-backend/{key}")
    for key in ("bulk/1/part-00000.parquet", "model-output/a.out"):
        assert _allowed("sagemaker", "s3:PutObject", f"s3:::audio-backend/{key}")
    assert _allowed("sagemaker", "s3:GetObject", f"s3:::audio-backend/{original}")
