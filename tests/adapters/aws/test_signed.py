"""Addresses that S3 answers by itself: a client sends parts and reads bytes with nothing but what it was told."""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import httpx
import pytest

from adapters.aws.blobs import S3Blobs
from domain.ports.blobs import SignedRequest
from domain.upload import MIN_PART_BYTES
from tests.aws import AwsDouble, BucketWhenAsked, remove_bucket

KEY = "library/recordings/1/original"
HOUR = timedelta(hours=1)
FIRST, LAST = b"a" * MIN_PART_BYTES, b"the end"


@pytest.fixture
def blobs(aws_double: AwsDouble) -> Iterator[S3Blobs]:
    yield S3Blobs(BucketWhenAsked(aws_double), aws_double.name)
    remove_bucket(aws_double)


def part_address(blobs: S3Blobs, content: bytes, *, sha256: bool) -> tuple[str, SignedRequest]:
    """The multipart and the address of its first part."""
    multipart_id = blobs.begin_multipart(KEY, part_sha256=sha256)
    digest = hashlib.sha256(content).hexdigest() if sha256 else None
    address = blobs.signed_part(KEY, multipart_id, 1, len(content), HOUR, sha256=digest)
    assert address is not None
    return multipart_id, address


def put(address: SignedRequest, content: bytes) -> int:
    return httpx.put(address.url, content=content, headers=dict(address.headers)).status_code


def read_address(blobs: S3Blobs, name: str = "a.wav") -> str:
    blobs.put(KEY, [b"0123456789"])
    address = blobs.signed_get(KEY, name, "audio/wav", HOUR)
    assert address is not None
    assert address.headers == {}
    return address.url


@pytest.mark.parametrize("sha256", [False, True], ids=["plain", "digests"])
def test_a_client_uploads_by_itself(blobs: S3Blobs, sha256: bool) -> None:
    multipart_id = blobs.begin_multipart(KEY, part_sha256=sha256)
    for n, content in ((2, LAST), (1, FIRST)):
        digest = hashlib.sha256(content).hexdigest() if sha256 else None
        address = blobs.signed_part(KEY, multipart_id, n, len(content), HOUR, sha256=digest)
        assert address is not None
        answer = httpx.put(address.url, content=content, headers=dict(address.headers))
        assert (answer.status_code, bool(answer.headers["ETag"])) == (200, True)
    assert [(part.n, part.size_bytes) for part in blobs.parts(KEY, multipart_id)] == [(1, len(FIRST)), (2, len(LAST))]
    blobs.complete_multipart(KEY, multipart_id)
    assert b"".join(blobs.get(KEY)) == FIRST + LAST


def test_size_and_digest_of_a_part_are_signed(blobs: S3Blobs) -> None:
    _, plain = part_address(blobs, LAST, sha256=False)
    assert signed_headers(plain.url) == ["content-length", "host"]
    assert plain.headers == {}
    _, bound = part_address(blobs, LAST, sha256=True)
    assert signed_headers(bound.url) == ["content-length", "host", "x-amz-checksum-sha256"]
    assert bound.headers == {"x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(LAST).digest()).decode()}


def test_an_address_is_valid_no_longer_than_sigv4_allows(blobs: S3Blobs) -> None:
    for asked, given in ((timedelta(days=30), "604800"), (HOUR, "3600"), (timedelta(), "1")):
        address = blobs.signed_get(KEY, "a.wav", "audio/wav", asked)
        assert address is not None
        assert dict(parse_qsl(urlsplit(address.url).query))["X-Amz-Expires"] == given


def test_a_part_of_another_size_is_refused(blobs: S3Blobs) -> None:
    multipart_id, address = part_address(blobs, LAST, sha256=False)
    assert put(address, LAST + b"!") == 403
    assert put(address, LAST[:-1]) == 403
    assert blobs.parts(KEY, multipart_id) == ()


def test_a_part_with_other_bytes_is_refused(blobs: S3Blobs) -> None:
    multipart_id, address = part_address(blobs, LAST, sha256=True)
    assert put(address, LAST[::-1]) == 400
    assert blobs.parts(KEY, multipart_id) == ()


def test_a_part_without_its_digest_is_refused(blobs: S3Blobs) -> None:
    multipart_id, address = part_address(blobs, LAST, sha256=True)
    assert httpx.put(address.url, content=LAST).status_code in {400, 403}
    assert blobs.parts(KEY, multipart_id) == ()


@pytest.mark.parametrize("change", ["signature", "part number", "key", "lifetime"])
def test_an_address_cannot_be_changed(blobs: S3Blobs, change: str) -> None:
    multipart_id, address = part_address(blobs, LAST, sha256=False)
    changed = {
        "signature": changed_query(address.url, "X-Amz-Signature", "0" * 64),
        "part number": changed_query(address.url, "partNumber", "2"),
        "key": address.url.replace("/1/original", "/2/original"),
        "lifetime": changed_query(address.url, "X-Amz-Expires", "604800"),
    }[change]
    assert httpx.put(changed, content=LAST).status_code in {403, 404}
    assert blobs.parts(KEY, multipart_id) == ()


def test_an_address_expires(blobs: S3Blobs) -> None:
    """Signed here as AWS documents it, once for now, which shows that it is signed rightly, and once for long ago."""
    url = read_address(blobs)
    now = datetime.now(UTC)
    assert httpx.get(signed_at(url, now)).status_code == 200
    assert httpx.get(signed_at(url, now - 2 * HOUR)).status_code == 403


def test_bytes_come_under_their_name_and_type(blobs: S3Blobs) -> None:
    answer = httpx.get(read_address(blobs, name='Ä "dog"; x.wav'))
    assert (answer.status_code, answer.content) == (200, b"0123456789")
    assert answer.headers["Content-Type"] == "audio/wav"
    encoded = "attachment; filename*=UTF-8''%C3%84%20%22dog%22%3B%20x.wav"
    assert answer.headers["Content-Disposition"] == encoded


@pytest.mark.parametrize(("asked", "given"), [("bytes=2-4", b"234"), ("bytes=7-", b"789"), ("bytes=-2", b"89")])
def test_a_client_reads_a_range_by_itself(blobs: S3Blobs, asked: str, given: bytes) -> None:
    answer = httpx.get(read_address(blobs), headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, given)
    assert answer.headers["Content-Range"].endswith("/10")


def test_an_address_to_read_is_none_to_write(blobs: S3Blobs) -> None:
    assert httpx.put(read_address(blobs), content=b"mine").status_code == 403
    assert b"".join(blobs.get(KEY)) == b"0123456789"


def signed_headers(url: str) -> list[str]:
    return dict(parse_qsl(urlsplit(url).query))["X-Amz-SignedHeaders"].split(";")


def changed_query(url: str, name: str, value: str) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query)) | {name: value}
    return urlunsplit(parts._replace(query=urlencode(query, quote_via=quote)))


def signed_at(url: str, moment: datetime) -> str:
    """The address as it would have been signed then, for GET (AWS: Authenticating Requests, Using Query Parameters)."""
    parts, day = urlsplit(url), f"{moment:%Y%m%d}"
    query = dict(parse_qsl(parts.query))
    who, _, region, *_ = query["X-Amz-Credential"].split("/")
    scope = f"{day}/{region}/s3/aws4_request"
    query |= {"X-Amz-Date": f"{moment:%Y%m%dT%H%M%SZ}", "X-Amz-Credential": f"{who}/{scope}"}
    del query["X-Amz-Signature"]
    asked = urlencode(sorted(query.items()), quote_via=quote, safe="-_.~")
    canonical = f"GET\n{parts.path}\n{asked}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    signing = f"AWS4-HMAC-SHA256\n{query['X-Amz-Date']}\n{scope}\n{digest}"
    key = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
    for word in (day, region, "s3", "aws4_request", signing):
        key = hmac.digest(key, word.encode(), "sha256")
    return urlunsplit(parts._replace(query=f"{asked}&X-Amz-Signature={key.hex()}"))
