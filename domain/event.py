"""Something that happened and that a listener may want to see at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.values import LibraryId, Scalar


@dataclass(frozen=True, slots=True)
class Event:
    """A notice for live views, kept for a while; the entities are the truth. `id` is given by the stream."""

    library_id: LibraryId
    kind: str
    subject_id: str
    at: datetime
    data: Mapping[str, Scalar] = field(default_factory=dict)
    id: str = ""
