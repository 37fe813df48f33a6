"""Parts of files that are still arriving, in S3's own multipart uploads.

S3 takes a part's SHA-256 only when the multipart was begun with that algorithm, and then it takes no part without;
completing must name the digests again. A multipart that was begun with none takes parts without a checksum alone: of
these S3 reckons a CRC-64 by itself. (API reference: CreateMultipartUpload, UploadPart, CompleteMultipartUpload.)
"""

import base64
import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from adapters import refusals
from adapters.aws.clients import AwsClients
from adapters.aws.errors import code_of, translated
from adapters.aws.reads import SERVICE
from domain.errors import Conflict
from domain.ports.blobs import SignedRequest
from domain.upload import Part

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LONGEST_VALID = timedelta(days=7)  # of a SigV4 address; one that temporary credentials signed ends with them
_IN_MEMORY_BYTES = 8 * 1024 * 1024  # of a part that passes through this process; a longer one waits in a file


class S3Multiparts:
    def __init__(self, clients: AwsClients, bucket: str) -> None:
        self._clients = clients
        self._bucket = bucket

    @property
    def _client(self) -> "S3Client":
        return self._clients.s3

    def begin(self, key: str, part_sha256: bool, asked: dict[str, Any]) -> str:
        if part_sha256:
            asked = {**asked, "ChecksumAlgorithm": "SHA256"}
        with translated(SERVICE):
            return self._client.create_multipart_upload(Bucket=self._bucket, Key=key, **asked)["UploadId"]

    def put(self, key: str, multipart_id: str, n: int, chunks: Iterable[bytes]) -> Part:
        """The part is whole here before any of it is sent, so that one that breaks off is never half there."""
        digest, size = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as body:
            for chunk in chunks:
                body.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            body.seek(0)
            algorithm, _ = self._listed(key, multipart_id)
            client, checksum = self._clients.s3_without_checksums, dict[str, Any]()
            if algorithm is not None:
                client, checksum = self._client, {"ChecksumSHA256": _base64(digest.hexdigest())}
            with translated(SERVICE), _found(multipart_id):
                answer: Any = client.upload_part(
                    **self._of(key, multipart_id), PartNumber=n, Body=body, ContentLength=size, **checksum
                )
        return Part(n, size, _plain(answer["ETag"]))

    def arrived(self, key: str, multipart_id: str) -> tuple[Part, ...]:
        _, parts = self._listed(key, multipart_id)
        return tuple(Part(part["PartNumber"], part["Size"], _plain(part["ETag"])) for part in parts)

    def complete(self, key: str, multipart_id: str) -> None:
        """Raises NotFound when the multipart has ended, Conflict when it has no part or another blob has its key."""
        _, listed = self._listed(key, multipart_id)
        if not listed:
            raise refusals.no_parts(key)
        told = ("PartNumber", "ETag", "ChecksumSHA256")
        parts: Any = [{name: part[name] for name in told if name in part} for part in listed]
        with translated(SERVICE), _found(multipart_id):
            try:
                self._client.complete_multipart_upload(
                    **self._of(key, multipart_id), MultipartUpload={"Parts": parts}, IfNoneMatch="*"
                )
            except ClientError as error:
                if code_of(error) == "EntityTooSmall":
                    raise Conflict("A part other than the last is smaller than S3 takes.", key=key) from error
                if not is_taken(error):
                    raise
                self._listed(key, multipart_id)  # NotFound: an answer was lost, and what is there was made of this one
                raise refusals.occupied(key) from error

    def end(self, key: str, multipart_id: str) -> None:
        """Gone with its parts. What is not there has ended already."""
        if not multipart_id:
            return
        with translated(SERVICE):
            try:
                self._client.abort_multipart_upload(**self._of(key, multipart_id))
            except ClientError as error:
                if code_of(error) != "NoSuchUpload":
                    raise

    def all(self) -> Iterator[tuple[str, str, datetime]]:
        pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket)
        with translated(SERVICE):
            for page in pages:
                for upload in page.get("Uploads", ()):
                    yield upload["Key"], upload["UploadId"], upload["Initiated"].astimezone(UTC)

    def signed(
        self, key: str, multipart_id: str, n: int, size: int, *, valid_for: timedelta, sha256: str | None
    ) -> SignedRequest:
        """Content-Length is signed too, but not among the headers: every client says it by itself."""
        asked: dict[str, Any] = {**self._of(key, multipart_id), "PartNumber": n, "ContentLength": size}
        headers = {}
        if sha256 is not None:
            asked["ChecksumSHA256"] = headers["x-amz-checksum-sha256"] = _base64(sha256)
        url = self._client.generate_presigned_url("upload_part", Params=asked, ExpiresIn=seconds(valid_for))
        return SignedRequest(url, headers)

    def _listed(self, key: str, multipart_id: str) -> tuple[str | None, list[Any]]:
        """The algorithm of the parts' checksums, if there is one, and the parts by number."""
        if not multipart_id:
            raise refusals.unknown("multipart", multipart_id)
        pages = self._client.get_paginator("list_parts").paginate(**self._of(key, multipart_id))
        algorithm: str | None = None
        parts: list[Any] = []
        with translated(SERVICE), _found(multipart_id):
            for page in pages:
                algorithm = page.get("ChecksumAlgorithm")
                parts += page.get("Parts", ())
        return algorithm, parts

    def _of(self, key: str, multipart_id: str) -> Any:
        return {"Bucket": self._bucket, "Key": key, "UploadId": multipart_id}


@contextmanager
def _found(multipart_id: str) -> Iterator[None]:
    """S3's word for a multipart that has ended, or was never of this key, becomes ours."""
    try:
        yield
    except ClientError as error:
        if code_of(error) != "NoSuchUpload":
            raise
        raise refusals.unknown("multipart", multipart_id) from error


def is_taken(error: ClientError) -> bool:
    """What a write gets that is not to overwrite, when somebody has written or is about to."""
    return code_of(error) in {"PreconditionFailed", "ConditionalRequestConflict"}


def seconds(valid_for: timedelta) -> int:
    return max(1, int(min(valid_for, LONGEST_VALID).total_seconds()))


def _base64(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode()


def _plain(etag: str) -> str:
    return etag.strip('"')
