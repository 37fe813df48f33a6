"""What people have marked in recordings, in memory."""

from collections.abc import Sequence

from adapters import refusals
from adapters.memory.access import AuditLog
from domain.audit import AuditEntry
from domain.event import Event
from domain.ports.regions import Regions
from domain.region import Region, RegionId
from domain.values import LibraryId, RecordingId


class MemoryRegions(Regions):
    def __init__(self, audit_log: AuditLog) -> None:
        self._log = audit_log
        self._regions: dict[tuple[LibraryId, RecordingId], dict[RegionId, Region]] = {}

    def add(self, region: Region, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        with self._log.lock:
            others = self._regions.setdefault((region.library_id, region.recording_id), {})
            if region.id in others:
                raise refusals.taken("region", region.id)
            if region.origin is not None:
                for other in others.values():
                    if other.origin == region.origin:
                        raise refusals.corrected(other.id)
            self._log.append(audit, events)
            others[region.id] = region

    def save(self, region: Region, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        with self._log.lock:
            self._require_version(region, replaces)
            self._log.append(audit, events)
            self._regions[region.library_id, region.recording_id][region.id] = region

    def get(self, library_id: LibraryId, recording_id: RecordingId, region_id: RegionId) -> Region:
        with self._log.lock:
            region = self._regions.get((library_id, recording_id), {}).get(region_id)
        if region is None:
            raise refusals.unknown("region", region_id)
        return region

    def of_recording(self, library_id: LibraryId, recording_id: RecordingId) -> tuple[Region, ...]:
        with self._log.lock:
            own = list(self._regions.get((library_id, recording_id), {}).values())
        return tuple(sorted(own, key=lambda region: (region.mark.start, region.id)))

    def remove(self, region: Region, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        with self._log.lock:
            self._require_version(region, replaces)
            self._log.append(audit, events)
            del self._regions[region.library_id, region.recording_id][region.id]

    def remove_all(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        with self._log.lock:
            self._regions.pop((library_id, recording_id), None)

    def _require_version(self, region: Region, replaces: int) -> None:
        stored = self.get(region.library_id, region.recording_id, region.id)
        if stored.version != replaces:
            raise refusals.changed("region", region.id, stored.version, replaces)
