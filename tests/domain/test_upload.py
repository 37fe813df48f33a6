"""Upload: the arithmetic of its parts, and when it is open."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Conflict, Gone, Invalid, TooLarge
from domain.upload import (
    LIFETIME,
    MAX_PARTS,
    MIN_PART_BYTES,
    Part,
    Upload,
    UploadStatus,
    check_announced_size,
    part_size_of,
)
from domain.values import RecordingId, UploadId
from tests.builders import LIBRARY, NOON, an_upload

TEBIBYTE = 2**40
sizes = st.one_of(
    st.integers(1, 5 * TEBIBYTE),
    st.integers(1, 20).map(lambda n: n * MIN_PART_BYTES),
    st.integers(1, 20).map(lambda n: n * MIN_PART_BYTES + 1),
    st.integers(-2, 2).map(lambda n: MAX_PARTS * MIN_PART_BYTES + n),
)


def upload_of(size: int) -> Upload:
    return an_upload(size_bytes=size, part_size=part_size_of(size))


def parts_of(upload: Upload) -> tuple[Part, ...]:
    return tuple(Part(n, upload.size_of_part(n), f"etag-{n}") for n in range(1, upload.part_count + 1))


@given(sizes)
def test_parts_cover_the_file_without_gap_or_overlap(size: int) -> None:
    upload = upload_of(size)
    count = upload.part_count
    assert 1 <= count <= MAX_PARTS
    assert upload.offset_of_part(1) == 0
    for n in {1, 2, count // 2, count - 1} & set(range(1, count)):
        assert upload.size_of_part(n) == upload.part_size >= MIN_PART_BYTES
        assert upload.offset_of_part(n) + upload.size_of_part(n) == upload.offset_of_part(n + 1)
    assert upload.offset_of_part(count) + upload.size_of_part(count) == size
    assert 1 <= upload.size_of_part(count) <= upload.part_size


@given(sizes, st.integers())
def test_there_is_no_part_beyond_the_parts(size: int, n: int) -> None:
    upload = upload_of(size)
    if not 1 <= n <= upload.part_count:
        with pytest.raises(Invalid):
            upload.size_of_part(n)


@given(st.integers(1, 6), st.sets(st.integers(1, 6)), st.sets(st.integers(1, 6)))
def test_missing_is_what_has_not_arrived_in_full(count: int, arrived: set[int], short: set[int]) -> None:
    upload = upload_of((count - 1) * MIN_PART_BYTES + 7)
    there = tuple(
        Part(part.n, part.size_bytes - (part.n in short), part.etag) for part in parts_of(upload) if part.n in arrived
    )
    missing = upload.missing(there)
    assert set(missing) == set(range(1, count + 1)) - (arrived - short)
    assert list(missing) == sorted(missing)


def test_an_upload_with_all_its_parts_is_completed() -> None:
    upload = an_upload()
    completed = upload.completed(parts_of(upload), NOON)
    assert (completed.status, completed.version) == (UploadStatus.COMPLETED, 2)


def test_an_upload_with_parts_missing_says_which() -> None:
    upload = an_upload()
    with pytest.raises(Conflict) as refused:
        upload.completed(parts_of(upload)[1:2], NOON)
    assert refused.value.data["missing_parts"] == [1, 3]


def test_an_expired_upload_is_gone() -> None:
    upload = an_upload()
    upload.require_open(NOON + LIFETIME - timedelta(microseconds=1))
    assert upload.is_expired(NOON + LIFETIME)
    with pytest.raises(Gone):
        upload.require_open(NOON + LIFETIME)
    with pytest.raises(Gone):
        upload.completed(parts_of(upload), NOON + LIFETIME)


@pytest.mark.parametrize("status", [UploadStatus.COMPLETED, UploadStatus.ABORTED])
def test_a_settled_upload_is_not_open_and_does_not_expire(status: UploadStatus) -> None:
    upload = an_upload(status=status)
    assert not upload.is_expired(NOON + 2 * LIFETIME)
    with pytest.raises(Conflict):
        upload.require_open(NOON)


def test_aborting_again_changes_nothing_and_a_completed_one_is_not_aborted() -> None:
    aborted = an_upload().aborted()
    assert (aborted.status, aborted.version) == (UploadStatus.ABORTED, 2)
    assert aborted.aborted() is aborted
    with pytest.raises(Conflict):
        an_upload(status=UploadStatus.COMPLETED).aborted()


@pytest.mark.parametrize(("size", "error"), [(0, Invalid), (-1, Invalid), (101, TooLarge)])
def test_an_announced_size_that_would_not_be_taken_is_refused(size: int, error: type[Exception]) -> None:
    check_announced_size(100, 100)
    with pytest.raises(error):
        check_announced_size(size, 100)


def test_digests_are_of_parts_that_there_are() -> None:
    upload = an_upload(part_sha256=True)
    assert upload.checked_digests({1: "AB" * 32}) == {1: "ab" * 32}
    for wrong in ({upload.part_count + 1: "ab" * 32}, {1: "ab"}):
        with pytest.raises(Invalid):
            upload.checked_digests(wrong)


def test_an_upload_that_asks_for_no_digests_takes_none() -> None:
    assert an_upload().checked_digests({}) == {}
    with pytest.raises(Invalid):
        an_upload().checked_digests({1: "ab" * 32})


def test_an_upload_opens_with_a_clean_name_and_digest() -> None:
    upload = Upload.open(
        UploadId("1"),
        LIBRARY,
        RecordingId("2"),
        filename="../x/long.wav",
        content_type="audio/wav",
        size_bytes=1,
        max_bytes=1,
        blob_key="a/b",
        multipart_id="3",
        now=NOON,
        sha256="AB" * 32,
    )
    assert (upload.filename, upload.sha256, upload.expires_at) == ("long.wav", "ab" * 32, NOON + LIFETIME)
