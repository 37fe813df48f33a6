"""The feed between the thread that has the chunks and those that send them."""

import threading
from collections.abc import Iterator

import pytest

from adapters.aws.blobs import S3Blobs
from adapters.aws.puts import WAITING_BYTES, Ended, Feed
from domain.errors import TooLarge
from domain.upload import MAX_PARTS, MIN_PART_BYTES
from tests.aws import AwsDouble, BucketWhenAsked, remove_bucket


def test_a_feed_is_read_in_the_sizes_that_are_asked_for() -> None:
    feed = Feed("a/b", b"head")
    for chunk in (b"", b"1", b"23456", b"789"):
        feed.write(chunk)
    feed.close()
    assert [feed.read(6) for _ in range(4)] == [b"head12", b"345678", b"9", b""]


def test_a_feed_is_read_to_its_end() -> None:
    feed = Feed("a/b", b"head")
    feed.write(b"tail")
    feed.close()
    assert (feed.read(), feed.read()) == (b"headtail", b"")


def test_what_breaks_the_chunks_off_breaks_the_reading_off() -> None:
    feed = Feed("a/b", b"head")
    feed.close(ConnectionResetError())
    with pytest.raises(ConnectionResetError):
        feed.read(6)


def test_a_writer_runs_no_further_ahead_than_the_feed_lets_it() -> None:
    feed, size = Feed("a/b", b""), WAITING_BYTES // 4
    written: list[int] = []

    def write() -> None:
        for n in range(40):
            feed.write(bytes(size))
            written.append(n)
        feed.close()

    writer = threading.Thread(target=write)
    writer.start()
    for read in range(40):
        assert len(feed.read(size)) == size
        assert len(written) <= read + 1 + WAITING_BYTES // size
    writer.join()
    assert feed.read(1) == b""


def test_a_writer_is_stopped_when_the_transfer_has_ended() -> None:
    feed = Feed("a/b", bytes(WAITING_BYTES))
    stopped: list[Exception] = []

    def write() -> None:
        try:
            feed.write(b"x")
        except Ended as ended:
            stopped.append(ended)

    writer = threading.Thread(target=write)
    writer.start()
    feed.on_done(None)
    writer.join()
    assert len(stopped) == 1


class _Huge(bytes):
    """Says that it is far longer than it is."""

    def __len__(self) -> int:
        return MAX_PARTS * MIN_PART_BYTES


def test_a_stream_of_more_parts_than_s3_counts_is_too_large(aws_double: AwsDouble) -> None:
    def chunks() -> Iterator[bytes]:
        yield bytes(MIN_PART_BYTES)
        yield _Huge(b"x")

    blobs = S3Blobs(BucketWhenAsked(aws_double), aws_double.name, part_bytes=MIN_PART_BYTES)
    with pytest.raises(TooLarge):
        blobs.put("a/b", chunks())
    assert list(blobs.list()) == []
    assert list(blobs.multiparts()) == []
    remove_bucket(aws_double)
