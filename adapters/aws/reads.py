"""Bytes from S3, read on after a connection was lost."""

import base64
import logging
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, FlexibleChecksumError

from adapters.aws.errors import RETRY_FAILED, translated
from domain.errors import Unavailable
from domain.values import ByteRange

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

log = logging.getLogger(__name__)

SERVICE = "S3"
CHUNK_BYTES = 1024 * 1024
LOST_IN_A_ROW = 3
"""Connections of one reader that may be lost with nothing read on them in between."""


class Reading(Iterator[bytes]):
    """The bytes `start` to `end` of one state of an object, in chunks, over as many connections as it takes."""

    def __init__(self, client: "S3Client", bucket: str, key: str, byte_range: ByteRange | None) -> None:
        """Raises ClientError when S3 does not have it."""
        self._client = client
        self._object: Any = {"Bucket": bucket, "Key": key}
        self._body: StreamingBody | None = None
        asked: Any = {} if byte_range is None else {"Range": f"bytes={byte_range.start}-{byte_range.end}"}
        answer: Any = client.get_object(**self._object, **asked)
        self._body = answer["Body"]
        self._etag: str = answer["ETag"]
        self._at = 0 if byte_range is None else byte_range.start
        self._end = self._at + answer["ContentLength"]
        self._lost = 0

    def __next__(self) -> bytes:
        while self._body is not None:
            try:
                with translated(SERVICE):
                    chunk = self._read(self._body)
            except _Lost as lost:
                self._read_on(lost)
                continue
            if chunk:
                self._at += len(chunk)
                self._lost = 0
                return chunk
            self.close()
        raise StopIteration

    def _read(self, body: "StreamingBody") -> bytes:
        try:
            chunk = body.read(CHUNK_BYTES)
        except FlexibleChecksumError:
            raise  # all has come, and it is not what S3 has
        except (BotoCoreError, OSError) as error:
            raise _Lost from error
        if not chunk and self._at < self._end:
            raise _Lost
        return chunk

    def _read_on(self, lost: "_Lost") -> None:
        """Asks for the rest, of the same state."""
        self.close()
        self._lost += 1
        if self._lost > LOST_IN_A_ROW:
            raise Unavailable(f"{SERVICE} does not send the bytes.", RETRY_FAILED, reason="ConnectionLost") from lost
        log.debug("connection lost at byte %d of %s, reading on", self._at, self._object["Key"])
        with translated(SERVICE):
            answer: Any = self._client.get_object(
                **self._object, Range=f"bytes={self._at}-{self._end - 1}", IfMatch=self._etag
            )
        self._body = answer["Body"]

    def close(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def __del__(self) -> None:
        self.close()


def require_same(path: Path, answer: "HeadObjectOutputTypeDef") -> None:
    """Compares a file that came in ranges, of which the SDK compares none, with the checksum of the whole.

    S3 has one of what the service itself has stored. Originals that clients sent in parts are known by their SHA-256.
    """
    expected = answer.get("ChecksumCRC32", "-")
    if "-" in expected:  # none, or one of the parts' checksums
        return
    found = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            found = zlib.crc32(chunk, found)
    if base64.b64encode(found.to_bytes(4, "big")).decode() != expected:
        raise Unavailable(f"{SERVICE} has sent other bytes than it has.", RETRY_FAILED, reason="ChecksumMismatch")


class _Lost(Exception):
    """The connection ended before its bytes did."""
