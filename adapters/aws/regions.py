"""What people have marked, in DynamoDB: in the recording's partition, each beside an item that takes its origin."""

from collections.abc import Sequence

from adapters import refusals
from adapters.aws import versioned
from adapters.aws.items import Item, Key, document, key, key_of, read
from adapters.aws.recording_items import recording_key
from adapters.aws.table import Range, Refused, Table
from adapters.aws.versioned import Record
from adapters.aws.writes import ABSENT, delete, put
from domain.audit import AuditEntry
from domain.event import Event
from domain.ports.regions import Regions
from domain.region import MAX_REGIONS, Region, RegionId
from domain.values import LibraryId, RecordingId

_KIND, _ORIGIN = "region", "region-origin"
_REGIONS = "region#", "region$"  # from the first and below the second lie all of a recording
_WITH_ORIGINS = "region#", "region."


class DynamoRegions(Regions):
    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, region: Region, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        taking = [] if region.origin is None else [put(_origin_item(region, region.origin.key), ABSENT)]
        try:
            versioned.add(self._table, _record(region), audit, *taking, events=events)
        except Refused as refused:
            other = refused.found[1]
            if other is None:
                raise
            raise refusals.corrected(str(other["region"])) from refused

    def save(self, region: Region, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        versioned.save(self._table, _record(region), replaces, audit, events=events)

    def get(self, library_id: LibraryId, recording_id: RecordingId, region_id: RegionId) -> Region:
        item = self._table.get(_place(_KIND, library_id, recording_id, region_id))
        if item is None:
            raise refusals.unknown(_KIND, region_id)
        return read(Region, item)

    def of_recording(self, library_id: LibraryId, recording_id: RecordingId) -> tuple[Region, ...]:
        items = self._table.items(_range(library_id, recording_id, *_REGIONS), page=MAX_REGIONS)
        return tuple(sorted((read(Region, item) for item in items), key=lambda one: (one.mark.start, one.id)))

    def remove(self, region: Region, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        freed = [] if region.origin is None else [delete(key_of(_origin_item(region, region.origin.key)))]
        versioned.remove(self._table, _record(region), replaces, audit, *freed, events=events)

    def remove_all(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        items = self._table.items(_range(library_id, recording_id, *_WITH_ORIGINS), page=MAX_REGIONS)
        self._table.write_each([delete(key_of(item)) for item in items])


def _record(region: Region) -> Record:
    pk, sk = _place(_KIND, region.library_id, region.recording_id, region.id)
    return Record(_KIND, region.id, {"pk": pk, "sk": sk, "version": region.version, "doc": document(region)})


def _origin_item(region: Region, origin_key: str) -> Item:
    pk, sk = _place(_ORIGIN, region.library_id, region.recording_id, origin_key)
    return {"pk": pk, "sk": sk, "region": region.id}


def _place(kind: str, library_id: LibraryId, recording_id: RecordingId, name: str) -> Key:
    return recording_key(library_id, recording_id)[0], key(kind, name)


def _range(library_id: LibraryId, recording_id: RecordingId, least: str, below: str) -> Range:
    return Range(recording_key(library_id, recording_id)[0], least=least, below=below)
