"""Streams on their way to S3: in one request where they fit one part, and else in parts, through s3transfer."""

import logging
import threading
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from boto3.s3.transfer import TransferConfig, create_transfer_manager
from s3transfer.subscribers import BaseSubscriber

from domain.errors import TooLarge
from domain.upload import MAX_PARTS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

MIB = 1024 * 1024
WAITING_BYTES = MIB  # fed and not yet taken up into a part
LOG_EVERY_BYTES = 64 * MIB


def head_of(coming: Iterator[bytes], size: int) -> bytes:
    """At least so many bytes, fewer only where there are no more."""
    head = bytearray()
    for chunk in coming:
        head += chunk
        if len(head) >= size:
            break
    return bytes(head)


def put_in_parts(
    client: "S3Client",
    transfers: TransferConfig,
    head: bytes,
    coming: Iterator[bytes],
    *,
    overwrite: bool,
    bucket: str,
    key: str,
    asked: dict[str, Any],
) -> None:
    """The head and what comes after it. The multipart ends as a whole; after an exception it is aborted."""
    # One checksum of the whole, so that whoever reads it all can tell.
    asked = {**asked, "ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}
    sender: Any = client if overwrite else _NotOverwriting(client)
    limit = MAX_PARTS * transfers.multipart_chunksize
    feed: Any = Feed(key, head)
    size = len(head)
    # Leaving by an exception cancels the transfer, and waits until its multipart is aborted.
    with create_transfer_manager(sender, transfers) as manager:
        future = manager.upload(feed, bucket, key, extra_args=asked, subscribers=[feed])
        try:
            for chunk in coming:
                size += len(chunk)
                if size > limit:
                    raise _too_many_parts(limit)
                feed.write(chunk)
            feed.close()
        except Ended:
            pass
        except BaseException as error:
            feed.close(error)
            raise
        future.result()


class Ended(Exception):
    """Nobody takes more: the transfer has ended, and its future says why."""


class Feed(BaseSubscriber):
    """The file that s3transfer reads, filled by the thread that has the chunks.

    That thread may have things that no other has, such as a request: the chunks are taken in it and nowhere else. The
    feed also hears of the transfer's progress and of its end, which stops whoever waits to write.
    """

    def __init__(self, key: str, head: bytes) -> None:
        self._key = key
        self._changed = threading.Condition()
        self._chunks = deque([head])
        self._waiting = len(head)
        self._complete = self._ended = False
        self._error: BaseException | None = None
        self._sent = 0

    def write(self, chunk: bytes) -> None:
        """Waits while much is waiting. Raises Ended when the transfer is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting < WAITING_BYTES or self._ended)
            if self._ended:
                raise Ended
            self._chunks.append(chunk)
            self._waiting += len(chunk)
            self._changed.notify_all()

    def close(self, error: BaseException | None = None) -> None:
        """There is no more; with an error, whoever reads gets that."""
        with self._changed:
            self._complete, self._error = True, error
            self._changed.notify_all()

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer only at the end: S3 takes no short part but the last."""
        taken = bytearray()
        while size < 0 or len(taken) < size:
            chunk = self._next()
            if not chunk:
                break
            wanted = len(chunk) if size < 0 else size - len(taken)
            taken += chunk[:wanted]
            if len(chunk) > wanted:
                self._put_back(chunk[wanted:])
        return bytes(taken)

    def _next(self) -> bytes:
        """The next bytes, none at the end."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._chunks or self._complete)
                if self._error is not None:
                    raise self._error
                if not self._chunks:
                    return b""
                if chunk := self._chunks.popleft():
                    self._waiting -= len(chunk)
                    self._changed.notify_all()
                    return chunk

    def _put_back(self, rest: bytes) -> None:
        with self._changed:
            self._chunks.appendleft(rest)
            self._waiting += len(rest)

    def on_progress(self, future: Any, bytes_transferred: int, **_: Any) -> None:
        before, self._sent = self._sent, self._sent + bytes_transferred
        if before // LOG_EVERY_BYTES != self._sent // LOG_EVERY_BYTES:
            log.debug("%d MiB of %s sent", self._sent // MIB, self._key)

    def on_done(self, future: Any, **_: Any) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()


class _NotOverwriting:
    """A client whose multiparts, once complete, take no other blob's place; s3transfer has no word for that."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def complete_multipart_upload(self, **asked: Any) -> Any:
        return self._client.complete_multipart_upload(**asked, IfNoneMatch="*")


def _too_many_parts(limit: int) -> TooLarge:
    return TooLarge(f"The store takes {limit} bytes in one stream. Send the file in parts.", limit_bytes=limit)
