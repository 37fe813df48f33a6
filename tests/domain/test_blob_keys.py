"""Whose bytes lie under a key."""

import pytest

from domain.blob_keys import (
    is_on_request,
    is_original,
    on_request_key,
    on_request_prefix,
    original_key,
    recording_of_key,
    recording_prefix,
    reference_key,
    referred,
    rendition_key,
)
from domain.values import LibraryId, RecordingId


def test_a_blobs_owner_is_read_from_its_key() -> None:
    library_id, recording_id = LibraryId("library-1"), RecordingId("recording-1")
    for key in (original_key(library_id, recording_id), rendition_key(library_id, recording_id, "m", "preview.mp3")):
        assert recording_of_key(key) == (library_id, recording_id)
        assert key.startswith(recording_prefix(library_id, recording_id))


@pytest.mark.parametrize(
    "key", ["", "a", "a/b/c/d", "library/recordings", "library/recordings/", "library/recordings/1", "a/recordings//x"]
)
def test_what_is_no_recordings_key_has_no_owner(key: str) -> None:
    assert recording_of_key(key) is None


def test_what_is_made_on_request_lies_apart_by_library_and_recording() -> None:
    library_id, recording_id = LibraryId("L"), RecordingId("R")
    key = on_request_key(library_id, recording_id, "x.png")
    assert key.startswith(on_request_prefix(library_id, recording_id))
    assert key.startswith(on_request_prefix(library_id))
    assert not key.startswith(on_request_prefix(library_id, RecordingId("R2")))
    assert not key.startswith(recording_prefix(library_id, recording_id))
    assert recording_of_key(key) is None


def test_keys_tell_what_kind_of_blob_theirs_is() -> None:
    library_id, recording_id = LibraryId("L"), RecordingId("R")
    original = original_key(library_id, recording_id)
    rendition = rendition_key(library_id, recording_id, "m", "original")
    on_request = on_request_key(library_id, recording_id, "x.png")
    assert [is_original(key) for key in (original, rendition, on_request, "original", "")] == [True, *[False] * 4]
    assert [is_on_request(key) for key in (on_request, original, "L/on-request", "")] == [True, *[False] * 3]


def test_what_lies_in_the_inbox_is_no_blob_of_a_recording() -> None:
    assert recording_of_key("inbox/recordings/takes/a.wav") is None


@pytest.mark.parametrize("url", ["s3://bucket/a.wav", "s3://bucket/odd#etag=key/ü?.wav"])
def test_an_original_that_stays_where_it_is_has_a_key_of_its_own(url: str) -> None:
    key = reference_key(url, "0123456789abcdef-2")
    assert referred(key) == (url, "0123456789abcdef-2")
    assert recording_of_key(key) is None


@pytest.mark.parametrize("key", ["library/recordings/1/original", "library/recordings/1/#etag=x", ""])
def test_a_blob_of_our_own_is_no_reference(key: str) -> None:
    assert referred(key) is None
