"""Models behind asynchronous endpoints of SageMaker, asked through S3.

An answer may take an hour, and a worker may be gone by then. What was asked for is therefore noted beside the sound,
under a name made of sound, model and parameters: the next try waits for the same answer, and nothing is paid for twice.
"""

import hashlib
import json
import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from adapters.aws.answers import JSON, read_up_to, understood
from adapters.aws.errors import code_of, translated
from adapters.aws.models import WAV, Pause, attributes, tried
from domain.errors import ModelFailure, NotFound, Unavailable
from domain.ports.audio import Progress
from domain.ports.blobs import Blobs
from domain.ports.models import Sound
from domain.prediction import ModelCard, Said

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

log = logging.getLogger(__name__)

FIRST_LOOK_SECONDS, LONGEST_LOOK_SECONDS = 1.0, 15.0
COPY_BYTES = 1024 * 1024
LEAST_TTL_SECONDS = 60
"""API reference of InvokeEndpointAsync: how long a request may wait in the endpoint's queue, 60 s to 6 h."""

_ABSENT = frozenset({"NoSuchKey", "404", "NotFound"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where the answer will be, or else the reason why there is none."""

    output: str
    failure: str


class AsyncModel:
    """Puts the sound where the endpoint fetches it, and looks where it will put its answer, up to `seconds` long.

    Sound, note and answer are deleted when there is an answer, and when a second wait for it was in vain. A worker that
    dies leaves them to the next try; without one, sound and note go with their recording or in the next reconciliation,
    the answer by the rules of the place that the endpoint writes to.
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
        name = f"{sound.prefix}{_digest(sound.path, self.card, parameters)}"
        earlier = self._noted(f"{name}.json")
        asked = earlier or self._ask(name, sound, parameters, progress)
        try:
            said = understood(self._awaited(asked, progress), self.card, sound)
        except ModelFailure:
            self._forget_all(name, asked)
            raise
        except Unavailable:
            if earlier is not None:  # it was lost, as it seems: the next try asks anew
                self._forget_all(name, asked)
            raise
        self._forget_all(name, asked)
        return said

    def _noted(self, key: str) -> _Asked | None:
        try:
            return _Asked(**json.loads(b"".join(self._blobs.get(key))))
        except NotFound:
            return None

    def _ask(self, name: str, sound: Sound, parameters: dict[str, float], progress: Progress) -> _Asked:
        with sound.path.open("rb") as wav:
            self._blobs.put(f"{name}.wav", iter(lambda: wav.read(COPY_BYTES), b""))
        try:
            asked = tried(lambda: self._invoke(f"{name}.wav", parameters), progress, self._pause)
        except (ModelFailure, Unavailable):
            self._forget(self._location(f"{name}.wav"))
            raise
        self._blobs.put(f"{name}.json", iter((json.dumps(asdict(asked)).encode(),)))
        return asked

    def _invoke(self, key: str, parameters: dict[str, float]) -> _Asked:
        answer = self._runtime.invoke_endpoint_async(
            EndpointName=self._endpoint,
            InputLocation=self._location(key),
            ContentType=WAV,
            Accept=JSON,
            CustomAttributes=attributes(parameters),
            RequestTTLSeconds=max(self._seconds, LEAST_TTL_SECONDS),
            InvocationTimeoutSeconds=self._seconds,
        )
        return _Asked(answer["OutputLocation"], answer["FailureLocation"])

    def _awaited(self, asked: _Asked, progress: Progress) -> bytes:
        waited, look = 0.0, FIRST_LOOK_SECONDS
        while waited <= self._seconds:
            progress(0.0, "waiting for the model")
            answer = self._read(asked.output)
            if answer is not None:
                return answer
            reason = self._read(asked.failure)
            if reason is not None:
                words = " ".join(reason[:500].decode(errors="replace").split())
                raise ModelFailure(f"The model {self.card.name} has failed: {words}")
            self._pause(look)
            waited, look = waited + look, min(LONGEST_LOOK_SECONDS, 1.5 * look)
        raise Unavailable(f"The model {self.card.name} has not answered within {self._seconds} s.", retry_after=60)

    def _location(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"

    def _forget_all(self, name: str, asked: _Asked) -> None:
        """The note last: cut short, what is left is found by it."""
        for location in (self._location(f"{name}.wav"), asked.output, asked.failure, self._location(f"{name}.json")):
            self._forget(location)

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


def _digest(path: Path, card: ModelCard, parameters: dict[str, float]) -> str:
    digest = hashlib.sha256(json.dumps([card.name, card.version, parameters], sort_keys=True).encode())
    with path.open("rb") as wav:
        for chunk in iter(lambda: wav.read(COPY_BYTES), b""):
            digest.update(chunk)
    return digest.hexdigest()


def _place(location: str) -> tuple[str, str]:
    """Bucket and key. Raises ModelFailure for what is no address in S3."""
    scheme, _, rest = location.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket or not key:
        raise ModelFailure(f"The endpoint names a place for its answer that is none of S3's: {location[:200]!r}.")
    return bucket, key
