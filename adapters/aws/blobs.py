"""Blobs as objects of one bucket, under their own keys: all of a library's start with its id, so that IAM can fence.

The bucket is made by infra/ or, for doubles, by adapters/aws/bucket.py; it encrypts, keeps versions and forgets by
itself. What a put that never ended leaves behind is a multipart, as an upload's is.
"""

import logging
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from boto3.s3.transfer import TransferConfig, create_transfer_manager
from botocore.exceptions import ClientError
from s3transfer.exceptions import RetriesExceededError, S3DownloadFailedError, S3ValidationError

from adapters import refusals
from adapters.aws.bucket import ON_REQUEST_TAG
from adapters.aws.clients import AwsClients
from adapters.aws.errors import RETRY_FAILED, code_of, translated
from adapters.aws.multiparts import S3Multiparts, is_taken, seconds
from adapters.aws.puts import MIB, head_of, put_in_parts
from adapters.aws.reads import SERVICE, Reading, require_same
from adapters.blob_keys import checked_key
from domain.blob_keys import is_on_request, is_original
from domain.errors import NotFound, Unavailable
from domain.ports.blobs import Blobs, SignedRequest
from domain.upload import MIN_PART_BYTES, Part
from domain.values import BlobInfo, ByteRange

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

_WRITE = "write"  # metadata: a random name of the put that made the object
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Blobs(Blobs):
    """A put holds some `concurrency` + 2 parts of `part_bytes` in memory, 80 MiB measured with the defaults.

    Originals are kept in `storage_class`, all others in the bucket's own. Files for readers lie in `scratch`, by
    default where the system keeps such.
    """

    def __init__(
        self,
        clients: AwsClients,
        bucket: str,
        *,
        storage_class: str = "STANDARD",
        part_bytes: int = 8 * MIB,
        concurrency: int = 4,
        scratch: Path | None = None,
    ) -> None:
        self._clients = clients
        self._bucket = bucket
        self._storage_class = storage_class
        self._part_bytes = max(part_bytes, MIN_PART_BYTES)
        self._scratch = scratch
        self._multiparts = S3Multiparts(clients, bucket)
        self._transfers = TransferConfig(
            multipart_threshold=self._part_bytes,
            multipart_chunksize=self._part_bytes,
            max_concurrency=concurrency,
            preferred_transfer_client="classic",  # the other one, where it is installed, knows no doubles
        )
        self._transfers.max_in_memory_upload_chunks = concurrency

    @property
    def _client(self) -> "S3Client":
        return self._clients.s3

    def put(self, key: str, chunks: Iterable[bytes], *, overwrite: bool = True) -> BlobInfo:
        """What fits one part goes in one request; a longer one in parts, which end as a whole or not at all."""
        checked_key(key)
        write = secrets.token_hex(16)
        asked = {**self._kept_as(key), "Metadata": {_WRITE: write}}
        coming = iter(chunks)
        head = head_of(coming, self._part_bytes)
        with _transferring():
            try:
                if len(head) < self._part_bytes:
                    self._put_at_once(key, head, asked, overwrite)
                else:
                    put_in_parts(
                        self._client,
                        self._transfers,
                        head,
                        coming,
                        overwrite=overwrite,
                        bucket=self._bucket,
                        key=key,
                        asked=asked,
                    )
            except ClientError as error:
                # After a lost answer the SDK asks again, and S3 finds there what it has just stored.
                stored = self._write_of(key)
                if stored == write:
                    log.debug("the answer to a put of %s was lost", key)
                elif is_taken(error) and stored is not None:
                    raise refusals.occupied(key) from error
                else:
                    raise
        return self.stat(key)

    def stat(self, key: str) -> BlobInfo:
        checked_key(key)
        with translated(SERVICE), _found(key):
            answer = self._client.head_object(Bucket=self._bucket, Key=key)
        return BlobInfo(key, answer["ContentLength"], answer["LastModified"].astimezone(UTC))

    def get(self, key: str, byte_range: ByteRange | None = None) -> Iterator[bytes]:
        checked_key(key)
        with translated(SERVICE), _found(key):
            return Reading(self._client, self._bucket, key, byte_range)

    @contextmanager
    def as_file(self, key: str) -> Iterator[Path]:
        """A copy: it needs room for the whole blob."""
        checked_key(key)
        with tempfile.TemporaryDirectory(prefix="audio-blob-", dir=self._scratch) as folder:
            path = Path(folder) / "blob"
            with _transferring(), _found(key), create_transfer_manager(self._client, self._transfers) as manager:
                manager.download(self._bucket, key, str(path)).result()
                if path.stat().st_size >= self._part_bytes:
                    require_same(path, self._client.head_object(Bucket=self._bucket, Key=key, ChecksumMode="ENABLED"))
            yield path

    def delete(self, key: str) -> None:
        checked_key(key)
        with translated(SERVICE):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        with translated(SERVICE):
            for page in pages:
                for found in page.get("Contents", ()):
                    yield BlobInfo(found["Key"], found["Size"], found["LastModified"].astimezone(UTC))

    def begin_multipart(self, key: str, *, part_sha256: bool = False) -> str:
        return self._multiparts.begin(checked_key(key), part_sha256, self._kept_as(key))

    def put_part(self, key: str, multipart_id: str, n: int, chunks: Iterable[bytes]) -> Part:
        return self._multiparts.put(key, multipart_id, n, chunks)

    def parts(self, key: str, multipart_id: str) -> tuple[Part, ...]:
        return self._multiparts.arrived(key, multipart_id)

    def complete_multipart(self, key: str, multipart_id: str) -> BlobInfo:
        checked_key(key)
        try:
            self._multiparts.complete(key, multipart_id)
        except NotFound as ended:
            try:
                return self.stat(key)
            except NotFound:
                raise ended from None
        return self.stat(key)

    def abort_multipart(self, key: str, multipart_id: str) -> None:
        self._multiparts.end(key, multipart_id)

    def multiparts(self) -> Iterator[tuple[str, str, datetime]]:
        return self._multiparts.all()

    def remove_unfinished(self, before: datetime) -> int:
        return 0  # a put that did not end has left a multipart, which is among the multiparts

    def signed_part(
        self, key: str, multipart_id: str, n: int, size: int, valid_for: timedelta, *, sha256: str | None = None
    ) -> SignedRequest | None:
        return self._multiparts.signed(key, multipart_id, n, size, valid_for=valid_for, sha256=sha256)

    def signed_get(self, key: str, filename: str, content_type: str, valid_for: timedelta) -> SignedRequest | None:
        """As an attachment: from this address nobody can be told not to guess at another type, and to show that."""
        asked = {
            "Bucket": self._bucket,
            "Key": checked_key(key),
            "ResponseContentType": content_type,
            "ResponseContentDisposition": _attachment(filename),
        }
        return SignedRequest(
            self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds(valid_for)), {}
        )

    def ping(self) -> None:
        """That the bucket is there and may be looked at: a write at every look would cost more than it tells."""
        with translated(SERVICE):
            self._client.head_bucket(Bucket=self._bucket)

    def _put_at_once(self, key: str, body: bytes, asked: dict[str, Any], overwrite: bool) -> None:
        if not overwrite:
            asked = {**asked, "IfNoneMatch": "*"}
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, **asked)

    def _kept_as(self, key: str) -> dict[str, Any]:
        if is_original(key):
            return {"StorageClass": self._storage_class}
        # Rules of a lifecycle go by the start of a key, which is a library's, or by tags.
        return {"Tagging": ON_REQUEST_TAG} if is_on_request(key) else {}

    def _write_of(self, key: str) -> str | None:
        """The name of the put that made what is there; empty when it was made otherwise, None when nothing is."""
        try:
            with _found(key):
                return self._client.head_object(Bucket=self._bucket, Key=key)["Metadata"].get(_WRITE, "")
        except NotFound:
            return None


@contextmanager
def _transferring() -> Iterator[None]:
    """As `translated`, and for what s3transfer raises by itself."""
    try:
        with translated(SERVICE):
            yield
    except (RetriesExceededError, S3DownloadFailedError, S3ValidationError) as error:
        raise Unavailable(f"{SERVICE} lost the transfer.", RETRY_FAILED, reason=type(error).__name__) from error


@contextmanager
def _found(key: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if code_of(error) not in _ABSENT:
            raise
        raise refusals.unknown("blob", key) from error


def _attachment(filename: str) -> str:
    """RFC 6266, with the name in UTF-8 as RFC 5987 has it; S3 takes only ASCII here."""
    return f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
