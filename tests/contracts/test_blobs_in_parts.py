"""Blobs that arrive in parts: there once they are completed, and not before."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.errors import Conflict, NotFound
from domain.ports.blobs import Blobs
from domain.upload import MIN_PART_BYTES
from tests.contracts.conftest import Family
from tests.contracts.racing import RACERS, race
from tests.contracts.streams import KEY, Broken, broken_off, content, keys, lost_client

MIB = 1024 * 1024


@pytest.fixture
def blobs(family: Family) -> Blobs:
    return family.blobs


def test_parts_become_the_blob_by_number(blobs: Blobs) -> None:
    multipart_id = blobs.begin_multipart(KEY)
    parts = {1: b"a" * MIN_PART_BYTES, 2: b"b" * (MIN_PART_BYTES + 1), 10: b"end"}
    sizes = {n: blobs.put_part(KEY, multipart_id, n, [parts[n]]).size_bytes for n in (10, 2, 1)}
    assert sizes == {n: len(part) for n, part in parts.items()}
    assert keys(blobs) == []
    info = blobs.complete_multipart(KEY, multipart_id)
    assert (info.key, info.size_bytes) == (KEY, 2 * MIN_PART_BYTES + 4)
    assert content(blobs) == parts[1] + parts[2] + parts[10]
    assert keys(blobs) == [KEY]


def test_a_large_part_arrives_whole(blobs: Blobs) -> None:
    part = bytes(range(256)) * (5 * MIB // 256)
    multipart_id = blobs.begin_multipart(KEY)
    blobs.put_part(KEY, multipart_id, 1, (part[at : at + 65_536] for at in range(0, len(part), 65_536)))
    blobs.put_part(KEY, multipart_id, 2, [b"end"])
    blobs.complete_multipart(KEY, multipart_id)
    assert content(blobs) == part + b"end"


def test_the_parts_that_arrived_come_by_number(blobs: Blobs) -> None:
    multipart_id = blobs.begin_multipart(KEY)
    assert blobs.parts(KEY, multipart_id) == ()
    put = {n: blobs.put_part(KEY, multipart_id, n, [b"x" * n]) for n in (10, 2, 1)}
    assert blobs.parts(KEY, multipart_id) == (put[1], put[2], put[10])


def test_a_part_takes_the_place_of_an_earlier_one(blobs: Blobs) -> None:
    multipart_id = blobs.begin_multipart(KEY)
    first = blobs.put_part(KEY, multipart_id, 1, [b"first"])
    second = blobs.put_part(KEY, multipart_id, 1, [b"2nd"])
    assert first.etag != second.etag
    assert blobs.parts(KEY, multipart_id) == (second,)
    blobs.complete_multipart(KEY, multipart_id)
    assert content(blobs) == b"2nd"


@pytest.mark.parametrize(("chunks", "error"), [(broken_off, Broken), (lost_client, ConnectionResetError)])
def test_a_part_that_breaks_off_is_not_there(blobs: Blobs, chunks: type, error: type[Exception]) -> None:
    multipart_id = blobs.begin_multipart(KEY)
    with pytest.raises(error):
        blobs.put_part(KEY, multipart_id, 1, chunks())
    assert blobs.parts(KEY, multipart_id) == ()
    whole = blobs.put_part(KEY, multipart_id, 1, [b"whole"])
    with pytest.raises(error):
        blobs.put_part(KEY, multipart_id, 1, chunks())
    assert blobs.parts(KEY, multipart_id) == (whole,)


def test_multiparts_of_one_key_are_apart(blobs: Blobs) -> None:
    one, two = blobs.begin_multipart(KEY), blobs.begin_multipart(KEY)
    assert one != two
    blobs.put_part(KEY, one, 1, [b"one"])
    blobs.put_part(KEY, two, 1, [b"two"])
    blobs.complete_multipart(KEY, two)
    assert [part.n for part in blobs.parts(KEY, one)] == [1]
    assert content(blobs) == b"two"


def test_completing_again_returns_the_blob(blobs: Blobs) -> None:
    multipart_id = blobs.begin_multipart(KEY)
    blobs.put_part(KEY, multipart_id, 1, [b"x"])
    assert blobs.complete_multipart(KEY, multipart_id) == blobs.complete_multipart(KEY, multipart_id)


def test_all_who_complete_at_once_get_the_blob(blobs: Blobs) -> None:
    multipart_id = blobs.begin_multipart(KEY)
    parts = {1: b"a" * MIN_PART_BYTES, 2: b"end"}
    for n, part in parts.items():
        blobs.put_part(KEY, multipart_id, n, [part])
    infos = race(lambda _: blobs.complete_multipart(KEY, multipart_id).size_bytes)
    assert infos == [MIN_PART_BYTES + 3] * RACERS
    assert content(blobs) == parts[1] + parts[2]


def test_parts_that_are_bound_to_digests_become_the_blob_too(blobs: Blobs) -> None:
    multipart_id = blobs.begin_multipart(KEY, part_sha256=True)
    parts = {1: b"a" * MIN_PART_BYTES, 2: b"end"}
    for n, part in parts.items():
        blobs.put_part(KEY, multipart_id, n, [part])
    assert [part.n for part in blobs.parts(KEY, multipart_id)] == [1, 2]
    blobs.complete_multipart(KEY, multipart_id)
    assert content(blobs) == parts[1] + parts[2]


def test_completing_overwrites_nothing(blobs: Blobs) -> None:
    before = blobs.put(KEY, [b"before"])
    multipart_id = blobs.begin_multipart(KEY)
    part = blobs.put_part(KEY, multipart_id, 1, [b"after!"])
    with pytest.raises(Conflict):
        blobs.complete_multipart(KEY, multipart_id)
    assert (content(blobs), blobs.stat(KEY)) == (b"before", before)
    assert blobs.parts(KEY, multipart_id) == (part,)
    blobs.delete(KEY)
    blobs.complete_multipart(KEY, multipart_id)
    assert content(blobs) == b"after!"


def test_without_a_part_there_is_nothing_to_complete(blobs: Blobs) -> None:
    multipart_id = blobs.begin_multipart(KEY)
    with pytest.raises(Conflict):
        blobs.complete_multipart(KEY, multipart_id)
    assert blobs.parts(KEY, multipart_id) == ()
    assert keys(blobs) == []


@pytest.mark.parametrize("end", ["abort_multipart", "complete_multipart"])
def test_a_multipart_that_has_ended_is_not_found(blobs: Blobs, end: str) -> None:
    multipart_id = blobs.begin_multipart(KEY)
    blobs.put_part(KEY, multipart_id, 1, [b"x"])
    getattr(blobs, end)(KEY, multipart_id)
    with pytest.raises(NotFound):
        blobs.put_part(KEY, multipart_id, 1, [b"x"])
    with pytest.raises(NotFound):
        blobs.parts(KEY, multipart_id)
    assert list(blobs.multiparts()) == []


def test_a_multipart_that_ends_while_a_part_comes_in_is_not_found(blobs: Blobs) -> None:
    multipart_id = blobs.begin_multipart(KEY)

    def chunks() -> Iterator[bytes]:
        yield b"half"
        blobs.abort_multipart(KEY, multipart_id)

    with pytest.raises(NotFound):
        blobs.put_part(KEY, multipart_id, 1, chunks())
    assert keys(blobs) == []


@pytest.mark.parametrize("multipart_id", ["", "unknown", "0" * 32, "..", "../..", "a/b"])
def test_an_unknown_multipart_is_not_found(blobs: Blobs, multipart_id: str) -> None:
    with pytest.raises(NotFound):
        blobs.put_part(KEY, multipart_id, 1, [b"x"])
    with pytest.raises(NotFound):
        blobs.parts(KEY, multipart_id)
    with pytest.raises(NotFound):
        blobs.complete_multipart(KEY, multipart_id)
    blobs.abort_multipart(KEY, multipart_id)


def test_a_multipart_belongs_to_its_key(blobs: Blobs) -> None:
    multipart_id = blobs.begin_multipart(KEY)
    part = blobs.put_part(KEY, multipart_id, 1, [b"x"])
    with pytest.raises(NotFound):
        blobs.put_part("another/key", multipart_id, 2, [b"x"])
    with pytest.raises(NotFound):
        blobs.complete_multipart("another/key", multipart_id)
    blobs.abort_multipart("another/key", multipart_id)
    assert blobs.parts(KEY, multipart_id) == (part,)


def test_an_aborted_multipart_leaves_the_blob_that_was_there(blobs: Blobs) -> None:
    blobs.put(KEY, [b"before"])
    multipart_id = blobs.begin_multipart(KEY)
    blobs.put_part(KEY, multipart_id, 1, [b"x"])
    blobs.abort_multipart(KEY, multipart_id)
    blobs.abort_multipart(KEY, multipart_id)
    assert content(blobs) == b"before"


def test_the_multiparts_that_have_not_ended_are_listed_with_their_start(blobs: Blobs) -> None:
    assert list(blobs.multiparts()) == []
    started = {(key, blobs.begin_multipart(key)) for key in (KEY, "another/key")}
    listed = list(blobs.multiparts())
    assert {(key, multipart_id) for key, multipart_id, _ in listed} == started
    assert all(start.utcoffset() == timedelta() for _, _, start in listed)
