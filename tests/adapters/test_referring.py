"""Originals that stay where they are, beside the store's own blobs."""

from datetime import timedelta

import pytest

from adapters.memory.blobs import MemoryBlobs
from adapters.memory.sources import MemorySources
from adapters.memory.workspaces import MemoryWorkspaces
from adapters.referring import ReferringBlobs
from domain.blob_keys import reference_key
from domain.errors import Invalid, NotFound
from domain.values import ByteRange
from tests.builders import FakeClock

URL = "memory://bucket/a b.wav"


@pytest.fixture
def sources() -> MemorySources:
    made = MemorySources(FakeClock())
    made.put(URL, b"original")
    return made


@pytest.fixture
def blobs(sources: MemorySources) -> ReferringBlobs:
    return ReferringBlobs(MemoryBlobs(FakeClock()), sources, MemoryWorkspaces())


@pytest.fixture
def key(sources: MemorySources) -> str:
    return reference_key(URL, sources.find(URL).etag)


def test_a_reference_is_read_where_it_lies(blobs: ReferringBlobs, key: str) -> None:
    info = blobs.stat(key)
    assert (info.key, info.size_bytes) == (key, 8)
    assert b"".join(blobs.get(key)) == b"original"
    assert b"".join(blobs.get(key, ByteRange(2, 4))) == b"igi"
    with blobs.as_file(key) as path:
        assert path.read_bytes() == b"original"
    assert not path.exists()


def test_an_object_that_changed_or_went_is_missing(blobs: ReferringBlobs, sources: MemorySources, key: str) -> None:
    sources.put(URL, b"another")
    for _ in range(2):
        with pytest.raises(NotFound):
            blobs.stat(key)
        with pytest.raises(NotFound):
            blobs.get(key)
        with pytest.raises(NotFound), blobs.as_file(key):
            pass
        if URL in {found.url for found in sources.list("memory://bucket/")}:
            sources.remove(URL)


def test_what_changes_between_the_look_and_the_reading_is_missing(
    blobs: ReferringBlobs, sources: MemorySources, key: str
) -> None:
    reading = blobs.get(key)
    sources.put(URL, b"another")
    with pytest.raises(NotFound):
        next(reading)


def test_a_reference_is_never_written(blobs: ReferringBlobs, sources: MemorySources, key: str) -> None:
    with pytest.raises(Invalid):
        blobs.put(key, [b"other"])
    with pytest.raises(Invalid):
        blobs.begin_multipart(key)
    blobs.delete(key)
    assert b"".join(sources.read(sources.find(URL))) == b"original"


def test_a_reference_has_no_address_of_its_own(blobs: ReferringBlobs, key: str) -> None:
    """Whoever followed it would not be told that the object is another by now."""
    assert blobs.signed_get(key, "a.wav", "audio/wav", timedelta(minutes=1)) is None


def test_a_reference_of_another_family_is_missing(blobs: ReferringBlobs) -> None:
    with pytest.raises(NotFound):
        blobs.stat(reference_key("s3://bucket/a.wav", "1"))


def test_other_keys_are_the_stores_own(blobs: ReferringBlobs) -> None:
    blobs.put("a/b", [b"x"])
    assert [info.key for info in blobs.list()] == ["a/b"]
    assert b"".join(blobs.get("a/b")) == b"x"
    with blobs.as_file("a/b") as path:
        assert path.read_bytes() == b"x"
    blobs.delete("a/b")
    assert list(blobs.list()) == []
