"""What people have marked in recordings, in SQLite."""

import sqlite3
from collections.abc import Sequence

from adapters import codec, refusals
from adapters.local import rows
from adapters.local.database import Database
from domain.audit import AuditEntry
from domain.event import Event
from domain.ports.regions import Regions
from domain.region import Region, RegionId
from domain.values import LibraryId, RecordingId


class SqliteRegions(Regions):
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, region: Region, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        with self._database.writing() as connection:
            _require_free_origin(connection, region)
            rows.add(connection, "region", "regions", _row(region))
            rows.append_audit(connection, audit)
            rows.put_in_outbox(connection, events)

    def save(self, region: Region, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        with self._database.writing() as connection:
            rows.replace(connection, "region", "regions", _row(region), replaces)
            rows.append_audit(connection, audit)
            rows.put_in_outbox(connection, events)

    def get(self, library_id: LibraryId, recording_id: RecordingId, region_id: RegionId) -> Region:
        query = "SELECT doc FROM regions WHERE id = ? AND library_id = ? AND recording_id = ?"
        with self._database.reading() as connection:
            region = rows.read_one(connection, Region, query, region_id, library_id, recording_id)
        if region is None:
            raise refusals.unknown("region", region_id)
        return region

    def of_recording(self, library_id: LibraryId, recording_id: RecordingId) -> tuple[Region, ...]:
        query = "SELECT doc FROM regions WHERE library_id = ? AND recording_id = ? ORDER BY start, id"
        with self._database.reading() as connection:
            return rows.read_all(connection, Region, query, library_id, recording_id)

    def remove(self, region: Region, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        with self._database.writing() as connection:
            rows.require_version(connection, "region", "regions", _row(region), replaces)
            connection.execute("DELETE FROM regions WHERE id = ?", (region.id,))
            rows.append_audit(connection, audit)
            rows.put_in_outbox(connection, events)

    def remove_all(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM regions WHERE library_id = ? AND recording_id = ?", (library_id, recording_id)
            )


def _row(region: Region) -> rows.Row:
    return {
        "id": region.id,
        "library_id": region.library_id,
        "recording_id": region.recording_id,
        "version": region.version,
        "start": region.mark.start,
        "origin": None if region.origin is None else region.origin.key,
        "doc": codec.written(region),
    }


def _require_free_origin(connection: sqlite3.Connection, region: Region) -> None:
    """Nobody comes between this look and the write: the transaction has the only pen. The index would refuse it too."""
    if region.origin is None:
        return
    other = connection.execute(
        "SELECT id FROM regions WHERE library_id = ? AND recording_id = ? AND origin = ? AND id <> ?",
        (region.library_id, region.recording_id, region.origin.key, region.id),
    ).fetchone()
    if other is not None:
        raise refusals.corrected(other[0])
