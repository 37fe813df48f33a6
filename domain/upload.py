"""A resumable upload: an agreement on a file that arrives in parts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import Conflict, Gone, Invalid, TooLarge
from domain.values import LibraryId, RecordingId, UploadId, checked_sha256, checked_tags, display_name

MIN_PART_BYTES = 5 * 1024 * 1024
MAX_PARTS = 10_000
LIFETIME = timedelta(hours=24)


class UploadStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Part:
    """One part that has arrived; `n` counts from 1."""

    n: int
    size_bytes: int
    etag: str


@dataclass(frozen=True, slots=True)
class Upload:
    """Sizes are in bytes; all parts but the last have `part_size`. The blob store knows the parts that arrived.

    With `part_sha256` the client tells the SHA-256 of each part before it is given an address for it, and the address
    takes no other bytes. `tags` are those that the recording will have.
    """

    id: UploadId
    library_id: LibraryId
    recording_id: RecordingId
    filename: str
    content_type: str
    size_bytes: int
    part_size: int
    blob_key: str
    multipart_id: str
    created_at: datetime
    expires_at: datetime
    sha256: str | None = None
    keep_duplicate: bool = False
    part_sha256: bool = False
    tags: tuple[str, ...] = ()
    status: UploadStatus = UploadStatus.OPEN
    version: int = 1

    @classmethod
    def open(
        cls,
        upload_id: UploadId,
        library_id: LibraryId,
        recording_id: RecordingId,
        *,
        filename: str,
        content_type: str,
        size_bytes: int,
        max_bytes: int,
        blob_key: str,
        multipart_id: str,
        now: datetime,
        sha256: str | None = None,
        keep_duplicate: bool = False,
        part_sha256: bool = False,
        tags: tuple[str, ...] = (),
    ) -> "Upload":
        """Raises Invalid or TooLarge when such a file would not be taken."""
        check_announced_size(size_bytes, max_bytes)
        return cls(
            id=upload_id,
            library_id=library_id,
            recording_id=recording_id,
            filename=display_name(filename),
            content_type=content_type,
            size_bytes=size_bytes,
            part_size=part_size_of(size_bytes),
            blob_key=blob_key,
            multipart_id=multipart_id,
            created_at=now,
            expires_at=now + LIFETIME,
            sha256=None if sha256 is None else checked_sha256(sha256),
            keep_duplicate=keep_duplicate,
            part_sha256=part_sha256,
            tags=checked_tags(tags),
        )

    @property
    def part_count(self) -> int:
        return -(-self.size_bytes // self.part_size)

    def size_of_part(self, n: int) -> int:
        """Raises Invalid when there is no such part."""
        if not 1 <= n <= self.part_count:
            raise Invalid(f"The upload has parts 1 to {self.part_count}.", field="n")
        return min(self.part_size, self.size_bytes - (n - 1) * self.part_size)

    def offset_of_part(self, n: int) -> int:
        return (n - 1) * self.part_size

    def checked_digests(self, digests: Mapping[int, str]) -> dict[int, str]:
        """SHA-256 by part number. Raises Invalid when there is no such part, and when parts are taken without."""
        if digests and not self.part_sha256:
            raise Invalid("The upload was opened without part_sha256; its parts go without digests.", field="parts")
        for n in digests:
            self.size_of_part(n)
        return {n: checked_sha256(digest) for n, digest in digests.items()}

    def require_open(self, now: datetime) -> None:
        if self.status is not UploadStatus.OPEN:
            raise Conflict(f"The upload is {self.status}.", status=str(self.status))
        if self.is_expired(now):
            raise Gone("The upload has expired. Start a new one.", expired_at=self.expires_at.isoformat())

    def is_expired(self, now: datetime) -> bool:
        return self.status is UploadStatus.OPEN and self.expires_at <= now

    def missing(self, arrived: tuple[Part, ...]) -> tuple[int, ...]:
        """The numbers of the parts that are not there in their full size."""
        sizes = {part.n: part.size_bytes for part in arrived}
        return tuple(n for n in range(1, self.part_count + 1) if sizes.get(n) != self.size_of_part(n))

    def completed(self, arrived: tuple[Part, ...], now: datetime) -> "Upload":
        """Raises Conflict, with the numbers, when parts are missing."""
        self.require_open(now)
        missing = self.missing(arrived)
        if missing:
            raise Conflict(
                f"{len(missing)} of {self.part_count} parts are missing. Send them, then complete the upload again.",
                missing_parts=list(missing[:100]),
            )
        return replace(self, status=UploadStatus.COMPLETED, version=self.version + 1)

    def aborted(self) -> "Upload":
        if self.status is UploadStatus.COMPLETED:
            raise Conflict("The upload is completed. Delete its recording instead.", status=str(self.status))
        if self.status is UploadStatus.ABORTED:
            return self
        return replace(self, status=UploadStatus.ABORTED, version=self.version + 1)


def part_size_of(size_bytes: int) -> int:
    """At least 5 MiB (the least that S3 takes for a part but the last), and never more than 10,000 parts."""
    return max(MIN_PART_BYTES, -(-size_bytes // MAX_PARTS))


def check_announced_size(size_bytes: int, max_bytes: int) -> None:
    if size_bytes <= 0:
        raise Invalid("size must be 1 byte or more.", field="size")
    if size_bytes > max_bytes:
        raise TooLarge(f"The file is larger than the limit of {max_bytes} bytes.", limit_bytes=max_bytes)
