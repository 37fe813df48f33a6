"""Objects that lie elsewhere: listed in order, read in the state in which they were found."""

import os
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.aws.sources import S3Sources
from adapters.local.sources import FolderSources
from adapters.memory.sources import MemorySources
from domain.errors import Invalid, NotFound, VersionMismatch
from domain.ports.sources import Sources
from domain.source import checked_address, steps
from domain.values import ByteRange
from tests.aws import AwsDouble
from tests.builders import FakeClock


class Shelf(ABC):
    """A place with objects that a test puts there, and the port that reads them."""

    sources: Sources
    address: str

    @abstractmethod
    def put(self, name: str, content: bytes = b"x") -> str:
        """Its URL."""

    @abstractmethod
    def remove(self, name: str) -> None: ...

    def names(self, prefix: str = "") -> list[str]:
        return [found.url.removeprefix(self.address) for found in self.sources.list(self.address + prefix)]


class MemoryShelf(Shelf):
    address = "memory://shelf/"

    def __init__(self) -> None:
        self.sources = self._sources = MemorySources(FakeClock())

    def put(self, name: str, content: bytes = b"x") -> str:
        self._sources.put(self.address + name, content)
        return self.address + name

    def remove(self, name: str) -> None:
        self._sources.remove(self.address + name)


class FolderShelf(Shelf):
    def __init__(self, folder: Path) -> None:
        self.sources = FolderSources()
        self.folder = folder
        self.address = checked_address(f"file://{folder}")

    def put(self, name: str, content: bytes = b"x") -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return self.address + name

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()


class BucketShelf(Shelf):
    def __init__(self, double: AwsDouble) -> None:
        self.client = double.clients.s3
        self.bucket = f"{double.name}-shelf"
        self.client.create_bucket(Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        self.sources = S3Sources(self.client, page=10)
        self.address = f"s3://{self.bucket}/"

    def put(self, name: str, content: bytes = b"x") -> str:
        self.client.put_object(Bucket=self.bucket, Key=name, Body=content)
        return self.address + name

    def remove(self, name: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=name)


@pytest.fixture(params=["memory", "local", "aws"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "memory":
        return MemoryShelf()
    if request.param == "local":
        return FolderShelf(tmp_path)
    return BucketShelf(request.getfixturevalue("aws_double"))


def test_objects_are_listed_by_url(shelf: Shelf) -> None:
    """By code point, down through folders: the order in which recordings are read beside them."""
    names = ["b.wav", "a-b.wav", "a/b.wav", "a/c/d.wav", "a.wav", "ü ?#%20.wav", "\ue000.wav", "🎧.wav", "B.wav"]
    for name in names:
        shelf.put(name)
    assert shelf.names() == sorted(names)
    assert shelf.names("a/") == ["a/b.wav", "a/c/d.wav"]
    assert shelf.names("a") == ["a-b.wav", "a.wav", "a/b.wav", "a/c/d.wav"]
    assert shelf.names("nothing") == []


def test_more_objects_than_a_page_are_read_on(shelf: Shelf) -> None:
    names = [f"{n:04}.wav" for n in range(25)]
    for name in names:
        shelf.put(name)
    assert shelf.names() == names


def test_what_is_listed_is_found_and_read(shelf: Shelf) -> None:
    content = bytes(range(256)) * 8192 + b"end"  # more than two chunks
    url = shelf.put("a/b ü.wav", content)
    (found,) = shelf.sources.list(shelf.address)
    assert found.url == url
    assert found.size_bytes == len(content)
    again = shelf.sources.find(url)
    assert (again.url, again.etag, again.size_bytes) == (found.url, found.etag, found.size_bytes)
    chunks = list(shelf.sources.read(found))
    assert b"".join(chunks) == content
    assert max(map(len, chunks)) <= 1024 * 1024
    assert b"".join(shelf.sources.read(found, ByteRange(1, 3))) == content[1:4]
    assert b"".join(shelf.sources.read(found, ByteRange(len(content) - 3, len(content) - 1))) == b"end"


def test_an_empty_object_has_no_bytes(shelf: Shelf) -> None:
    shelf.put("a.wav", b"")
    (found,) = shelf.sources.list(shelf.address)
    assert list(shelf.sources.read(found)) == []


def test_an_object_that_changed_is_not_read_for_the_one_that_was_found(shelf: Shelf) -> None:
    url = shelf.put("a.wav", b"one")
    before = shelf.sources.find(url)
    shelf.put("a.wav", b"another")
    after = shelf.sources.find(url)
    assert after.etag != before.etag
    with pytest.raises(VersionMismatch):
        list(shelf.sources.read(before))
    assert b"".join(shelf.sources.read(after)) == b"another"


def test_an_object_that_is_gone_is_unknown(shelf: Shelf) -> None:
    url = shelf.put("a.wav")
    found = shelf.sources.find(url)
    shelf.remove("a.wav")
    with pytest.raises(NotFound):
        shelf.sources.find(url)
    with pytest.raises(NotFound):
        list(shelf.sources.read(found))


def test_no_url_climbs_out_of_its_folder(shelf: Shelf) -> None:
    shelf.put("inside/a.wav")
    outside = shelf.sources.find(shelf.put("b.wav"))
    url = f"{shelf.address}inside/../b.wav"
    with pytest.raises(NotFound):
        shelf.sources.find(url)
    with pytest.raises(NotFound):
        list(shelf.sources.read(replace(outside, url=url)))


def test_an_address_of_elsewhere_is_refused(shelf: Shelf) -> None:
    found = shelf.sources.find(shelf.put("a.wav"))
    with pytest.raises(Invalid):
        list(shelf.sources.list("ftp://shelf/"))
    with pytest.raises(Invalid):
        shelf.sources.find("ftp://shelf/a.wav")
    assert found.url.startswith(f"{shelf.sources.scheme}://")


def test_a_reader_may_let_go(shelf: Shelf) -> None:
    """Of most files the first bytes are enough to know that they are no sound."""
    shelf.put("a.wav", b"x" * 3_000_000)
    (found,) = shelf.sources.list(shelf.address)
    reader = shelf.sources.read(found)
    assert next(reader)
    del reader


def test_a_listing_is_compared_as_it_comes(shelf: Shelf) -> None:
    for name in ("a.wav", "b.wav"):
        shelf.put(name)
    assert [step.kind for step in steps(shelf.sources.list(shelf.address), [])] == ["new", "new"]


def test_a_folder_or_bucket_that_is_not_there(tmp_path: Path, aws_double: AwsDouble) -> None:
    with pytest.raises(NotFound):
        list(FolderSources().list(f"file://{tmp_path}/nowhere/"))
    with pytest.raises(NotFound):
        list(S3Sources(aws_double.clients.s3).list(f"s3://{aws_double.name}-nowhere/"))


def test_links_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "shelf")
    shelf.put("a.wav")
    shelf.put(".hidden.wav")
    shelf.put(".git/a.wav")
    (tmp_path / "secret.wav").write_bytes(b"secret")
    (shelf.folder / "link.wav").symlink_to(tmp_path / "secret.wav")
    (shelf.folder / "out").symlink_to(tmp_path)
    os.mkfifo(shelf.folder / "pipe.wav")
    assert shelf.names() == ["a.wav"]
    with pytest.raises(NotFound):
        shelf.sources.find(shelf.address + "link.wav")


def test_markers_of_folders_are_left_out(aws_double: AwsDouble) -> None:
    shelf = BucketShelf(aws_double)
    shelf.put("a/", b"")
    shelf.put("a/b.wav")
    assert shelf.names() == ["a/b.wav"]
