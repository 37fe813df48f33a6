"""S3 behind a network that fails: nothing that was acknowledged is lost, nothing comes twice, nothing is half there."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config

from adapters.aws.blobs import S3Blobs
from adapters.aws.bucket import create_bucket
from adapters.aws.clients import AwsClients, AwsPlace
from adapters.aws.errors import RETRY_THROTTLED
from domain.errors import Conflict, Unavailable
from domain.upload import MIN_PART_BYTES
from domain.values import ByteRange
from tests.aws import BACKEND, REAL, REGION, AwsDouble, remove_bucket
from tests.proxy import (
    ALWAYS,
    Proxy,
    cut_answer_at,
    cut_upload,
    flip_answered,
    flip_sent,
    lose_answer,
    proxy_before,
    slow_down,
)

pytestmark = pytest.mark.skipif(BACKEND == REAL, reason="the proxy speaks no TLS")

MIB = 1024 * 1024
KEY = "library/recordings/1/original"
SMALL = b"a few bytes"
LARGE = bytes(range(256)) * (12 * MIB // 256)  # three parts


class Impatient(AwsClients):
    """Asks twice, not four times: each time it waits before, and longer."""

    def _config(self, **more: object) -> Config:
        return super()._config(**{"retries": {"mode": "standard", "total_max_attempts": 2}, **more})


@pytest.fixture
def proxy(aws_double: AwsDouble) -> Iterator[Proxy]:
    create_bucket(aws_double.clients.s3, aws_double.name)
    with proxy_before(aws_double.url) as made:
        yield made
    remove_bucket(aws_double)


@pytest.fixture
def blobs(aws_double: AwsDouble, proxy: Proxy) -> S3Blobs:
    clients = Impatient(AwsPlace(REGION, proxy.url))
    return S3Blobs(clients, aws_double.name, part_bytes=MIN_PART_BYTES, concurrency=2)


@pytest.fixture
def stored(aws_double: AwsDouble) -> S3Blobs:
    """What is really there, past the proxy."""
    return S3Blobs(aws_double.clients, aws_double.name)


def chunks(content: bytes) -> Iterator[bytes]:
    return (content[at : at + 100_000] for at in range(0, len(content), 100_000))


def content(blobs: S3Blobs) -> bytes:
    return b"".join(blobs.get(KEY))


def nothing(blobs: S3Blobs) -> bool:
    return list(blobs.list()) == [] and list(blobs.multiparts()) == []


@pytest.mark.parametrize("fault", [slow_down, cut_upload, lose_answer])
@pytest.mark.parametrize("sent", [SMALL, LARGE], ids=["small", "large"])
def test_a_put_gets_over_one_fault(blobs: S3Blobs, stored: S3Blobs, proxy: Proxy, fault: Any, sent: bytes) -> None:
    proxy.on("PUT", "", fault)
    info = blobs.put(KEY, chunks(sent), overwrite=False)
    assert (info, content(stored)) == (stored.stat(KEY), sent)
    assert list(stored.multiparts()) == []


@pytest.mark.parametrize("sent", [SMALL, LARGE], ids=["small", "large"])
def test_a_put_that_is_throttled_for_good_stores_nothing(
    blobs: S3Blobs, stored: S3Blobs, proxy: Proxy, sent: bytes
) -> None:
    proxy.on("PUT", "partNumber=2" if sent is LARGE else "", slow_down, ALWAYS)
    with pytest.raises(Unavailable) as refused:
        blobs.put(KEY, chunks(sent))
    assert refused.value.retry_after == RETRY_THROTTLED
    assert nothing(stored)


def test_a_put_whose_parts_cannot_be_put_together_leaves_none(blobs: S3Blobs, stored: S3Blobs, proxy: Proxy) -> None:
    proxy.on("POST", "uploadId=", slow_down, ALWAYS)
    with pytest.raises(Unavailable):
        blobs.put(KEY, chunks(LARGE))
    assert nothing(stored)


def test_a_lost_answer_at_the_end_is_no_other_blob(blobs: S3Blobs, stored: S3Blobs, proxy: Proxy) -> None:
    """S3 is asked again, and finds there what it has just put together."""
    proxy.on("POST", "uploadId=", lose_answer)
    blobs.put(KEY, chunks(LARGE), overwrite=False)
    assert content(stored) == LARGE
    with pytest.raises(Conflict):
        blobs.put(KEY, chunks(LARGE), overwrite=False)


def test_chunks_that_break_off_late_leave_no_multipart(blobs: S3Blobs, stored: S3Blobs, proxy: Proxy) -> None:
    def broken() -> Iterator[bytes]:
        while not proxy.asked("PUT", "partNumber=2"):
            yield bytes(MIB)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        blobs.put(KEY, broken())
    assert nothing(stored)


def test_a_byte_that_changes_on_its_way_is_not_stored(blobs: S3Blobs, stored: S3Blobs, proxy: Proxy) -> None:
    proxy.on("PUT", "", flip_sent, ALWAYS)
    with pytest.raises(Unavailable):
        blobs.put(KEY, [SMALL])
    assert nothing(stored)


@pytest.mark.parametrize("sent", [SMALL, LARGE], ids=["small", "large"])
def test_a_byte_that_changes_on_its_way_back_is_no_answer(
    blobs: S3Blobs, stored: S3Blobs, proxy: Proxy, sent: bytes
) -> None:
    blobs.put(KEY, chunks(sent))
    proxy.on("GET", KEY, flip_answered)
    with pytest.raises(Unavailable):
        content(blobs)
    assert content(blobs) == sent


@pytest.mark.parametrize("sent", [SMALL, LARGE], ids=["small", "large"])
def test_a_file_with_a_changed_byte_is_not_given(blobs: S3Blobs, stored: S3Blobs, proxy: Proxy, sent: bytes) -> None:
    blobs.put(KEY, chunks(sent))
    proxy.on("GET", KEY, flip_answered)
    with pytest.raises(Unavailable), blobs.as_file(KEY):
        pass
    with blobs.as_file(KEY) as path:
        assert path.read_bytes() == sent


def test_a_reader_reads_on_where_the_connection_was_lost(blobs: S3Blobs, stored: S3Blobs, proxy: Proxy) -> None:
    stored.put(KEY, [LARGE])
    proxy.on("GET", KEY, cut_answer_at(2 * MIB + 17))
    proxy.on("GET", KEY, cut_answer_at(100))
    proxy.on("GET", KEY, slow_down)
    assert content(blobs) == LARGE
    first, second, *_ = proxy.asked("GET", KEY)
    assert "range" not in first.headers
    assert second.headers["range"].endswith(f"-{len(LARGE) - 1}")
    assert second.headers["if-match"]


def test_a_range_is_read_on_too(blobs: S3Blobs, stored: S3Blobs, proxy: Proxy) -> None:
    stored.put(KEY, [LARGE])
    proxy.on("GET", KEY, cut_answer_at(MIB + 17))
    assert b"".join(blobs.get(KEY, ByteRange(5, 3 * MIB))) == LARGE[5 : 3 * MIB + 1]


def test_a_reader_that_loses_every_connection_gives_up(blobs: S3Blobs, stored: S3Blobs, proxy: Proxy) -> None:
    stored.put(KEY, [LARGE])
    proxy.on("GET", KEY, cut_answer_at(0), ALWAYS)
    with pytest.raises(Unavailable):
        content(blobs)
    assert len(proxy.asked("GET", KEY)) < 10
    gc.collect()  # an open connection would warn


def test_a_reader_does_not_go_on_with_other_bytes(blobs: S3Blobs, stored: S3Blobs, proxy: Proxy) -> None:
    stored.put(KEY, [LARGE])
    proxy.on("GET", KEY, cut_answer_at(2 * MIB))
    reader = blobs.get(KEY)
    next(reader)
    stored.put(KEY, [LARGE[::-1]])
    with pytest.raises(Unavailable):
        list(reader)


def test_a_file_is_whole_though_connections_were_lost(blobs: S3Blobs, stored: S3Blobs, proxy: Proxy) -> None:
    stored.put(KEY, [LARGE])
    proxy.on("GET", KEY, cut_answer_at(MIB), 2)
    with blobs.as_file(KEY) as path:
        assert path.read_bytes() == LARGE


@pytest.mark.parametrize("fault", [slow_down, lose_answer])
def test_an_upload_is_completed_once_whatever_is_lost(
    blobs: S3Blobs, stored: S3Blobs, proxy: Proxy, fault: Any
) -> None:
    multipart_id = blobs.begin_multipart(KEY)
    proxy.on("PUT", "partNumber", fault)
    parts = {1: LARGE[:MIN_PART_BYTES], 2: b"end"}
    for n, part in parts.items():
        blobs.put_part(KEY, multipart_id, n, [part])
    proxy.on("POST", "uploadId=", fault)
    info = blobs.complete_multipart(KEY, multipart_id)
    assert (info, content(stored)) == (stored.stat(KEY), parts[1] + parts[2])
    assert list(stored.multiparts()) == []


def test_an_upload_that_cannot_be_completed_now_keeps_its_parts(blobs: S3Blobs, stored: S3Blobs, proxy: Proxy) -> None:
    multipart_id = blobs.begin_multipart(KEY)
    blobs.put_part(KEY, multipart_id, 1, [SMALL])
    proxy.on("POST", "uploadId=", slow_down, ALWAYS)
    with pytest.raises(Unavailable):
        blobs.complete_multipart(KEY, multipart_id)
    assert [part.n for part in stored.parts(KEY, multipart_id)] == [1]
    proxy.heal()
    assert blobs.complete_multipart(KEY, multipart_id).size_bytes == len(SMALL)
