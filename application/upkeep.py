"""Scheduled jobs: each looks for what a crash or time itself has left behind, and mends it. All may run at any time."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import TypeVar

from application.labour import GiveUpJob
from application.leftovers import RemoveLeftovers
from application.notices import Notices
from application.purge import RemoveBelongings
from application.work import FailRecordingOfJob, StartJob
from domain.access import system_actor
from domain.audit import AuditEntry
from domain.blob_keys import recording_of_key, recording_prefix
from domain.errors import AudioBackendError, NotFound, VersionMismatch
from domain.job import Job, JobStatus, job_key
from domain.job_kind import JobKind
from domain.listing import MAX_LIMIT, Field, Filter, Op, RecordingQuery
from domain.ports.access import IdempotentRequests, Libraries, Sessions
from domain.ports.blobs import Blobs, Workspaces
from domain.ports.recordings import Recordings, Renditions, Uploads
from domain.ports.work import DeadLetter, Events, JobQueue, Jobs
from domain.ports.world import Clock, Ids
from domain.recording import Recording, Status
from domain.upload import Upload, UploadStatus
from domain.values import LibraryId, RecordingId

log = logging.getLogger(__name__)

T = TypeVar("T")

BATCH = 500
UNFINISHED_AFTER = timedelta(seconds=10)
EVENTS_KEPT_FOR = timedelta(hours=1)
ORPHAN_AFTER = timedelta(hours=24)
CHANGED_WITHIN = timedelta(days=3)  # so that each change is looked at after ORPHAN_AFTER, though a run may fail
ROUND_DAYS = 30

Report = dict[str, int]
"""What a scheduled job did, by name: figures for the log and the command line."""


@dataclass(frozen=True)
class Sweep:
    """Rings for every job that is due or whose lease ran out, and puts recordings and their jobs in step."""

    recordings: Recordings
    jobs: Jobs
    queue: JobQueue
    events: Events
    idempotent_requests: IdempotentRequests
    sessions: Sessions
    start_job: StartJob
    give_up_job: GiveUpJob
    fail_recording_of_job: FailRecordingOfJob
    clock: Clock

    def __call__(self) -> Report:
        now = self.clock.now()
        unfinished = self.recordings.unfinished_since(now - UNFINISHED_AFTER, BATCH)
        return {
            "rung": _count(self._ring, self.jobs.to_ring(now, BATCH)),
            "recordings_mended": _count(self._mend, unfinished),
            "letters_forgotten": _count(self._forget, self.queue.dead_letters(BATCH)),
            "requests_forgotten": self.idempotent_requests.purge(now),
            "sessions_forgotten": self.sessions.purge(now, BATCH),
            "events_forgotten": self.events.purge(now - EVENTS_KEPT_FOR),
        }

    def _ring(self, job: Job) -> bool:
        now = self.clock.now()
        if job.is_exhausted and not job.is_held(now):
            self.give_up_job(job)
            return False
        self.jobs.save(job.rung(now), replaces=job.version)
        self.queue.send(job.id, job.kind.lane, job.library_id)
        return True

    def _forget(self, letter: DeadLetter) -> bool:
        """A letter whose job is gone, or was brought back in another way, means nothing any more."""
        job = self.jobs.find(letter.job_id)
        if job is not None and job.is_dead:
            return False
        self.queue.forget(letter.job_id)
        return True

    def _mend(self, recording: Recording) -> bool:
        job = self.jobs.find_by_key(recording.library_id, job_key(JobKind.INGEST, recording.id))
        actor = system_actor(recording.library_id, "sweep")
        if job is None:
            self.start_job(actor, JobKind.INGEST, recording.id)
        elif job.status is JobStatus.SUCCEEDED:
            self.start_job.again(actor, job)
        elif job.is_settled:
            self.fail_recording_of_job(job)
        else:
            return False
        return True


@dataclass(frozen=True)
class PurgeExpiredUploads:
    uploads: Uploads
    blobs: Blobs
    clock: Clock
    ids: Ids

    def __call__(self) -> Report:
        return {"uploads_aborted": _count(self._abort, self.uploads.expired(self.clock.now(), BATCH))}

    def _abort(self, upload: Upload) -> bool:
        actor = system_actor(upload.library_id, "purge-expired-uploads")
        aborted = upload.aborted()
        entry = AuditEntry.of_change(
            self.ids.next(), self.clock.now(), actor, "upload.expire", before=upload, after=aborted
        )
        self.uploads.save(aborted, replaces=upload.version, audit=entry)
        self.blobs.abort_multipart(upload.blob_key, upload.multipart_id)
        return True


@dataclass(frozen=True)
class ReconcileBlobs:
    """Compares blobs with records. Blobs that nothing knows are deleted once they are a day old: a younger one may
    belong to a write that is under way. What lies elsewhere than below the id of a library is somebody else's. An
    original that is missing is counted and logged, never papered over.

    Each run lists all blobs, and looks closely at what has changed in the last days and at a thirtieth of the rest: all
    of ten million recordings takes longer than the day after which the next run begins. Two at a time do no harm.
    """

    libraries: Libraries
    recordings: Recordings
    renditions: Renditions
    uploads: Uploads
    blobs: Blobs
    workspaces: Workspaces
    remove_leftovers: RemoveLeftovers
    clock: Clock

    def __call__(self) -> Report:
        now = self.clock.now()
        before = now - ORPHAN_AFTER
        return {
            **self.remove_leftovers(),
            "orphans_deleted": sum(self._delete_orphans(library.id, now) for library in self.libraries.all()),
            "multiparts_aborted": self._abort_strays(before),
            "unfinished_writes_removed": self.blobs.remove_unfinished(before),
            "workspaces_removed": self.workspaces.remove_abandoned(before),
            "originals_missing": sum(self._count_missing(library.id, now) for library in self.libraries.all()),
        }

    def _delete_orphans(self, library_id: LibraryId, now: datetime) -> int:
        deleted = 0
        listed = self.blobs.list(recording_prefix(library_id))
        for owner, found in groupby(listed, key=lambda blob: recording_of_key(blob.key)):
            blobs = list(found)
            if owner is None or not _is_its_turn(owner[1], max(blob.modified_at for blob in blobs), now):
                continue
            old = [blob for blob in blobs if blob.modified_at < now - ORPHAN_AFTER]
            known = self._known_keys(*owner) if old else frozenset()
            for blob in old:
                if blob.key not in known:
                    self.blobs.delete(blob.key)
                    deleted += 1
        return deleted

    def _known_keys(self, library_id: LibraryId, recording_id: RecordingId) -> frozenset[str]:
        try:
            recording = self.recordings.get(library_id, recording_id)
        except NotFound:
            return frozenset()
        renditions = self.renditions.of_recording(library_id, recording_id)
        return frozenset({recording.blob_key, *(rendition.blob_key for rendition in renditions)})

    def _abort_strays(self, before: datetime) -> int:
        """Multiparts that nothing can complete: their upload is unknown or has ended, and no recording waits."""
        aborted = 0
        ours = {library.id for library in self.libraries.all()}
        for key, multipart_id, started_at in self.blobs.multiparts():
            if started_at >= before or key.partition("/")[0] not in ours:
                continue
            if self._is_stray(self.uploads.find_by_multipart(key, multipart_id)):
                self.blobs.abort_multipart(key, multipart_id)
                aborted += 1
        return aborted

    def _is_stray(self, upload: Upload | None) -> bool:
        if upload is None or upload.status is UploadStatus.ABORTED:
            return True
        if upload.status is UploadStatus.OPEN:
            return False
        try:
            self.recordings.get(upload.library_id, upload.recording_id)
        except NotFound:
            return True
        return False

    def _count_missing(self, library_id: LibraryId, now: datetime) -> int:
        missing = 0
        for status in (Status.PROCESSING, Status.READY, Status.QUARANTINED, Status.TRASHED):
            for recording in each_recording(self.recordings, library_id, Filter(Field.STATUS, Op.EQ, status)):
                if recording.sha256 is None or not _is_its_turn(recording.id, recording.updated_at, now):
                    continue
                try:
                    self.blobs.stat(recording.blob_key)
                except NotFound:
                    log.error("the original of recording %s is missing: %s", recording.id, recording.blob_key)
                    missing += 1
        return missing


def _is_its_turn(recording_id: RecordingId, changed_at: datetime, now: datetime) -> bool:
    """Lately changed, or of those that are looked at on this day of the round."""
    share = int.from_bytes(hashlib.sha256(recording_id.encode()).digest()[:4]) % ROUND_DAYS
    return changed_at > now - CHANGED_WITHIN or share == now.toordinal() % ROUND_DAYS


@dataclass(frozen=True)
class EmptyTrash:
    """Removes for good what has lain in the trash for `retention`. First the recording is given up, so that nobody can
    restore it meanwhile; its record goes last, so that what a crash leaves is found and removed the next time."""

    recordings: Recordings
    remove_belongings: RemoveBelongings
    notices: Notices
    clock: Clock
    ids: Ids
    retention: timedelta

    def __call__(self) -> Report:
        expired = self.recordings.trashed_before(self.clock.now() - self.retention, BATCH)
        return {"recordings_purged": _count(self._purge, expired)}

    def _purge(self, recording: Recording) -> bool:
        now = self.clock.now()
        if not recording.may_be_purged(now, self.retention):
            return False
        actor = system_actor(recording.library_id, "empty-trash")
        given_up = recording.purging(now)
        entry = AuditEntry.of_change(self.ids.next(), now, actor, "recording.give_up", before=recording, after=given_up)
        self.recordings.save(given_up, replaces=recording.version, audit=entry)
        self.remove_belongings(given_up)
        entry = AuditEntry.of_change(self.ids.next(), now, actor, "recording.purge", before=given_up, after=None)
        events = self.notices.of_removal(given_up)
        self.recordings.remove(given_up, replaces=given_up.version, audit=entry, events=events)
        self.notices.hand_on(events)
        return True


def each_recording(recordings: Recordings, library_id: LibraryId, *filters: Filter) -> Iterator[Recording]:
    """All that match, oldest first, a page at a time."""
    query = RecordingQuery(filters, descending=False, limit=MAX_LIMIT)
    while True:
        page = recordings.search(library_id, query)
        yield from page.items
        if page.next_cursor is None:
            return
        query = replace(query, cursor=page.next_cursor)


def _count(mend: Callable[[T], bool], found: Iterable[T]) -> int:
    """For how many it was true. One that cannot be mended now does not keep the others from it."""
    count = 0
    for one in found:
        try:
            count += mend(one)
        except VersionMismatch:
            continue  # somebody else is at it in this very moment
        except AudioBackendError as error:
            log.warning("left for the next time: %s: %s", error.code, error.detail)
    return count
