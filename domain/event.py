"""Something that happened and that somebody may want to know at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.values import LibraryId, Scalar


@dataclass(frozen=True, slots=True)
class Event:
    """What live views and webhooks are told of a change; the entities are the truth.

    One that must not be lost has an `id`, a ULID, and lies in the outbox until it has been handed on: that happens at
    least once, and the id tells a repetition. On the stream, its place there stands for the id.
    """

    library_id: LibraryId
    kind: str
    subject_id: str
    at: datetime
    data: Mapping[str, Scalar] = field(default_factory=dict)
    id: str = ""


KINDS: Mapping[str, str] = {
    "recording.changed": "A recording was made or is another now: its data, its status, its place in the trash.",
    "recording.removed": "A recording is gone for good.",
    "recording.damaged": "The bytes of an original are not what they were.",
    "review.decided": "Somebody released or rejected a recording.",
    "region.changed": "A stretch of a recording was marked, or its mark is another now.",
    "region.removed": "A stretch of a recording is not marked any more.",
    "job.changed": "A job has another status.",
    "library.changed": "What holds for the library as a whole has changed.",
}
"""What webhooks can be told of."""
