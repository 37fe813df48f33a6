"""Models behind endpoints of SageMaker: real-time ones, asked over HTTP, and asynchronous ones, asked through S3.

Both are sent a wav and, as custom attributes, the model's parameters as a JSON object; both answer with what
`audio-backend model-server` answers.
"""

import json
import logging
import random
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

from adapters.aws.answers import JSON, SERVICE, NotNow, in_vain, read_up_to, refused, understood
from adapters.aws.errors import RETRY_THROTTLED, code_of, translated
from domain.errors import ModelFailure, Unavailable
from domain.ports.audio import Progress
from domain.ports.blobs import Blobs
from domain.ports.models import Sound
from domain.prediction import ModelCard, Said

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

log = logging.getLogger(__name__)

T = TypeVar("T")
Pause = Callable[[float], None]

WAV = "audio/wav"
TRIES = 5
FIRST_PAUSE_SECONDS = 1.0
FIRST_LOOK_SECONDS, LONGEST_LOOK_SECONDS = 1.0, 15.0
COPY_BYTES = 1024 * 1024
SOCKET_MARGIN_SECONDS = 10.0
"""What AWS asks to wait beyond the time that the model has: API reference of InvokeEndpoint."""

_ABSENT = frozenset({"NoSuchKey", "404", "NotFound"})


class RealTimeModel:
    """Waits for the answer. Of `runtime` the read timeout is the model's time and SOCKET_MARGIN_SECONDS."""

    def __init__(
        self, runtime: "SageMakerRuntimeClient", endpoint: str, card: ModelCard, pause: Pause = time.sleep
    ) -> None:
        self._runtime = runtime
        self._endpoint = endpoint
        self._pause = pause
        self.card = card

    def predict(self, sound: Sound, parameters: dict[str, float], progress: Progress) -> Said:
        progress(0.0, "predicting")
        return understood(_tried(lambda: self._ask(sound, parameters), progress, self._pause), self.card, sound)

    def _ask(self, sound: Sound, parameters: dict[str, float]) -> bytes:
        with sound.path.open("rb") as wav:
            answer = self._runtime.invoke_endpoint(
                EndpointName=self._endpoint,
                Body=wav,
                ContentType=WAV,
                Accept=JSON,
                CustomAttributes=_attributes(parameters),
            )
        if not answer["ContentType"].startswith(JSON):
            answer["Body"].close()  # gives its connection up
            raise ModelFailure(f"The model {self.card.name} has answered with {answer['ContentType'][:64]!r}.")
        return read_up_to(answer["Body"])


class AsyncModel:
    """Puts the sound where the endpoint fetches it, and looks where it will put its answer, up to `seconds` long.

    Sound and answer are deleted at the end. A worker that dies leaves them: the sound goes with its recording or in
    the next reconciliation, the answer by the rules of the place that the endpoint writes to.
    """

    def __init__(
        self,
        runtime: "SageMakerRuntimeClient",
        s3: "S3Client",
        blobs: Blobs,
        card: ModelCard,
        *,
        bucket: str,
        endpoint: str,
        seconds: int,
        pause: Pause = time.sleep,
    ) -> None:
        self._runtime = runtime
        self._s3 = s3
        self._blobs = blobs
        self._bucket = bucket
        self._endpoint = endpoint
        self._seconds = seconds
        self._pause = pause
        self.card = card

    def predict(self, sound: Sound, parameters: dict[str, float], progress: Progress) -> Said:
        key = f"{sound.prefix}{secrets.token_hex(16)}.wav"
        with sound.path.open("rb") as wav:
            self._blobs.put(key, iter(lambda: wav.read(COPY_BYTES), b""))
        to_forget = [f"s3://{self._bucket}/{key}"]
        try:
            output, failure = _tried(lambda: self._invoke(key, parameters), progress, self._pause)
            to_forget += [output, failure]
            return understood(self._awaited(output, failure, progress), self.card, sound)
        finally:
            for location in to_forget:
                self._forget(location)

    def _invoke(self, key: str, parameters: dict[str, float]) -> tuple[str, str]:
        """Where the answer will be, or else the reason why there is none."""
        answer = self._runtime.invoke_endpoint_async(
            EndpointName=self._endpoint,
            InputLocation=f"s3://{self._bucket}/{key}",
            ContentType=WAV,
            Accept=JSON,
            CustomAttributes=_attributes(parameters),
            InvocationTimeoutSeconds=self._seconds,
        )
        return answer["OutputLocation"], answer["FailureLocation"]

    def _awaited(self, output: str, failure: str, progress: Progress) -> bytes:
        waited, look = 0.0, FIRST_LOOK_SECONDS
        while waited <= self._seconds:
            progress(0.0, "waiting for the model")
            answer = self._read(output)
            if answer is not None:
                return answer
            reason = self._read(failure)
            if reason is not None:
                words = " ".join(reason[:500].decode(errors="replace").split())
                raise ModelFailure(f"The model {self.card.name} has failed: {words}")
            self._pause(look)
            waited, look = waited + look, min(LONGEST_LOOK_SECONDS, 1.5 * look)
        raise Unavailable(f"The model {self.card.name} has not answered within {self._seconds} s.", retry_after=60)

    def _read(self, location: str) -> bytes | None:
        bucket, key = _place(location)
        with translated("S3"):
            try:
                return read_up_to(self._s3.get_object(Bucket=bucket, Key=key)["Body"])
            except ClientError as error:
                if code_of(error) in _ABSENT:
                    return None
                raise

    def _forget(self, location: str) -> None:
        """What cannot be deleted is no reason to lose an answer."""
        try:
            bucket, key = _place(location)
            with translated("S3"):
                self._s3.delete_object(Bucket=bucket, Key=key)
        except (ModelFailure, Unavailable) as error:
            log.warning("what a model was given or has answered is left at %s: %s", location[:200], error.detail)


def _tried(ask: Callable[[], T], progress: Progress, pause: Pause) -> T:
    """Asks again, later each time, only where the refusal says that this may help."""
    for attempt in range(TRIES):
        try:
            with translated(SERVICE):
                try:
                    return ask()
                except ClientError as error:
                    meaning = refused(error)
                    if meaning is None:
                        raise
                    raise meaning from error
        except NotNow as reason:
            if attempt == TRIES - 1:
                raise in_vain(reason, RETRY_THROTTLED) from reason
        pause(FIRST_PAUSE_SECONDS * (1 << attempt) * (0.5 + random.random()))  # noqa: S311 - no secret
        progress(0.0, "waiting for the model")
    raise AssertionError("the last try returns or raises")


def _attributes(parameters: dict[str, float]) -> str:
    return json.dumps(parameters, separators=(",", ":"))


def _place(location: str) -> tuple[str, str]:
    """Bucket and key. Raises ModelFailure for what is no address in S3."""
    scheme, _, rest = location.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket or not key:
        raise ModelFailure(f"The endpoint names a place for its answer that is none of S3's: {location[:200]!r}.")
    return bucket, key
