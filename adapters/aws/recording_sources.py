"""Where recordings came from: an item beside each that was imported, in the order of the addresses."""

from collections.abc import Iterator
from itertools import groupby

from adapters.aws.items import Item, document, key, read
from adapters.aws.table import Range, Table
from adapters.aws.text import shortened
from domain.recording import Recording, Status
from domain.source import SourcedRecording
from domain.values import LibraryId

_URL_END = "\0"  # below all that an address holds
_HIGHEST = "\U0010ffff"  # no address goes on with it
_ROOM_FOR_END = "\0" * 34  # an id has 26 bytes: what remains of an address with this beside it remains in every key


def source_item(recording: Recording) -> Item | None:
    """None for what lies in the trash or was not imported."""
    source = recording.source
    if source is None or recording.status is Status.TRASHED:
        return None
    end = _URL_END + recording.id
    return {
        "pk": key("sources", recording.library_id),
        "sk": shortened(source.url, beside=end) + end,
        "doc": document(SourcedRecording(recording.id, source)),
    }


def from_sources(table: Table, library_id: LibraryId, address: str) -> Iterator[SourcedRecording]:
    """Keys hold the beginnings of long addresses: those that are alike so far are put in order here."""
    start = shortened(address, beside=_ROOM_FOR_END)
    asked = Range(key("sources", library_id), least=start, most=start + _HIGHEST)
    for _, alike in groupby(table.items(asked), key=lambda item: str(item["sk"]).rpartition(_URL_END)[0]):
        made = [read(SourcedRecording, item) for item in alike]
        yield from sorted(
            (each for each in made if each.source.url.startswith(address)),
            key=lambda each: (each.source.url, each.recording_id),
        )
