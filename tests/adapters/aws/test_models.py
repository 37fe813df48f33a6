"""Endpoints of SageMaker that throttle, sleep, fail, hang and lie; and moto's word for what boto3 sends and reads."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapters.aws import answers
from adapters.aws.async_models import AsyncModel
from adapters.aws.blobs import S3Blobs
from adapters.aws.bucket import create_bucket
from adapters.aws.clients import AwsClients, AwsPlace
from adapters.aws.models import TRIES, RealTimeModel
from domain.errors import ModelFailure, Unavailable
from domain.ports.models import Sound
from domain.prediction import Said, Span
from tests.aws import BACKEND, REAL, REGION, AwsDouble, remove_bucket
from tests.builders import a_card
from tests.runtime_front import Answered, RuntimeFront, refusal

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

pytestmark = [
    pytest.mark.skipif(BACKEND == REAL, reason="the endpoints are doubles"),
    pytest.mark.usefixtures("aws_url"),  # the SDK signs every request: with it come the credentials of doubles
]

CARD = a_card()
SAID = {
    "model": "birds",
    "version": "1",
    "spans": [{"start": 0, "end": 0.5, "label": "owl", "confidence": 0.9}],
    "values": {"birds": 1},
}
GOOD = Answered(200, json.dumps(SAID).encode())
EXPECTED = Said("birds", "1", (Span(0, 0.5, "owl", 0.9),), {"birds": 1})
PARAMETERS = {"threshold": 0.5}


def ignored(_share: float, _stage: str) -> None: ...


def said(**changes: Any) -> Answered:
    return Answered(200, json.dumps({**SAID, **changes}).encode())


@pytest.fixture
def sound(tmp_path: Path) -> Sound:
    """No model listens here: what is sent is all that counts."""
    (tmp_path / "mono.wav").write_bytes(b"RIFF" + bytes(100_000))
    return Sound(tmp_path / "mono.wav", 3.0, "library/recordings/1/model-input/")


@dataclass
class Endpoint:
    front: RuntimeFront
    runtime: "SageMakerRuntimeClient"
    pauses: list[float] = field(default_factory=list)

    @property
    def model(self) -> RealTimeModel:
        return RealTimeModel(self.runtime, "birds-endpoint", CARD, self.pauses.append)


@pytest.fixture(scope="module")
def served(aws_url: str) -> Iterator[Endpoint]:
    with RuntimeFront("http://127.0.0.1:1") as front:
        yield Endpoint(front, AwsClients(AwsPlace(REGION, front.url)).sagemaker_runtime(0.5))


@pytest.fixture
def endpoint(served: Endpoint) -> Endpoint:
    """Every answer of it is one of the `front`'s faults."""
    served.front.faults.clear()
    served.front.asked.clear()
    served.pauses.clear()
    return served


def test_a_sound_is_sent_as_the_contract_wants_it(endpoint: Endpoint, sound: Sound) -> None:
    endpoint.front.faults.append(GOOD)
    assert endpoint.model.predict(sound, PARAMETERS, ignored) == EXPECTED
    (asked,) = endpoint.front.asked
    assert asked.endpoint == "birds-endpoint"
    assert asked.body == sound.path.read_bytes()
    assert asked.headers["Content-Type"] == "audio/wav"
    assert json.loads(asked.headers["X-Amzn-SageMaker-Custom-Attributes"]) == PARAMETERS
    assert endpoint.pauses == []


@pytest.mark.parametrize(
    "fault",
    [
        refusal(429, "ThrottlingException"),
        refusal(429, "ModelNotReadyException"),
        refusal(503, "ServiceUnavailable"),
        refusal(503, "Whatever"),
        refusal(400, "ThrottlingException"),
        refusal(424, "ModelError", OriginalStatusCode=503),
        refusal(424, "ModelError", OriginalStatusCode=429),
    ],
    ids=lambda fault: f"{fault.status} {fault.headers['x-amzn-ErrorType']}",
)
def test_who_is_busy_is_asked_again_later_each_time(endpoint: Endpoint, sound: Sound, fault: Answered) -> None:
    endpoint.front.faults.extend([fault, fault, GOOD])
    assert endpoint.model.predict(sound, PARAMETERS, ignored) == EXPECTED
    first, second = endpoint.pauses
    assert 0.5 <= first <= 1.5
    assert 1.0 <= second <= 3.0
    assert [len(asked.body) for asked in endpoint.front.asked] == [100_004] * 3, "each try sends all of it"


def test_who_stays_busy_is_unavailable(endpoint: Endpoint, sound: Sound) -> None:
    endpoint.front.faults.extend([refusal(429, "ModelNotReadyException")] * TRIES)
    with pytest.raises(Unavailable, match="ModelNotReadyException"):
        endpoint.model.predict(sound, PARAMETERS, ignored)
    assert len(endpoint.front.asked) == TRIES
    assert len(endpoint.pauses) == TRIES - 1


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (
            refusal(424, "ModelError", OriginalStatusCode=422, OriginalMessage="not\nmono"),
            ModelFailure,
            "422: not mono",
        ),
        (refusal(424, "ModelError", OriginalStatusCode=500), ModelFailure, "500"),
        (refusal(400, "ValidationError"), Unavailable, "ValidationError"),
        (refusal(500, "InternalFailure"), Unavailable, "InternalFailure"),
        (refusal(530, "InternalDependencyException"), Unavailable, "InternalDependencyException"),
        (refusal(403, "AccessDeniedException"), Unavailable, "AccessDeniedException"),
    ],
    ids=lambda value: str(getattr(value, "status", "")) or None,
)
def test_other_refusals_are_not_asked_again(
    endpoint: Endpoint, sound: Sound, fault: Answered, error: type[Exception], words: str
) -> None:
    endpoint.front.faults.append(fault)
    with pytest.raises(error, match=words):
        endpoint.model.predict(sound, PARAMETERS, ignored)
    assert len(endpoint.front.asked) == 1


def test_an_endpoint_that_hangs_is_given_up(endpoint: Endpoint, sound: Sound) -> None:
    endpoint.front.faults.append(endpoint.front.hang)
    with pytest.raises(Unavailable, match="does not answer"):
        endpoint.model.predict(sound, PARAMETERS, ignored)
    assert len(endpoint.front.asked) == 1


def test_an_endpoint_that_is_not_there_is_unavailable(sound: Sound) -> None:
    runtime = AwsClients(AwsPlace(REGION, "http://127.0.0.1:1")).sagemaker_runtime(1)
    with pytest.raises(Unavailable):
        RealTimeModel(runtime, "birds", CARD, lambda _: None).predict(sound, PARAMETERS, ignored)


DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    "answer",
    [
        Answered(200, b""),
        Answered(200, b"\x80\x04\x95pickled"),
        Answered(200, b"[]"),
        Answered(200, DEEP),
        Answered(200, b"{}", {"Content-Type": "text/html"}),
        said(model="bats"),
        said(version="2"),
        said(extra=1),
        said(spans=[{"start": 0, "end": 0.5, "label": "cat", "confidence": 0.9}]),
        said(spans=[{"start": 0, "end": 60, "label": "owl", "confidence": 0.9}]),
        said(spans=[{"start": 0.5, "end": 0, "label": "owl", "confidence": 0.9}]),
        said(spans=[{"start": 0, "end": 0.5, "label": "owl", "confidence": float("nan")}]),
        said(spans=[{"start": 0, "end": 0.5, "label": "owl", "confidence": "0.9"}]),
        said(spans=[{"start": 0, "end": 0.5, "label": "owl"}]),
        said(values={"birds": {"nested": 1}}),
        said(values={"bats": 1}),
    ],
    ids=lambda answer: "answer",
)
def test_nonsense_is_the_models_failure(endpoint: Endpoint, sound: Sound, answer: Answered) -> None:
    endpoint.front.faults.append(answer)
    with pytest.raises(ModelFailure):
        endpoint.model.predict(sound, PARAMETERS, ignored)
    assert len(endpoint.front.asked) == 1


def test_an_answer_without_an_end_is_not_read_to_its_end(
    endpoint: Endpoint, sound: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MAX_ANSWER_BYTES", len(GOOD.body))
    endpoint.front.faults.extend([GOOD, Answered(200, GOOD.body + b" ")])
    endpoint.model.predict(sound, PARAMETERS, ignored)
    with pytest.raises(ModelFailure, match="larger than"):
        endpoint.model.predict(sound, PARAMETERS, ignored)


def test_a_stop_is_noticed_between_two_tries(endpoint: Endpoint, sound: Sound) -> None:
    class Stop(Exception): ...

    def progress(_share: float, stage: str) -> None:
        if stage == "waiting for the model":
            raise Stop

    endpoint.front.faults.append(refusal(503, "ServiceUnavailable"))
    with pytest.raises(Stop):
        endpoint.model.predict(sound, PARAMETERS, progress)
    assert len(endpoint.front.asked) == 1


# ---- asynchronous endpoints --------------------------------------------------------------------------------------


MakeAsync = Callable[..., AsyncModel]


@pytest.fixture
def make_async(bucket: AwsDouble) -> MakeAsync:
    def make(url: str, pause: Callable[[float], None], seconds: int = 60) -> AsyncModel:
        clients = bucket.clients
        runtime = AwsClients(AwsPlace(REGION, url)).sagemaker_runtime(5)
        blobs = S3Blobs(clients, bucket.name)
        return AsyncModel(
            runtime, clients.s3, blobs, CARD, bucket=bucket.name, endpoint="birds", seconds=seconds, pause=pause
        )

    return make


@pytest.fixture
def bucket(aws_double: AwsDouble) -> Iterator[AwsDouble]:
    create_bucket(aws_double.clients.s3, aws_double.name)
    yield aws_double
    remove_bucket(aws_double)


def keys(bucket: AwsDouble) -> list[str]:
    listed = bucket.clients.s3.list_objects_v2(Bucket=bucket.name)
    return [each["Key"] for each in listed.get("Contents", ())]


def test_an_answer_that_does_not_come_is_waited_for_up_to_the_limit(
    bucket: AwsDouble, make_async: MakeAsync, sound: Sound
) -> None:
    """And once more by the next try; the one after that asks anew."""
    pauses: list[float] = []
    with RuntimeFront("http://127.0.0.1:1", bucket.clients.s3, bucket.name) as front:
        model = make_async(front.url, pauses.append)
        with pytest.raises(Unavailable, match="within 60 s"):
            model.predict(sound, PARAMETERS, ignored)
        assert pauses[:3] == [1.0, 1.5, 2.25]
        assert max(pauses) == 15.0
        assert 60 < sum(pauses) <= 75
        assert [key.rpartition(".")[2] for key in keys(bucket)] == ["json", "wav"]
        with pytest.raises(Unavailable, match="within 60 s"):
            model.predict(sound, PARAMETERS, ignored)
        assert (len(front.asked), keys(bucket)) == (1, [])
        with pytest.raises(Unavailable, match="within 60 s"):
            model.predict(sound, PARAMETERS, ignored)
        headers = front.asked[1].headers
    location = headers["X-Amzn-SageMaker-InputLocation"]
    assert location.startswith(f"s3://{bucket.name}/{sound.prefix}")
    assert headers["X-Amzn-SageMaker-InvocationTimeoutSeconds"] == "60"
    assert headers["X-Amzn-SageMaker-RequestTTLSeconds"] == "60"
    assert json.loads(headers["X-Amzn-SageMaker-Custom-Attributes"]) == PARAMETERS


def test_an_answer_that_comes_late_is_found_by_the_next_try(
    bucket: AwsDouble, make_async: MakeAsync, sound: Sound
) -> None:
    def stop(_share: float, _stage: str) -> None:
        if front.asked:
            raise InterruptedError

    with RuntimeFront("http://127.0.0.1:1", bucket.clients.s3, bucket.name) as front:
        model = make_async(front.url, lambda _: None)
        with pytest.raises(InterruptedError):
            model.predict(sound, PARAMETERS, stop)
        answer = json.dumps(SAID).encode()
        bucket.clients.s3.put_object(Bucket=bucket.name, Key=f"out/{front.names[0]}", Body=answer)
        assert model.predict(sound, PARAMETERS, ignored) == EXPECTED
        assert (len(front.asked), keys(bucket)) == (1, [])


def test_an_asynchronous_endpoint_that_is_busy_is_asked_again(
    bucket: AwsDouble, make_async: MakeAsync, sound: Sound
) -> None:
    """And what it then says to the container is the container's failure, of which nothing is left."""
    with RuntimeFront("http://127.0.0.1:1", bucket.clients.s3, bucket.name) as front:
        front.faults.append(refusal(429, "ThrottlingException"))
        sent: list[list[str]] = []

        def pause(_seconds: float) -> None:
            sent.append(keys(bucket))
            if len(front.asked) == 2:
                name = front.asked[1].headers["X-Amzn-SageMaker-InputLocation"]
                assert name == front.asked[0].headers["X-Amzn-SageMaker-InputLocation"], "the sound is put there once"
                bucket.clients.s3.put_object(Bucket=bucket.name, Key=f"failed/{front.names[0]}", Body=b"no\nbirds")

        with pytest.raises(ModelFailure, match="no birds"):
            make_async(front.url, pause).predict(sound, PARAMETERS, ignored)
        assert len(front.asked) == 2
    assert [len(each) for each in sent] == [1, 2], "the sound, and then the note of where its answer will be"
    assert keys(bucket) == []


@pytest.mark.parametrize("place", ["https://elsewhere/out", "s3://bucket", "file:///etc/passwd", ""])
def test_a_place_that_is_none_of_s3_is_not_looked_at(
    bucket: AwsDouble, make_async: MakeAsync, sound: Sound, place: str
) -> None:
    headers = {
        "Content-Type": "application/json",
        "X-Amzn-SageMaker-OutputLocation": place,
        "X-Amzn-SageMaker-FailureLocation": place,
    }
    with RuntimeFront("http://127.0.0.1:1") as front:
        front.faults.append(Answered(202, b'{"InferenceId": "1"}', headers))
        with pytest.raises(ModelFailure, match="none of S3's"):
            make_async(front.url, lambda _: None).predict(sound, PARAMETERS, ignored)
    assert keys(bucket) == []


# ---- moto --------------------------------------------------------------------------------------------------------


def queue_at_moto(url: str, kind: str, result: dict[str, Any]) -> None:
    asked = urllib.request.Request(
        f"{url}/moto-api/static/sagemaker/{kind}",
        json.dumps({"region": REGION, "results": [result]}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=10):
        return


needs_moto = pytest.mark.skipif(BACKEND != "moto", reason="the other doubles have no SageMaker")


@needs_moto
def test_moto_answers_in_real_time(aws_double: AwsDouble, sound: Sound) -> None:
    body = {"Body": json.dumps(SAID), "ContentType": "application/json"}
    queue_at_moto(aws_double.url, "endpoint-results", {**body, "InvokedProductionVariant": "", "CustomAttributes": ""})
    model = RealTimeModel(aws_double.clients.sagemaker_runtime(5), aws_double.name, CARD)
    assert model.predict(sound, PARAMETERS, ignored) == EXPECTED


@needs_moto
@pytest.mark.parametrize("fails", [False, True])
def test_moto_answers_through_s3(bucket: AwsDouble, make_async: MakeAsync, sound: Sound, fails: bool) -> None:
    result = {"data": "out of owls", "is_failure": True} if fails else {"data": json.dumps(SAID)}
    queue_at_moto(bucket.url, "async-endpoint-results", result)
    model = make_async(bucket.url, lambda _: None)
    if fails:
        with pytest.raises(ModelFailure, match="out of owls"):
            model.predict(sound, PARAMETERS, ignored)
    else:
        assert model.predict(sound, PARAMETERS, ignored) == EXPECTED
    assert keys(bucket) == []
