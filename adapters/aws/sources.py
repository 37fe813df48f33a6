"""Objects of any bucket that the service's role may read, as objects to be imported."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from adapters import refusals
from adapters.aws.errors import code_of, status_of, translated
from domain.errors import Conflict
from domain.ports.sources import Sources
from domain.source import SourceObject
from domain.values import ByteRange

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SERVICE = "S3"
CHUNK_BYTES = 1024 * 1024
MAX_PAGE = 1000  # objects of one answer to ListObjectsV2
_SCHEME = "s3"
_REFUSED = 403, 404
_CHANGED = 412
_ARCHIVED = "InvalidObjectState"


class S3Sources(Sources):
    def __init__(self, client: "S3Client", page: int = MAX_PAGE) -> None:
        self._client = client
        self._page = page

    @property
    def scheme(self) -> str:
        return _SCHEME

    def list(self, address: str) -> Iterator[SourceObject]:
        """S3 lists in the order of the keys' UTF-8, which is that of code points."""
        bucket, prefix = _place(address)
        listing = self._client.get_paginator("list_objects_v2")
        pages = iter(listing.paginate(Bucket=bucket, Prefix=prefix, PaginationConfig={"PageSize": self._page}))
        while True:
            with _in_our_words(address):
                page = next(pages, None)
            if page is None:
                return
            for found in page.get("Contents", ()):
                if found["Key"].endswith("/") and not found["Size"]:
                    continue  # what consoles make to show a folder
                url = f"s3://{bucket}/{found['Key']}"
                yield SourceObject(url, found["Size"], found["ETag"].strip('"'), found["LastModified"])

    def find(self, url: str) -> SourceObject:
        bucket, key = _place(url)
        with _in_our_words(url):
            found = self._client.head_object(Bucket=bucket, Key=key)
        return SourceObject(url, found["ContentLength"], found["ETag"].strip('"'), found["LastModified"])

    def read(self, found: SourceObject, byte_range: ByteRange | None = None) -> Iterator[bytes]:
        bucket, key = _place(found.url)
        asked: dict[str, Any] = {"Bucket": bucket, "Key": key, "IfMatch": f'"{found.etag}"'}
        if byte_range is not None:
            asked["Range"] = f"bytes={byte_range.start}-{byte_range.end}"
        with _in_our_words(found.url):
            body = self._client.get_object(**asked)["Body"]
        return _chunks(body, found.url)


def _chunks(body: Any, url: str) -> Iterator[bytes]:
    """The SDK says so when the answer ends before its length; a reader who lets go closes the connection."""
    with closing(body):
        while True:
            with _in_our_words(url):
                chunk: bytes = body.read(CHUNK_BYTES)
            if not chunk:
                return
            yield chunk


def _place(url: str) -> tuple[str, str]:
    """Bucket, and key or prefix."""
    scheme, _, place = url.partition("://")
    if scheme != _SCHEME:
        raise refusals.unreadable(_SCHEME, url)
    bucket, _, key = place.partition("/")
    return bucket, key


@contextmanager
def _in_our_words(url: str) -> Iterator[None]:
    """What may not be read is as unknown as what is not there: S3 itself says 403 of both to who may not list."""
    with translated(SERVICE):
        try:
            yield
        except ClientError as error:
            if status_of(error) == _CHANGED:
                raise refusals.changed_since(url) from error
            if code_of(error) == _ARCHIVED:
                raise Conflict(f"{url} lies in an archive. Restore it there first.", url=url) from error
            if status_of(error) in _REFUSED:
                raise refusals.unknown("object or bucket that may be read at", url) from error
            raise
