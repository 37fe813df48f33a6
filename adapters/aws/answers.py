"""What endpoints of SageMaker answer and refuse, said in the domain's words. Nothing of it is believed unseen."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from adapters import codec
from adapters.aws.errors import THROTTLED, code_of, status_of
from domain.errors import AudioBackendError, ModelFailure, Unavailable
from domain.ports.models import Sound
from domain.prediction import ModelCard, Said

if TYPE_CHECKING:
    from botocore.response import StreamingBody

SERVICE = "SageMaker"
MAX_ANSWER_BYTES = 16 * 1024 * 1024
"""As many spans as may be kept take 5 MB."""

JSON = "application/json"
_BUSY = frozenset({429, 503})
_NOT_NOW = THROTTLED | {"ModelNotReadyException", "ServiceUnavailable"}
_QUOTED_CHARS = 500


class NotNow(Exception):
    """The same may be asked again in a moment: throttled, still loading its model, or busy."""


def read_up_to(body: "StreamingBody") -> bytes:
    """Raises ModelFailure for an answer beyond the limit, of which no more is read."""
    content: bytes = body.read(MAX_ANSWER_BYTES + 1)
    body.close()
    if len(content) > MAX_ANSWER_BYTES:
        raise ModelFailure(f"The model's answer is larger than {MAX_ANSWER_BYTES} bytes.")
    return content


def understood(answer: bytes, card: ModelCard, sound: Sound) -> Said:
    """Raises ModelFailure for what is no answer of this model to this sound."""
    try:
        return card.checked(codec.read(Said, answer.decode()), sound.seconds)
    except (ValueError, RecursionError) as error:
        raise ModelFailure(f"The model {card.name} has answered nonsense: {_quoted(str(error))}") from error


def refused(error: ClientError) -> AudioBackendError | NotNow | None:
    """What the refusal means; None where it is SageMaker's own trouble, or one of the set-up."""
    if code_of(error) == "ModelError":
        status = int(error.response.get("OriginalStatusCode", 0))  # type: ignore[call-overload]  # a member of this one
        if status in _BUSY:
            return NotNow(f"the container answers {status}")
        message = str(error.response.get("OriginalMessage") or error)
        return ModelFailure(f"The model's container has answered {status}: {_quoted(message)}", status=status)
    if code_of(error) in _NOT_NOW or status_of(error) in _BUSY:
        return NotNow(code_of(error))
    return None


def in_vain(reason: NotNow, retry_after: int) -> Unavailable:
    return Unavailable(f"The model's endpoint cannot answer now ({reason}).", retry_after, reason=str(reason))


def _quoted(words: str) -> str:
    """Others' words on one line: they go into logs and into the reason of a job."""
    return " ".join("".join(char if char.isprintable() else " " for char in words).split())[:_QUOTED_CHARS]
