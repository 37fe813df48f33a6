"""Files derived from a recording."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.errors import Invalid
from domain.values import LibraryId, RecordingId, Scalar

PREVIEWS = ("preview.mp3", "preview.opus")

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\.[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Rendition:
    """A preview, waveform, spectrogram or recipe result, with the settings that made it.

    `content_sha256` is that of the original it was made from; with `maker` and `settings` it names the result, so
    that making it again is seen to be needless. `fence` is the token of the job that wrote it.
    """

    library_id: LibraryId
    recording_id: RecordingId
    name: str
    content_type: str
    size_bytes: int
    blob_key: str
    content_sha256: str
    maker: str
    created_at: datetime
    settings: Mapping[str, Scalar] = field(default_factory=dict)
    fence: str = ""

    def __post_init__(self) -> None:
        checked_rendition_name(self.name)


def checked_rendition_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Invalid("A rendition's name is lower-case letters, digits and '-', with a suffix.", field="name")
    return name
