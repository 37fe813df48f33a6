"""Addresses, and what an import would change."""

from typing import Any

import pytest

from domain.errors import Invalid
from domain.source import Importable, Source, SourcedRecording, SourceObject, StepKind, checked_address, steps
from domain.values import RecordingId
from tests.builders import NOON


def an_object(url: str, etag: str = "1", size: int = 10) -> SourceObject:
    return SourceObject(url, size, etag, NOON)


def a_sourced(url: str, etag: str = "1", size: int = 10, recording: str = "r", **more: Any) -> SourcedRecording:
    return SourcedRecording(RecordingId(recording), Source(url, etag, size, **more))


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("s3://bucket", "s3://bucket/"),
        ("s3://bucket/", "s3://bucket/"),
        ("s3://bucket/a/b", "s3://bucket/a/b"),  # a prefix, as in S3, not a folder
        ("s3://bucket/a//b/../ ü#?%20", "s3://bucket/a//b/../ ü#?%20"),  # keys may have anything
        ("file:///music", "file:///music/"),
        ("file:///music/", "file:///music/"),
        ("file:///", "file:///"),
    ],
)
def test_an_address_has_one_form(raw: str, address: str) -> None:
    assert checked_address(raw) == address
    assert checked_address(address) == address


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "music",
        "/music",
        "s3:///key",
        "s3:/bucket",
        "file://host/music",
        "file:///a/../etc",
        "file:///a/./b",
        "file:///a//b",
        "file:///a\0b",
        "s3://bucket/" + "k" * 2048,
    ],
)
def test_what_is_no_address_is_refused(raw: str) -> None:
    with pytest.raises(Invalid):
        checked_address(raw)


@pytest.mark.parametrize(
    ("raw", "importable"),
    [
        ("s3://archive", Importable("s3://archive/")),
        ("s3://archive/year=2026/", Importable("s3://archive/year=2026/")),
        ("team=s3://archive/year=2026", Importable("s3://archive/year=2026", "team")),
        ("our team=a=file:///music", Importable("file:///music/", "our team=a")),
    ],
)
def test_what_may_be_imported_may_be_a_librarys_own(raw: str, importable: Importable) -> None:
    assert Importable.parse(raw) == importable


@pytest.mark.parametrize("raw", ["=s3://archive/", "team=", "team=archive", "team"])
def test_what_names_no_address_is_not_importable(raw: str) -> None:
    with pytest.raises(Invalid):
        Importable.parse(raw)


def test_listing_and_recordings_are_walked_side_by_side() -> None:
    found = [an_object("a"), an_object("b", etag="2"), an_object("d"), an_object("e", size=11), an_object("z")]
    known = [a_sourced("b"), a_sourced("c"), a_sourced("d"), a_sourced("e"), a_sourced("zz")]
    told = [(step.url, step.kind) for step in steps(found, known)]
    assert told == [
        ("a", StepKind.NEW),
        ("b", StepKind.CHANGED),
        ("c", StepKind.MISSING),
        ("d", StepKind.UNCHANGED),
        ("e", StepKind.CHANGED),
        ("z", StepKind.NEW),
        ("zz", StepKind.MISSING),
    ]


def test_the_newest_recording_of_an_object_counts() -> None:
    known = [a_sourced("a", etag="1", recording="r1"), a_sourced("a", etag="2", recording="r2")]
    (unchanged,) = steps([an_object("a", etag="2")], known)
    assert unchanged.kind is StepKind.UNCHANGED
    (missing,) = steps([], known)
    assert missing.known is not None
    assert missing.known.recording_id == "r2"


def test_nothing_is_read_ahead() -> None:
    """One of each side is in hand: the memory that it takes does not grow."""
    read: list[str] = []

    def listing() -> Any:
        for n in range(1000):
            read.append(str(n))
            yield an_object(f"{n:04}")

    walked = steps(listing(), [])
    next(walked)
    assert len(read) <= 2


def test_a_reference_loses_its_original_when_the_object_changes_or_goes() -> None:
    for by_reference in (True, False):
        known = [a_sourced("a", by_reference=by_reference), a_sourced("b", by_reference=by_reference)]
        walked = list(steps([an_object("a", etag="2")], known))
        assert [step.loses_original for step in walked] == [by_reference, by_reference]
    (new,) = steps([an_object("a")], [])
    assert not new.loses_original


@pytest.mark.parametrize(("url", "promises"), [("s3://b/a.WAV", True), ("s3://b/a.txt", False), ("s3://b/wav", False)])
def test_a_name_may_promise_sound(url: str, promises: bool) -> None:
    assert an_object(url).promises_sound is promises
