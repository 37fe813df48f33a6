"""Objects of a bucket or a folder that recordings are made of, and what an import of them would change.

An address names all objects whose URL starts with it: `s3://bucket/prefix`, `file:///folder/`. URLs are plain text as
people write it, never percent-encoded, and sort by code point, as the listing of a bucket does.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from domain.errors import Invalid
from domain.values import RecordingId

MAX_URL_CHARS = 2048
_ENDS_LIKE_SOUND = re.compile(
    r".*\.(aac|aif[cf]?|aiff|caf|flac|m4a|mka|mp3|mp4|og[ag]|opus|w64|wave?|webm|wma)", re.IGNORECASE | re.DOTALL
)
_ADDRESS = re.compile(r"(?P<scheme>[a-z][a-z0-9]*)://(?P<place>[^/]*)(?P<path>/.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """The object that a recording was made of, in the state in which it was read: `etag` changes with its bytes.

    `by_reference` says that the original stays there and nowhere else. `replaces` names the recording that was made of
    an earlier state of the object.
    """

    url: str
    etag: str
    size_bytes: int
    by_reference: bool = False
    replaces: RecordingId | None = None


@dataclass(frozen=True, slots=True)
class SourceObject:
    """What a listing says of an object."""

    url: str
    size_bytes: int
    etag: str
    modified_at: datetime

    @property
    def promises_sound(self) -> bool:
        """By its name: what is no sound all the same was meant to be one, and is a refusal to be told of."""
        return _ENDS_LIKE_SOUND.fullmatch(self.url) is not None


@dataclass(frozen=True, slots=True)
class SourcedRecording:
    recording_id: RecordingId
    source: Source


class StepKind(StrEnum):
    NEW = "new"
    CHANGED = "changed"  # the object is another than the one that the recording was made of
    MISSING = "missing"  # there is a recording, and its object is gone
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Step:
    """What an import would do with one object: `found` is None where it is missing, `known` where it is new."""

    kind: StepKind
    found: SourceObject | None
    known: SourcedRecording | None

    @property
    def url(self) -> str:
        return self.found.url if self.found else self._of_known().url

    @property
    def size_bytes(self) -> int:
        return self.found.size_bytes if self.found else self._of_known().size_bytes

    @property
    def loses_original(self) -> bool:
        """The recording refers to bytes that are there no more."""
        return self.kind in {StepKind.CHANGED, StepKind.MISSING} and self._of_known().by_reference

    def _of_known(self) -> Source:
        if self.known is None:
            raise ValueError("a step is about an object or a recording")
        return self.known.source


@dataclass(frozen=True, slots=True)
class Importable:
    """A bucket or a folder in it that keys may import from: those of the library of this name, or of all."""

    address: str
    library: str | None = None

    @classmethod
    def parse(cls, raw: str) -> "Importable":
        """Of `LIBRARY=address` or an address; raises Invalid as `checked_address` does."""
        start, colon, place = raw.partition("://")
        library, named, scheme = start.rpartition("=")
        if named and not library:
            raise Invalid("Name the library before the equals sign, or leave both out.", field="address")
        return cls(checked_address(f"{scheme}{colon}{place}"), library or None)

    def covers(self, address: str) -> bool:
        """Whether all that this address names lies in the folder: `team` has nothing of `team-secret`."""
        return address.startswith(f"{self.address.rstrip('/')}/")


def checked_address(raw: str) -> str:
    """The address in its one form: with a slash behind the bucket, and one at the end of a folder.

    Raises:
        Invalid: it is not of the form scheme://bucket/prefix or file:///folder, is too long, or climbs with `..`.
    """
    parts = _ADDRESS.fullmatch(raw)
    if parts is None or len(raw) > MAX_URL_CHARS or "\0" in raw:
        raise Invalid("The address is not of the form s3://bucket/prefix or file:///folder.", field="address")
    path = parts["path"] or "/"
    is_folder = parts["scheme"] == "file"
    if is_folder == bool(parts["place"]):
        raise Invalid("Name a bucket as in s3://bucket/prefix, or a folder as in file:///folder.", field="address")
    if is_folder:
        if {".", ".."} & set(path.split("/")) or "//" in path:
            raise Invalid("Write the folder's path without '.', '..' and empty parts.", field="address")
        path = path if path.endswith("/") else f"{path}/"
    return f"{parts['scheme']}://{parts['place']}{path}"


def steps(found: Iterable[SourceObject], known: Iterable[SourcedRecording]) -> Iterator[Step]:
    """Both come sorted by URL, and are walked side by side: it takes no more memory for millions than for ten.

    Of several recordings of one URL the newest counts; the others were made of states that it had before.
    """
    recordings = (list(same)[-1] for _, same in groupby(known, key=lambda each: each.source.url))
    objects = iter(found)
    one, other = next(objects, None), next(recordings, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one.url < other.source.url):
            yield Step(StepKind.NEW, one, None)
            one = next(objects, None)
        elif one is None or other.source.url < one.url:
            yield Step(StepKind.MISSING, None, other)
            other = next(recordings, None)
        else:
            same = (one.etag, one.size_bytes) == (other.source.etag, other.source.size_bytes)
            yield Step(StepKind.UNCHANGED if same else StepKind.CHANGED, one, other)
            one, other = next(objects, None), next(recordings, None)
