"""A file comes in by parts, over hours and interruptions if need be."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from application.ingest import refuse_duplicate
from application.notices import Notices
from application.work import StartJob
from domain.access import Actor, Permission
from domain.audit import AuditEntry
from domain.blob_keys import original_key
from domain.errors import Conflict, Gone, Incomplete, NotFound, TooLarge, VersionMismatch
from domain.job import Job
from domain.job_kind import JobKind
from domain.ports.blobs import Blobs, SignedRequest
from domain.ports.recordings import Recordings, Uploads
from domain.ports.world import Clock, Ids
from domain.recording import Recording
from domain.upload import Part, Upload, UploadStatus, check_announced_size
from domain.values import LibraryId, RecordingId, UploadId, checked_sha256, checked_tags, display_name, require_digest


@dataclass(frozen=True)
class UploadState:
    """An upload with the parts that have arrived. `addresses` are by part number where the store has its own.

    `digests` are those that the caller has told in this request, by part number: without its digest, a part of an
    upload that asks for them has no address.
    """

    upload: Upload
    arrived: tuple[Part, ...]
    addresses: dict[int, SignedRequest]
    digests: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenUpload:
    uploads: Uploads
    recordings: Recordings
    blobs: Blobs
    clock: Clock
    ids: Ids
    max_bytes: int

    def __call__(
        self,
        actor: Actor,
        *,
        filename: str,
        content_type: str,
        size_bytes: int,
        sha256: str | None = None,
        keep_duplicate: bool = False,
        part_sha256: bool = False,
        tags: tuple[str, ...] = (),
    ) -> UploadState:
        actor.require(Permission.WRITE)
        display_name(filename)
        checked_tags(tags)
        check_announced_size(size_bytes, self.max_bytes)
        if sha256 is not None and not keep_duplicate:
            refuse_duplicate(self.recordings, actor.library_id, checked_sha256(sha256))
        now = self.clock.now()
        recording_id = RecordingId(self.ids.next())
        key = original_key(actor.library_id, recording_id)
        upload = Upload.open(
            UploadId(self.ids.next()),
            actor.library_id,
            recording_id,
            filename=filename,
            content_type=content_type,
            size_bytes=size_bytes,
            max_bytes=self.max_bytes,
            blob_key=key,
            multipart_id=self.blobs.begin_multipart(key, part_sha256=part_sha256),
            now=now,
            sha256=sha256,
            keep_duplicate=keep_duplicate,
            part_sha256=part_sha256,
            tags=tags,
        )
        entry = AuditEntry.of_change(self.ids.next(), now, actor, "upload.create", before=None, after=upload)
        self.uploads.add(upload, entry)
        return _addressed(self.blobs, upload, (), {}, now)


@dataclass(frozen=True)
class GetUpload:
    """`digests` are SHA-256 of parts by number, to which the addresses of these parts are bound."""

    uploads: Uploads
    blobs: Blobs
    clock: Clock

    def __call__(
        self, actor: Actor, upload_id: UploadId, digests: Mapping[int, str] = MappingProxyType({})
    ) -> UploadState:
        actor.require(Permission.WRITE)
        upload = self.uploads.get(actor.library_id, upload_id)
        digests = upload.checked_digests(digests)
        now = self.clock.now()
        arrived = arrived_parts(self.blobs, upload)
        if upload.is_expired(now) or upload.status is not UploadStatus.OPEN:
            return UploadState(upload, arrived, {})
        return _addressed(self.blobs, upload, arrived, digests, now)


@dataclass(frozen=True)
class ReceivePart:
    """For stores without an address of their own: the bytes come through the service, under a URL that it signed.

    The URL is the permission, so there is no actor; it also says the part's `sha256`, where it was bound to one.
    """

    uploads: Uploads
    blobs: Blobs
    clock: Clock

    def __call__(
        self,
        library_id: LibraryId,
        upload_id: UploadId,
        n: int,
        chunks: Iterable[bytes],
        announced_size: int | None,
        *,
        sha256: str | None = None,
    ) -> Part:
        upload = self.uploads.get(library_id, upload_id)
        upload.require_open(self.clock.now())
        expected = upload.size_of_part(n)
        if announced_size is not None and announced_size != expected:
            raise _wrong_size(n, expected, announced_size)
        return self.blobs.put_part(upload.blob_key, upload.multipart_id, n, _exactly(chunks, n, expected, sha256))


@dataclass(frozen=True)
class CompleteUpload:
    """All parts are there: a recording is made of them, in a job. Completing again gives the same recording and job."""

    uploads: Uploads
    recordings: Recordings
    blobs: Blobs
    start_job: StartJob
    notices: Notices
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, upload_id: UploadId) -> tuple[Recording, Job]:
        actor.require(Permission.WRITE)
        upload = self._completed(actor, upload_id)
        recording = self._recorded(upload) or self._add(actor, upload)
        return recording, self.start_job(actor, JobKind.INGEST, recording.id)

    def _completed(self, actor: Actor, upload_id: UploadId) -> Upload:
        """This write decides between completing, aborting and expiring: of these, one happens."""
        while True:
            upload = self.uploads.get(actor.library_id, upload_id)
            if upload.status is UploadStatus.COMPLETED:
                return upload
            now = self.clock.now()
            completed = upload.completed(arrived_parts(self.blobs, upload), now)
            entry = AuditEntry.of_change(self.ids.next(), now, actor, "upload.complete", before=upload, after=completed)
            try:
                self.uploads.save(completed, replaces=upload.version, audit=entry)
            except VersionMismatch:
                continue  # somebody else completed or aborted it; the upload says which
            return completed

    def _recorded(self, upload: Upload) -> Recording | None:
        try:
            return self.recordings.get(upload.library_id, upload.recording_id)
        except NotFound:
            return None

    def _add(self, actor: Actor, upload: Upload) -> Recording:
        if upload.missing(arrived_parts(self.blobs, upload)):
            raise Gone("The recording of this upload has been removed. Upload the file again.")
        now = self.clock.now()
        recording = Recording.receive(
            upload.recording_id,
            upload.library_id,
            filename=upload.filename,
            content_type=upload.content_type,
            size_bytes=upload.size_bytes,
            now=now,
            keep_duplicate=upload.keep_duplicate,
            tags=upload.tags,
            upload_id=upload.id,
        )
        entry = AuditEntry.of_change(self.ids.next(), now, actor, "recording.create", before=None, after=recording)
        events = self.notices.of_recording(recording)
        try:
            self.recordings.add(recording, entry, events)
        except Conflict:  # completed twice at once
            return self.recordings.get(upload.library_id, upload.recording_id)
        self.notices.hand_on(events)
        return recording


@dataclass(frozen=True)
class AbortUpload:
    uploads: Uploads
    blobs: Blobs
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, upload_id: UploadId) -> Upload:
        actor.require(Permission.WRITE)
        upload = self.uploads.get(actor.library_id, upload_id)
        aborted = upload.aborted()
        if aborted is not upload:
            entry = AuditEntry.of_change(
                self.ids.next(), self.clock.now(), actor, "upload.abort", before=upload, after=aborted
            )
            try:
                self.uploads.save(aborted, replaces=upload.version, audit=entry)
            except VersionMismatch:
                return self(actor, upload_id)  # completed or aborted in this moment; the upload says which
        self.blobs.abort_multipart(upload.blob_key, upload.multipart_id)
        return aborted


def arrived_parts(blobs: Blobs, upload: Upload) -> tuple[Part, ...]:
    """None once the parts have been put together or thrown away."""
    try:
        return blobs.parts(upload.blob_key, upload.multipart_id)
    except NotFound:
        return ()


def _addressed(
    blobs: Blobs, upload: Upload, arrived: tuple[Part, ...], digests: Mapping[int, str], now: datetime
) -> UploadState:
    """With the store's address of each missing part that can have one; none where the service takes them itself."""
    addresses = {}
    for n in upload.missing(arrived):
        if upload.part_sha256 and n not in digests:
            continue
        signed = blobs.signed_part(
            upload.blob_key,
            upload.multipart_id,
            n,
            upload.size_of_part(n),
            upload.expires_at - now,
            sha256=digests.get(n),
        )
        if signed is None:
            break
        addresses[n] = signed
    return UploadState(upload, arrived, addresses, digests)


def _exactly(chunks: Iterable[bytes], n: int, expected: int, sha256: str | None) -> Iterable[bytes]:
    received, digest = 0, hashlib.sha256()
    for chunk in chunks:
        received += len(chunk)
        if sha256 is not None:
            digest.update(chunk)
        if received > expected:
            raise TooLarge(f"Part {n} has {expected} bytes; more arrived.", expected_bytes=expected)
        yield chunk
    if received != expected:
        raise Incomplete(
            f"Part {n} has {expected} bytes; {received} arrived. Send the part again.",
            expected_bytes=expected,
            received_bytes=received,
        )
    if sha256 is not None:
        require_digest(sha256, digest.hexdigest())


def _wrong_size(n: int, expected: int, announced: int) -> Conflict:
    return Conflict(
        f"Part {n} must have {expected} bytes, not {announced}.", expected_bytes=expected, announced_bytes=announced
    )
