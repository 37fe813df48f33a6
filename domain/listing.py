"""How recordings are searched: the filters and sorts that every store answers alike."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from domain.errors import Invalid
from domain.fixity import FixityStatus
from domain.recording import Recording, Status
from domain.text_search import says, searched_text, words_of

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
UNKNOWN_NUMBER = -1.0  # sorts what has no duration yet before all that has one
UNKNOWN_LOUDNESS = -1000.0  # LUFS; the same of loudness, whose gate leaves nothing below -70

Comparable = str | float | int | datetime


class Op(StrEnum):
    EQ = "eq"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"


_COMPARE: Mapping[Op, Callable[[Comparable, Comparable], bool]] = {
    Op.EQ: lambda a, b: a == b,
    Op.GT: lambda a, b: a > b,  # type: ignore[operator]  # both sides have the field's own type
    Op.GTE: lambda a, b: a >= b,  # type: ignore[operator]  # as above
    Op.LT: lambda a, b: a < b,  # type: ignore[operator]  # as above
    Op.LTE: lambda a, b: a <= b,  # type: ignore[operator]  # as above
}


class Field(StrEnum):
    """What can be filtered by. Those in ORDERED also take gt, gte, lt and lte. TEXT is words: see text_search."""

    TEXT = "text"
    STATUS = "status"
    TAG = "tag"
    FINDING = "finding"
    FIXITY = "fixity"
    PARENT = "parent"
    CODEC = "codec"
    CONTAINER = "container"
    SHA256 = "sha256"
    FILENAME = "filename"
    CHANNELS = "channels"
    SAMPLE_RATE = "sample_rate"
    DURATION = "duration"
    LOUDNESS = "loudness"
    SIZE = "size"
    CREATED = "created"
    UPDATED = "updated"


_FRACTIONS = frozenset({Field.DURATION, Field.LOUDNESS})
_MOMENTS = frozenset({Field.CREATED, Field.UPDATED})
ORDERED = frozenset({Field.CHANNELS, Field.SAMPLE_RATE, Field.SIZE}) | _FRACTIONS | _MOMENTS
_WORDS: Mapping[Field, tuple[str, ...]] = {
    Field.STATUS: tuple(Status),
    Field.FIXITY: (FixityStatus.DAMAGED, FixityStatus.MISSING),
}
"""Of fields that have no others."""

_WORD = re.compile(r"([a-z_]+)(?:\[([a-z]+)\])?")


class SortKey(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    TITLE = "title"
    DURATION = "duration"
    LOUDNESS = "loudness"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class Filter:
    """A recording matches when one of its values of the field compares so; what it has no value for never matches."""

    field: Field
    op: Op
    value: Comparable

    def __post_init__(self) -> None:
        if self.op is not Op.EQ and self.field not in ORDERED:
            raise Invalid(f"{self.field} takes no [{self.op}]; it is compared for equality.", field=str(self.field))
        if self.field is Field.TEXT:
            words_of(str(self.value))

    def matches(self, recording: Recording) -> bool:
        if self.field is Field.TEXT:
            return says(searched_text(recording), str(self.value))
        compare = _COMPARE[self.op]
        return any(compare(value, self.value) for value in field_values(recording, self.field))


@dataclass(frozen=True, slots=True)
class RecordingQuery:
    """All filters must match. Ties in the sort are broken by id, in the same direction.

    Without a filter on status, what lies in the trash is left out. `cursor` is the `next_cursor` of an earlier page of
    the same query.
    """

    filters: tuple[Filter, ...] = ()
    sort: SortKey = SortKey.CREATED
    descending: bool = True
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise Invalid(f"limit must be 1 to {MAX_LIMIT}.", field="limit")

    @property
    def shows_trash(self) -> bool:
        return any(f.field is Field.STATUS for f in self.filters)

    def matches(self, recording: Recording) -> bool:
        if recording.status is Status.TRASHED and not self.shows_trash:
            return False
        return all(f.matches(recording) for f in self.filters)


def filters_of(words: Mapping[str, Sequence[str]]) -> tuple[Filter, ...]:
    """Filters as they are written in addresses: `{"tag": ["dog", "loud"], "duration[gte]": ["1.5"]}`.

    Raises Invalid for what cannot be filtered by so, and for a filter without values: whoever means all says nothing.
    """
    for word, texts in words.items():
        if not texts:
            raise Invalid(f"The filter {word[:64]!r} has no value. Leave it out to find all.", field=word[:64])
    return tuple(_filter_of(word, text) for word, texts in words.items() for text in texts)


def _filter_of(word: str, text: str) -> Filter:
    match = _WORD.fullmatch(word)
    if match is None or match[1] not in set(Field) or (match[2] or Op.EQ) not in set(Op):
        raise Invalid(f"There is no filter {word[:64]!r}. Filters are: {', '.join(Field)}.", field=word[:64])
    name = Field(match[1])
    return Filter(name, Op(match[2] or Op.EQ), _comparable(name, text))


def _comparable(name: Field, text: str) -> Comparable:
    try:
        if name in _MOMENTS:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        elif name not in ORDERED:
            if text and text in _WORDS.get(name, (text,)):
                return text.lower() if name is Field.SHA256 else text
        elif math.isfinite(number := float(text)) and (number >= 0 or name is Field.LOUDNESS):
            return number if name in _FRACTIONS else int(number)
    except (ValueError, OverflowError):  # the latter of a moment that the calendar does not reach in UTC
        pass
    number_wanted = "a number" if name is Field.LOUDNESS else "a number of 0 or more"
    wanted = "a time with its zone" if name in _MOMENTS else number_wanted if name in ORDERED else "a value"
    raise Invalid(f"{name} is compared with {wanted}; it was {text[:64]!r}.", field=str(name))


def field_values(recording: Recording, name: Field) -> tuple[Comparable, ...]:
    """The values that a filter on the field looks at: several for tags and findings, none where nothing is known.

    Of fixity only what is wrong is a value: intact ones are nearly all, and would share one place.
    """
    if name is Field.TEXT:
        return (searched_text(recording),)
    audio, fixity = recording.audio, recording.fixity
    values: Mapping[Field, Comparable | tuple[str, ...] | None] = {
        Field.STATUS: str(recording.status),
        Field.TAG: recording.tags,
        Field.FINDING: tuple(finding.code for finding in recording.findings),
        Field.FIXITY: str(fixity.status) if fixity and not fixity.is_intact else None,
        Field.PARENT: recording.lineage.parent if recording.lineage else None,
        Field.CODEC: audio.codec if audio else None,
        Field.CONTAINER: audio.container if audio else None,
        Field.SHA256: recording.sha256,
        Field.FILENAME: recording.filename,
        Field.CHANNELS: audio.channels if audio else None,
        Field.SAMPLE_RATE: audio.sample_rate_hz if audio else None,
        Field.DURATION: audio.duration_seconds if audio else None,
        Field.LOUDNESS: recording.loudness_lufs,
        Field.SIZE: recording.size_bytes,
        Field.CREATED: recording.created_at,
        Field.UPDATED: recording.updated_at,
    }
    value = values[name]
    if isinstance(value, tuple):
        return value
    return () if value is None else (value,)


def sort_value(recording: Recording, key: SortKey) -> Comparable:
    """What the recording is sorted by: never missing, of one type for each key."""
    if key is SortKey.TITLE:
        return recording.title
    if key is SortKey.DURATION:
        known = recording.audio.duration_seconds if recording.audio else None
        return UNKNOWN_NUMBER if known is None else known
    if key is SortKey.LOUDNESS:
        return UNKNOWN_LOUDNESS if recording.loudness_lufs is None else recording.loudness_lufs
    if key is SortKey.SIZE:
        return recording.size_bytes
    return recording.created_at if key is SortKey.CREATED else recording.updated_at
