"""Recordings as people look for them, look at them and listen to them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from domain.access import Actor, Permission
from domain.errors import Conflict, CorruptBlob, NotFound
from domain.listing import RecordingQuery
from domain.ports.blobs import Blobs, SignedRequest
from domain.ports.recordings import Recordings, Renditions
from domain.recording import Recording
from domain.rendition import Rendition, checked_rendition_name
from domain.values import ByteRange, Page, RecordingId

ADDRESS_VALID_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class Content:
    """Bytes that may be asked for in part. `address` is where to get them instead, as the type that it is called with;
    None where the store has no address."""

    size_bytes: int
    content_type: str
    filename: str
    etag: str
    read: Callable[[ByteRange | None], Iterator[bytes]]
    address: Callable[[str], SignedRequest | None] = lambda _content_type: None


@dataclass(frozen=True)
class GetRecording:
    recordings: Recordings

    def __call__(self, actor: Actor, recording_id: RecordingId) -> Recording:
        actor.require(Permission.READ)
        return self.recordings.get(actor.library_id, recording_id)


@dataclass(frozen=True)
class NameRecordings:
    """The titles of those that are there."""

    recordings: Recordings

    def __call__(self, actor: Actor, recording_ids: Iterable[RecordingId]) -> Mapping[RecordingId, str]:
        actor.require(Permission.READ)
        titles = {}
        for recording_id in dict.fromkeys(recording_ids):
            with suppress(NotFound):
                titles[recording_id] = self.recordings.get(actor.library_id, recording_id).title
        return titles


@dataclass(frozen=True)
class SearchRecordings:
    recordings: Recordings

    def __call__(self, actor: Actor, query: RecordingQuery) -> Page[Recording]:
        actor.require(Permission.READ)
        return self.recordings.search(actor.library_id, query)


@dataclass(frozen=True)
class GetOriginal:
    recordings: Recordings
    blobs: Blobs

    def __call__(self, actor: Actor, recording_id: RecordingId) -> Content:
        actor.require(Permission.READ)
        recording = self.recordings.get(actor.library_id, recording_id)
        if recording.sha256 is None:
            raise Conflict("The recording's bytes are not complete yet.", status=str(recording.status))
        key = recording.blob_key
        return Content(
            size_bytes=recording.size_bytes,
            content_type=recording.content_type,
            filename=recording.filename,
            etag=recording.sha256,
            read=lambda wanted: stored_bytes(self.blobs, key, wanted),
            address=lambda kind: self.blobs.signed_get(key, recording.filename, kind, ADDRESS_VALID_FOR),
        )


@dataclass(frozen=True)
class ListRenditions:
    recordings: Recordings
    renditions: Renditions

    def __call__(self, actor: Actor, recording_id: RecordingId) -> tuple[Rendition, ...]:
        actor.require(Permission.READ)
        self.recordings.get(actor.library_id, recording_id)
        return self.renditions.of_recording(actor.library_id, recording_id)


@dataclass(frozen=True)
class GetRendition:
    recordings: Recordings
    renditions: Renditions
    blobs: Blobs

    def __call__(self, actor: Actor, recording_id: RecordingId, name: str) -> Content:
        actor.require(Permission.READ)
        self.recordings.get(actor.library_id, recording_id)
        rendition = self.renditions.get(actor.library_id, recording_id, checked_rendition_name(name))
        key = rendition.blob_key
        return Content(
            size_bytes=rendition.size_bytes,
            content_type=rendition.content_type,
            filename=rendition.name,
            etag=f"{rendition.content_sha256[:32]}-{rendition.maker}-{rendition.size_bytes}",
            read=lambda wanted: stored_bytes(self.blobs, key, wanted),
            address=lambda kind: self.blobs.signed_get(key, rendition.name, kind, ADDRESS_VALID_FOR),
        )


def stored_bytes(blobs: Blobs, key: str, wanted: ByteRange | None) -> Iterator[bytes]:
    """Raises CorruptBlob at the call when the bytes of something on record are not there."""
    try:
        return blobs.get(key, wanted)
    except NotFound:
        raise CorruptBlob("The stored bytes are missing. Restore them from a backup.") from None
