"""Uploads: sessions with versions, found again when they expire and by the parts that lie in the blob store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Conflict, NotFound, VersionMismatch
from domain.ports.access import AuditQuery
from domain.upload import LIFETIME, UploadStatus
from tests.builders import LIBRARY, NOON, OTHER_LIBRARY, a_sha256, an_entry, an_upload
from tests.contracts.conftest import Family
from tests.contracts.racing import RACERS, race

HOUR = timedelta(hours=1)


def test_what_was_added_is_got_back_unchanged(family: Family) -> None:
    upload = an_upload(sha256=a_sha256(1), keep_duplicate=True, filename="Ö.wav", tags=("dog", "hund"))
    family.uploads.add(upload, an_entry())
    assert family.uploads.get(LIBRARY, upload.id) == upload


def test_another_librarys_upload_is_as_unknown_as_none(family: Family) -> None:
    upload = an_upload()
    family.uploads.add(upload, an_entry())
    with pytest.raises(NotFound):
        family.uploads.get(OTHER_LIBRARY, upload.id)
    with pytest.raises(NotFound):
        family.uploads.get(LIBRARY, an_upload().id)


def test_an_id_is_taken_once(family: Family) -> None:
    upload = an_upload()
    family.uploads.add(upload, an_entry())
    with pytest.raises(Conflict):
        family.uploads.add(replace(upload, filename="other.wav"), an_entry())
    assert family.uploads.get(LIBRARY, upload.id) == upload


def test_save_needs_the_stored_version(family: Family) -> None:
    upload = an_upload()
    family.uploads.add(upload, an_entry())
    aborted = upload.aborted()
    with pytest.raises(VersionMismatch):
        family.uploads.save(aborted, 2, an_entry())
    with pytest.raises(NotFound):
        family.uploads.save(an_upload(), 1, an_entry())
    assert family.uploads.get(LIBRARY, upload.id) == upload
    family.uploads.save(aborted, 1, an_entry())
    assert family.uploads.get(LIBRARY, upload.id) == aborted


def test_of_many_that_save_over_one_version_at_once_one_wins(family: Family) -> None:
    upload = an_upload()
    family.uploads.add(upload, an_entry())
    results = race(lambda _: family.uploads.save(upload.aborted(), 1, an_entry()))
    assert results.count(None) == 1
    assert sum(isinstance(result, VersionMismatch) for result in results) == RACERS - 1


def test_the_change_and_its_entry_are_stored_both_or_neither(family: Family) -> None:
    upload, entry = an_upload(), an_entry()
    family.uploads.add(upload, entry)
    second = an_upload()
    with pytest.raises(Conflict):
        family.uploads.add(second, entry)
    with pytest.raises(Conflict):
        family.uploads.save(upload.aborted(), 1, entry)
    with pytest.raises(NotFound):
        family.uploads.get(LIBRARY, second.id)
    assert family.uploads.get(LIBRARY, upload.id) == upload
    assert family.audit_trail.search(LIBRARY, AuditQuery()).items == (entry,)


def test_open_ones_whose_time_is_over_are_expired(family: Family) -> None:
    later = an_upload(expires_at=NOON + 2 * HOUR)
    sooner = an_upload(expires_at=NOON + HOUR, library_id=OTHER_LIBRARY)
    settled = an_upload(expires_at=NOON, status=UploadStatus.COMPLETED)
    for upload in (later, sooner, settled, an_upload(expires_at=NOON + LIFETIME)):
        family.uploads.add(upload, an_entry())
    assert family.uploads.expired(NOON + HOUR - timedelta(microseconds=1), 10) == ()
    assert family.uploads.expired(NOON + HOUR, 10) == (sooner,)
    assert set(family.uploads.expired(NOON + 2 * HOUR, 10)) == {sooner, later}
    assert len(family.uploads.expired(NOON + 2 * HOUR, 1)) == 1


def test_an_upload_is_found_by_its_multipart_whatever_its_status(family: Family) -> None:
    upload = an_upload()
    family.uploads.add(upload, an_entry())
    aborted = upload.aborted()
    family.uploads.save(aborted, 1, an_entry())
    assert family.uploads.find_by_multipart(upload.blob_key, upload.multipart_id) == aborted
    assert family.uploads.find_by_multipart(upload.blob_key, "another") is None
    assert family.uploads.find_by_multipart("another", upload.multipart_id) is None
