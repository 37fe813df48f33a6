"""Regions: what people mark in recordings, and what they decide about findings and about what models said."""

from dataclasses import dataclass, replace
from datetime import datetime

from application.notices import Notices
from application.purge import EndIfPurged
from domain.access import Actor, Permission
from domain.audit import AuditEntry
from domain.errors import Conflict, IllegalTransition, VersionMismatch
from domain.ports.models import Predictions
from domain.ports.recordings import Recordings
from domain.ports.regions import Regions
from domain.ports.world import Clock, Ids
from domain.recording import Recording, Status
from domain.region import MAX_REGIONS, Mark, Origin, OriginKind, Region, RegionId
from domain.values import RecordingId


@dataclass(frozen=True)
class ListRegions:
    """All of a recording, whatever its status: by their start, then by their id."""

    recordings: Recordings
    regions: Regions

    def __call__(self, actor: Actor, recording_id: RecordingId) -> tuple[Region, ...]:
        actor.require(Permission.READ)
        self.recordings.get(actor.library_id, recording_id)
        return self.regions.of_recording(actor.library_id, recording_id)


@dataclass(frozen=True)
class GetRegion:
    regions: Regions

    def __call__(self, actor: Actor, recording_id: RecordingId, region_id: RegionId) -> Region:
        actor.require(Permission.READ)
        return self.regions.get(actor.library_id, recording_id, region_id)


@dataclass(frozen=True)
class AddRegion:
    """`origin` is what it corrects; of a finding, the version is the one that the recording has now.

    At most MAX_REGIONS are in a recording, and a few more where several people add the last ones in the same moment.
    """

    recordings: Recordings
    predictions: Predictions
    regions: Regions
    notices: Notices
    end_if_purged: EndIfPurged
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, recording_id: RecordingId, mark: Mark, origin: Origin | None = None) -> Region:
        actor.require(Permission.WRITE)
        recording = self.recordings.get(actor.library_id, recording_id)
        fitting = _fitting(mark, recording)
        if len(self.regions.of_recording(actor.library_id, recording_id)) >= MAX_REGIONS:
            raise Conflict(f"A recording has at most {MAX_REGIONS} regions. Remove one first.", limit=MAX_REGIONS)
        region = Region.create(
            RegionId(self.ids.next()),
            actor.library_id,
            recording_id,
            mark=fitting,
            origin=None if origin is None else self._found(recording, origin),
            by=actor.name,
            now=self.clock.now(),
        )
        entry = region_entry(self.ids.next(), region.created_at, actor, "region.add", before=None, after=region)
        events = self.notices.of_region(region)
        self.regions.add(region, entry, events)
        self.notices.hand_on(events)
        self.end_if_purged(recording)
        return region

    def _found(self, recording: Recording, asked: Origin) -> Origin:
        if asked.kind is OriginKind.FINDING:
            return Origin.of_finding(recording.findings, asked.name, asked.n)
        prediction = self.predictions.find(recording.library_id, recording.id, asked.name)
        if prediction is None:
            raise Conflict("The recording has no such prediction. Load it again.")
        return Origin.of_prediction(prediction, asked.n)


@dataclass(frozen=True)
class ChangeRegion:
    """Puts another mark in the place of all of the old one. The same again stores nothing."""

    recordings: Recordings
    regions: Regions
    notices: Notices
    clock: Clock
    ids: Ids

    def __call__(
        self, actor: Actor, recording_id: RecordingId, region_id: RegionId, version: int, mark: Mark
    ) -> Region:
        actor.require(Permission.WRITE)
        recording = self.recordings.get(actor.library_id, recording_id)
        before = _at_version(self.regions.get(actor.library_id, recording_id, region_id), version)
        after = before.marked(_fitting(mark, recording), self.clock.now())
        if after is before:
            return before
        entry = region_entry(self.ids.next(), after.updated_at, actor, "region.change", before=before, after=after)
        events = self.notices.of_region(after)
        self.regions.save(after, version, entry, events)
        self.notices.hand_on(events)
        return after


@dataclass(frozen=True)
class RemoveRegion:
    """What it corrected is then as the analyser or the model said it, and undecided."""

    recordings: Recordings
    regions: Regions
    notices: Notices
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, recording_id: RecordingId, region_id: RegionId, version: int) -> None:
        actor.require(Permission.WRITE)
        _require_out_of_trash(self.recordings.get(actor.library_id, recording_id))
        region = _at_version(self.regions.get(actor.library_id, recording_id, region_id), version)
        now = self.clock.now()
        entry = region_entry(self.ids.next(), now, actor, "region.remove", before=region, after=None)
        events = self.notices.of_region_removal(region)
        self.regions.remove(region, version, entry, events)
        self.notices.hand_on(events)


def region_entry(
    entry_id: str, at: datetime, actor: Actor, action: str, *, before: Region | None, after: Region | None
) -> AuditEntry:
    """It names the region and stands on the trail of the recording, as a part of whose history it is looked for."""
    told = AuditEntry.of_change(entry_id, at, actor, action, before=before, after=after)
    named = {"id": told.subject_id}
    return replace(
        told,
        subject_kind="recording",
        subject_id=next(region.recording_id for region in (after, before) if region),
        before={**named, **told.before} if before else {},
        after={**named, **told.after} if after else {},
    )


def _fitting(mark: Mark, recording: Recording) -> Mark:
    """Raises IllegalTransition where nothing can be marked, and what `Mark.within` raises."""
    _require_out_of_trash(recording)
    audio = recording.audio
    if audio is None or audio.duration_seconds is None:
        raise IllegalTransition(
            f"The recording is {recording.status} and has not been heard. Once it is, stretches of it can be marked.",
            status=str(recording.status),
        )
    return mark.within(audio.duration_seconds, audio.channels)


def _require_out_of_trash(recording: Recording) -> None:
    if recording.status is Status.TRASHED:
        raise IllegalTransition("The recording is in the trash. Restore it first.", status=str(recording.status))


def _at_version(region: Region, version: int) -> Region:
    if region.version != version:
        raise VersionMismatch("The region has changed. Load it again, then repeat the change.", version=region.version)
    return region
