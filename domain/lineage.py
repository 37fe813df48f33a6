"""Where a recording comes from that a recipe made of another one."""

import base64
import hashlib
from dataclasses import dataclass

from domain.values import RecordingId

_TIME_CHARS = 10
_RANDOM_BYTES = 10  # 16 characters of five bits
_TO_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@dataclass(frozen=True, slots=True)
class Lineage:
    """`parent` is the recording that went in, `content_sha256` its bytes then. `recipe` is `name@version`, and
    `steps_digest` what that does; `engine_version` is the renderer's. `key` names the result by all of these, and `n`
    counts its files from 0, of which there are `outputs`. `asked_by` is the job, or the item of a batch, that made it.
    """

    parent: RecordingId
    content_sha256: str
    recipe: str
    steps_digest: str
    engine_version: str
    key: str
    asked_by: str
    n: int = 0
    outputs: int = 1


def child_id(key: str, n: int, asked_by: str) -> RecordingId:
    """The id of the `n`-th file of a result, when it becomes a recording: the same for the same `asked_by`, so that a
    second run makes no second one. A ULID of the time at which `asked_by`, a ULID and what may follow it, was made.
    """
    drawn = hashlib.sha256(f"{key}:{n}:{asked_by}".encode()).digest()[:_RANDOM_BYTES]
    return RecordingId(asked_by[:_TIME_CHARS] + base64.b32encode(drawn).decode().translate(_TO_CROCKFORD))
