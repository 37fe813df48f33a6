"""AuditTrail: what the stores wrote with each change, newest first."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.audit import AuditEntry
from domain.errors import Invalid
from domain.ports.access import AuditQuery
from tests.builders import LIBRARY, NOON, OTHER_LIBRARY, a_recording, an_entry
from tests.contracts.conftest import Family

HOUR = timedelta(hours=1)


@pytest.fixture
def wrote(family: Family) -> Callable[..., AuditEntry]:
    def write(**changes: Any) -> AuditEntry:
        entry = an_entry(**changes)
        family.recordings.add(a_recording(), entry)
        return entry

    return write


def test_an_entry_is_read_unchanged(family: Family, wrote: Callable[..., AuditEntry]) -> None:
    entry = wrote(before={}, after={"n": 1, "x": 1.5, "t": True, "none": None, "deep": {"list": [1, ["ä"]]}})
    assert family.audit_trail.search(LIBRARY, AuditQuery()).items == (entry,)


def test_entries_stay_within_their_library(family: Family, wrote: Callable[..., AuditEntry]) -> None:
    foreign = wrote(library_id=OTHER_LIBRARY)
    assert family.audit_trail.search(LIBRARY, AuditQuery()).items == ()
    assert family.audit_trail.search(OTHER_LIBRARY, AuditQuery()).items == (foreign,)


def test_the_newest_come_first_in_pages(family: Family, wrote: Callable[..., AuditEntry]) -> None:
    written = [wrote(at=NOON + timedelta(microseconds=n // 2)) for n in range(5)]
    seen: tuple[AuditEntry, ...] = ()
    query = AuditQuery(limit=2)
    while True:
        page = family.audit_trail.search(LIBRARY, query)
        seen += page.items
        if page.next_cursor is None:
            break
        query = replace(query, cursor=page.next_cursor)
    assert seen == tuple(reversed(written))


def test_each_field_of_the_query_narrows_the_listing(family: Family, wrote: Callable[..., AuditEntry]) -> None:
    first = wrote(actor="key:1", action="recording.trash", subject_id="1", at=NOON)
    second = wrote(actor="key:2", action="recording.trash", subject_id="2", at=NOON + HOUR)
    third = wrote(actor="key:2", action="key.revoke", subject_id="3", at=NOON + 2 * HOUR)

    def found(query: AuditQuery) -> tuple[AuditEntry, ...]:
        return family.audit_trail.search(LIBRARY, query).items

    assert found(AuditQuery(actor="key:2")) == (third, second)
    assert found(AuditQuery(action="recording.trash")) == (second, first)
    assert found(AuditQuery(subject_id="1")) == (first,)
    assert found(AuditQuery(actor="key:2", action="recording.trash")) == (second,)
    assert found(AuditQuery(actor="nobody")) == ()


def test_since_is_inclusive_and_until_exclusive(family: Family, wrote: Callable[..., AuditEntry]) -> None:
    entries = [wrote(at=NOON + n * HOUR) for n in range(3)]
    page = family.audit_trail.search(LIBRARY, AuditQuery(since=NOON, until=NOON + 2 * HOUR))
    assert page.items == (entries[1], entries[0])


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "ä"])
def test_an_unreadable_cursor_is_refused(family: Family, cursor: str) -> None:
    with pytest.raises(Invalid):
        family.audit_trail.search(LIBRARY, AuditQuery(cursor=cursor))


def test_a_cursor_of_another_query_is_refused(family: Family, wrote: Callable[..., AuditEntry]) -> None:
    for _ in range(2):
        wrote()
    cursor = family.audit_trail.search(LIBRARY, AuditQuery(limit=1)).next_cursor
    with pytest.raises(Invalid):
        family.audit_trail.search(LIBRARY, AuditQuery(actor="key:1", cursor=cursor))
