"""Models behind real-time endpoints of SageMaker, and what asynchronous ones (async_models.py) are asked alike.

Both are sent a wav and, as custom attributes, the model's parameters as a JSON object; both answer with what
`audio-backend model-server` answers.
"""

import json
import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

from adapters.aws.answers import JSON, SERVICE, NotNow, in_vain, read_up_to, refused, understood
from adapters.aws.errors import RETRY_THROTTLED, translated
from domain.errors import ModelFailure
from domain.ports.audio import Progress
from domain.ports.models import Sound
from domain.prediction import ModelCard, Said

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

T = TypeVar("T")
Pause = Callable[[float], None]

WAV = "audio/wav"
TRIES = 5
FIRST_PAUSE_SECONDS = 1.0
SOCKET_MARGIN_SECONDS = 10.0
"""What AWS asks to wait beyond the time that the model has: API reference of InvokeEndpoint."""


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
        return understood(tried(lambda: self._ask(sound, parameters), progress, self._pause), self.card, sound)

    def _ask(self, sound: Sound, parameters: dict[str, float]) -> bytes:
        with sound.path.open("rb") as wav:
            answer = self._runtime.invoke_endpoint(
                EndpointName=self._endpoint,
                Body=wav,
                ContentType=WAV,
                Accept=JSON,
                CustomAttributes=attributes(parameters),
            )
        if not answer["ContentType"].startswith(JSON):
            answer["Body"].close()  # gives its connection up
            raise ModelFailure(f"The model {self.card.name} has answered with {answer['ContentType'][:64]!r}.")
        return read_up_to(answer["Body"])


def tried(ask: Callable[[], T], progress: Progress, pause: Pause) -> T:
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


def attributes(parameters: dict[str, float]) -> str:
    return json.dumps(parameters, separators=(",", ":"))
