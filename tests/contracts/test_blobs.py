"""Blobs: there in full or not at all."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Conflict, Invalid, NotFound
from domain.ports.blobs import Blobs
from domain.values import ByteRange
from tests.contracts.conftest import Family
from tests.contracts.racing import RACERS, race
from tests.contracts.streams import KEY, Broken, broken_off, content, keys, lost_client

MIB = 1024 * 1024
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def blobs(family: Family) -> Blobs:
    return family.blobs


def test_what_was_put_is_got(blobs: Blobs) -> None:
    info = blobs.put(KEY, [b"one", b"", b"two"])
    assert (info.key, info.size_bytes, info.modified_at.tzinfo) == (KEY, 6, UTC)
    assert blobs.stat(KEY) == info
    assert content(blobs) == b"onetwo"


def test_chunks_may_come_from_a_generator(blobs: Blobs) -> None:
    blobs.put(KEY, (bytes([n]) * 1000 for n in range(5)))
    assert content(blobs) == b"".join(bytes([n]) * 1000 for n in range(5))


def test_an_empty_blob_is_a_blob(blobs: Blobs) -> None:
    assert blobs.put(KEY, []).size_bytes == 0
    assert content(blobs) == b""


def test_bytes_come_in_chunks_of_at_most_a_mebibyte(blobs: Blobs) -> None:
    whole = bytes(range(256)) * (10 * MIB // 1024)
    blobs.put(KEY, [whole])
    chunks = list(blobs.get(KEY))
    assert b"".join(chunks) == whole
    assert max(map(len, chunks)) <= MIB


@pytest.mark.parametrize(("start", "end"), [(0, 0), (0, 9), (3, 5), (9, 9)])
def test_a_range_is_inclusive_at_both_ends(blobs: Blobs, start: int, end: int) -> None:
    blobs.put(KEY, [b"0123456789"])
    assert content(blobs, byte_range=ByteRange(start, end)) == b"0123456789"[start : end + 1]


def test_a_long_range_comes_in_chunks_too(blobs: Blobs) -> None:
    whole = bytes(range(256)) * (12 * MIB // 1024)
    blobs.put(KEY, [whole])
    chunks = list(blobs.get(KEY, ByteRange(5, len(whole) - 7)))
    assert b"".join(chunks) == whole[5:-6]
    assert max(map(len, chunks)) <= MIB


def test_a_missing_blob_is_not_found_at_the_call(blobs: Blobs) -> None:
    blobs.put("a/b/c", [b"x"])
    for missing in (KEY, "a", "a/b", "a/b/c/d", "a/b/d"):
        with pytest.raises(NotFound):
            blobs.stat(missing)
        with pytest.raises(NotFound):
            blobs.get(missing)
        with pytest.raises(NotFound), blobs.as_file(missing):
            pass


def test_a_blob_takes_the_place_of_what_was_there(blobs: Blobs) -> None:
    blobs.put(KEY, [b"first, and longer"])
    blobs.put(KEY, [b"second"])
    assert content(blobs) == b"second"
    assert keys(blobs) == [KEY]


def test_a_blob_that_is_not_to_be_overwritten_stays(blobs: Blobs) -> None:
    first = blobs.put(KEY, [b"first"], overwrite=False)
    with pytest.raises(Conflict):
        blobs.put(KEY, [b"second"], overwrite=False)
    with pytest.raises(Conflict):
        blobs.put(KEY, [b"first"], overwrite=False)
    assert (content(blobs), blobs.stat(KEY)) == (b"first", first)
    blobs.delete(KEY)
    blobs.put(KEY, [b"third"], overwrite=False)
    assert content(blobs) == b"third"


def test_of_writers_that_do_not_overwrite_one_stores(blobs: Blobs) -> None:
    results = race(lambda n: blobs.put(KEY, [bytes([n])] * 1000, overwrite=False))
    stored = [n for n, result in enumerate(results) if not isinstance(result, Conflict)]
    assert len(stored) == 1
    assert content(blobs) == bytes(stored) * 1000


def test_a_reader_keeps_what_it_opened(blobs: Blobs) -> None:
    blobs.put(KEY, [b"first"])
    reader = blobs.get(KEY)
    blobs.put(KEY, [b"other"])
    assert b"".join(reader) == b"first"


@pytest.mark.parametrize(("chunks", "error"), [(broken_off, Broken), (lost_client, ConnectionResetError)])
def test_an_exception_out_of_the_chunks_stores_nothing(blobs: Blobs, chunks: type, error: type[Exception]) -> None:
    with pytest.raises(error):
        blobs.put(KEY, chunks())
    assert keys(blobs) == []
    blobs.put(KEY, [b"before"])
    with pytest.raises(error):
        blobs.put(KEY, chunks())
    assert content(blobs) == b"before"


def test_nothing_that_is_half_written_is_seen(blobs: Blobs) -> None:
    seen: list[list[str]] = []

    def chunks() -> Iterator[bytes]:
        yield b"half"
        seen.append(keys(blobs))
        assert blobs.remove_unfinished(LONG_AGO) == 0
        yield b"whole"

    blobs.put(KEY, chunks())
    assert seen == [[]]
    assert content(blobs) == b"halfwhole"


def test_a_file_holds_the_bytes_for_as_long_as_it_is_open(blobs: Blobs) -> None:
    blobs.put(KEY, [b"bytes"])
    with blobs.as_file(KEY) as path:
        assert path.read_bytes() == b"bytes"
        blobs.put(KEY, [b"others"])
        assert path.read_bytes() == b"bytes"
        blobs.delete(KEY)
        assert path.read_bytes() == b"bytes"
    assert not path.exists() or path.read_bytes() != b"bytes"
    assert keys(blobs) == []


def test_a_file_that_was_open_leaves_the_blob(blobs: Blobs) -> None:
    blobs.put(KEY, [b"bytes"])
    with blobs.as_file(KEY):
        pass
    assert content(blobs) == b"bytes"


def test_a_deleted_blob_is_gone_and_may_be_deleted_again(blobs: Blobs) -> None:
    blobs.put(KEY, [b"x"])
    blobs.put(f"{KEY}-2", [b"y"])
    blobs.delete(KEY)
    blobs.delete(KEY)
    blobs.delete("never/was")
    blobs.delete(f"{KEY}-2/nor/this")
    assert keys(blobs) == [f"{KEY}-2"]


def test_the_list_is_by_key_and_knows_prefixes(blobs: Blobs) -> None:
    stored = ["a/b/c", "a/b-c", "a/b.c", "a/bc/d", "a/b/C", "b", "a-b", "a/ä", "a/b/d/e"]
    for key in stored:
        blobs.put(key, [key.encode()])
    for prefix in ("", "a", "a/", "a/b", "a/b/", "a/b/c", "a/b/d/", "b", "c", "a/b/c/", "a//", "../", "/", "a/.."):
        assert keys(blobs, prefix) == sorted(key for key in stored if key.startswith(prefix)), prefix
    assert [(info.key, info.size_bytes) for info in blobs.list("b")] == [("b", 1)]


def test_what_is_listed_may_be_deleted_on_the_way(blobs: Blobs) -> None:
    for n in range(5):
        blobs.put(f"a/{n}/original", [b"x"])
    for info in blobs.list("a/"):
        blobs.delete(info.key)
    assert keys(blobs) == []


HOSTILE = [
    "",
    "/",
    "/a",
    "a/",
    "a//b",
    "..",
    "../a",
    "a/../b",
    ".",
    "a/./b",
    "a\0b",
    "a\nb",
    "a\\b",
    ".incoming/x",
    "x" * 300,
]


@pytest.mark.parametrize("key", HOSTILE)
def test_a_key_that_is_no_key_is_refused(blobs: Blobs, key: str) -> None:
    for attempt in (
        lambda: blobs.put(key, [b"x"]),
        lambda: blobs.stat(key),
        lambda: blobs.get(key),
        lambda: blobs.delete(key),
        lambda: blobs.begin_multipart(key),
        lambda: blobs.complete_multipart(key, "0" * 32),
    ):
        with pytest.raises(Invalid):
            attempt()
    assert keys(blobs) == []


def test_a_blob_is_no_folder_of_another(family: Family, blobs: Blobs) -> None:
    if not family.blobs_are_files:
        pytest.skip("keys are no folders here")
    blobs.put("a/b", [b"x"])
    with pytest.raises(Conflict):
        blobs.put("a/b/c", [b"y"])
    with pytest.raises(Conflict):
        blobs.put("a", [b"y"])
    assert keys(blobs) == ["a/b"]


def test_writers_of_one_key_at_once_leave_one_whole_blob(blobs: Blobs) -> None:
    race(lambda n: blobs.put(KEY, [bytes([n])] * 10_000))
    found = content(blobs)
    assert found in {bytes([n]) * 10_000 for n in range(RACERS)}


def test_writers_and_deleters_of_one_folder_do_not_harm_each_other(blobs: Blobs) -> None:
    def put_and_delete(n: int) -> None:
        for _ in range(10):
            blobs.put(f"a/b/{n}", [b"x"])
            blobs.delete(f"a/b/{n}")
        blobs.put(f"a/b/{n}", [b"x"])

    assert race(put_and_delete) == [None] * RACERS
    assert keys(blobs) == [f"a/b/{n}" for n in range(RACERS)]


def test_nothing_is_unfinished_when_every_write_has_ended(blobs: Blobs) -> None:
    blobs.put(KEY, [b"x"])
    multipart_id = blobs.begin_multipart("a/b")
    part = blobs.put_part("a/b", multipart_id, 1, [b"x"])
    with pytest.raises(Broken):
        blobs.put("c/d", broken_off())
    assert blobs.remove_unfinished(LONG_AGO + timedelta(days=100_000)) == 0
    assert blobs.parts("a/b", multipart_id) == (part,)
    assert keys(blobs) == [KEY]


def test_a_signed_request_is_a_url_or_none_at_all(blobs: Blobs) -> None:
    multipart_id = blobs.begin_multipart(KEY)
    blobs.put("a/b", [b"x"])
    minute = timedelta(minutes=1)
    for signed in (
        blobs.signed_part(KEY, multipart_id, 1, 5, minute),
        blobs.signed_get("a/b", "b.wav", "audio/wav", minute),
    ):
        assert signed is None or signed.url.startswith("http")


def test_a_store_that_takes_writes_answers_a_ping(blobs: Blobs) -> None:
    blobs.ping()
    assert keys(blobs) == []
