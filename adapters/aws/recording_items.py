"""What is stored of a recording: its item, and small items beside it by which it is found.

The small ones are facets (one for each value that can be filtered by for equality) and its source. They are written in
the recording's own transaction, so that they are never behind it, and read consistently.
"""

from collections.abc import Iterator, Mapping

from adapters.aws.due import due
from adapters.aws.items import Item, Key, Value, document, key, key_of, sortable
from adapters.aws.recording_sources import source_item
from adapters.aws.schema import BY_CREATED, BY_DURATION, BY_LOUDNESS, BY_SIZE, BY_TITLE, BY_UPDATED
from adapters.aws.text import shortened
from domain.listing import Field, SortKey, field_values, sort_value
from domain.recording import Recording, Status
from domain.tally import severities_of
from domain.text_search import searched_text
from domain.values import LibraryId

INDEX_OF: Mapping[SortKey, str] = {
    SortKey.CREATED: BY_CREATED,
    SortKey.UPDATED: BY_UPDATED,
    SortKey.TITLE: BY_TITLE,
    SortKey.DURATION: BY_DURATION,
    SortKey.LOUDNESS: BY_LOUDNESS,
    SortKey.SIZE: BY_SIZE,
}
"""The sort key of each of these indexes is the attribute that has the sort's own name."""

ATTRIBUTE_OF: Mapping[Field, str] = {
    Field.TAG: "tags",
    Field.FINDING: "findings",
    Field.FIXITY: "fixity",
    Field.PARENT: "parent",
    Field.CODEC: "codec",
    Field.CONTAINER: "container",
    Field.SHA256: "sha256",
    Field.FILENAME: "filename",
    Field.CHANNELS: "channels",
    Field.SAMPLE_RATE: "sample_rate",
}
"""The attribute that has the field's values; each of these fields has facets."""

SETS = frozenset({Field.TAG, Field.FINDING})
NUMBERS = frozenset({Field.CHANNELS, Field.SAMPLE_RATE})

KIND = "recording"
TRASHED, UNFINISHED = "trashed", "unfinished"
_UNFINISHED = frozenset({Status.RECEIVING, Status.PROCESSING})

_TITLE_END = "\0"  # below all that a title holds, so that a title sorts before those that go on from it


def recording_key(library_id: LibraryId, recording_id: str) -> Key:
    return key(KIND, library_id, recording_id), KIND


def list_of(library_id: LibraryId, status: Status) -> str:
    """The partition of the lists by sort."""
    return key(library_id, "recordings", status)


def sort_text(sort: SortKey, value: str | float, recording_id: str) -> str:
    """A sort key of the sort's index: value and id, in one text that sorts as the two of them do.

    A title is cut so that it fits: titles that are alike for 997 bytes, which some with more than 249 characters are,
    come in the order of their ids.
    """
    if sort is SortKey.TITLE:
        return shortened(str(value), beside=_TITLE_END + recording_id) + _TITLE_END + recording_id
    return key(value if isinstance(value, str) else sortable(value), recording_id)


def sort_text_of(recording: Recording, sort: SortKey) -> str:
    value = sort_value(recording, sort)
    return sort_text(sort, value if isinstance(value, str) else sortable(value), recording.id)


def read_sort_text(sort: SortKey, text: str) -> tuple[str, str]:
    """The text of the value, and the id."""
    value, _, recording_id = text.rpartition(_TITLE_END) if sort is SortKey.TITLE else text.partition("#")
    return value, recording_id


def item_of(recording: Recording) -> Item:
    pk, sk = recording_key(recording.library_id, recording.id)
    attributes: dict[str, Value] = {
        "pk": pk,
        "sk": sk,
        "doc": document(recording),
        "version": recording.version,
        "list": list_of(recording.library_id, recording.status),
        "text": searched_text(recording),
    }
    attributes |= {sort.value: sort_text_of(recording, sort) for sort in SortKey}
    for field, name in ATTRIBUTE_OF.items():
        values = [facet_text(value) for value in field_values(recording, field) if isinstance(value, str | int | float)]
        if values:
            attributes[name] = frozenset(values) if field in SETS else values[0]
    attributes |= dict(_counted(recording))
    if recording.trashed_at is not None:
        attributes |= due(TRASHED, recording.id, recording.trashed_at)
    elif recording.status in _UNFINISHED:
        attributes |= due(UNFINISHED, recording.id, recording.updated_at)
    return attributes


def _counted(recording: Recording) -> Iterator[tuple[str, Value]]:
    """What a tally counts beside what can be filtered by: see schema.TALLIED."""
    if severities := severities_of(recording):
        yield "severities", severities
    if recording.judgement:
        yield "verdict", recording.judgement.verdict.value
    if recording.failure:
        yield "failure", recording.failure.code


def companions_of(recording: Recording) -> dict[Key, Item]:
    """The small items, by their keys."""
    source = source_item(recording)
    items = [*_facets_of(recording), *([source] if source else [])]
    return {key_of(item): item for item in items}


def facet_text(value: str | float) -> str:
    return value if isinstance(value, str) else sortable(value)


def facet_partition(library_id: LibraryId, field: Field, value: str) -> str:
    """Texts have a partition each, in the order of creation; numbers share one, in their own order first."""
    return key("facet", library_id, field) if field in NUMBERS else key("facet", library_id, field, value)


def _facets_of(recording: Recording) -> Iterator[Item]:
    created = sort_text_of(recording, SortKey.CREATED)
    for field in ATTRIBUTE_OF:
        for value in field_values(recording, field):
            if isinstance(value, str | int | float):
                text = facet_text(value)
                sk = key(text, created) if field in NUMBERS else created
                yield {"pk": facet_partition(recording.library_id, field, text), "sk": sk}
