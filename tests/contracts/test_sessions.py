"""Sessions: found by the hash of their token, and removed by one caller."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Conflict
from domain.ports.access import AuditQuery
from tests.builders import LIBRARY, NOON, a_session, an_entry
from tests.contracts.conftest import Family
from tests.contracts.racing import race


def test_a_session_is_found_until_it_is_removed(family: Family) -> None:
    session, link = a_session(), a_session(one_time=True)
    for each in (session, link):
        family.sessions.add(each, an_entry())
    assert [family.sessions.find(each.id) for each in (session, link)] == [session, link]
    assert family.sessions.remove(session.id, an_entry())
    assert [family.sessions.find(each.id) for each in (session, link)] == [None, link]
    assert not family.sessions.remove(session.id, an_entry())


def test_each_change_is_stored_with_its_entry_and_what_changes_nothing_stores_none(family: Family) -> None:
    session, started, ended = a_session(), an_entry(at=NOON), an_entry(at=NOON + timedelta(hours=1))
    family.sessions.add(session, started)
    with pytest.raises(Conflict):
        family.sessions.add(replace(session, one_time=True), an_entry())
    with pytest.raises(Conflict):
        family.sessions.remove(session.id, started)
    assert family.sessions.find(session.id) == session
    family.sessions.remove(session.id, ended)
    family.sessions.remove(session.id, an_entry())
    assert family.audit_trail.search(LIBRARY, AuditQuery()).items == (ended, started)


def test_of_many_that_remove_one_at_once_one_is_told_that_it_did(family: Family) -> None:
    session = a_session()
    family.sessions.add(session, an_entry())
    results = race(lambda _: family.sessions.remove(session.id, an_entry(action="session.end")))
    assert sorted(map(bool, results)) == [False] * (len(results) - 1) + [True]
    assert len(family.audit_trail.search(LIBRARY, AuditQuery(action="session.end")).items) == 1


def test_what_has_expired_is_there_until_it_is_purged_so_many_at_a_time(family: Family) -> None:
    sessions = [a_session(expires_at=NOON + timedelta(hours=hours)) for hours in (1, 1, 1, 2)]
    for session in sessions:
        family.sessions.add(session, an_entry())
    assert family.sessions.purge(NOON, 9) == 0
    end = NOON + timedelta(hours=1)
    assert family.sessions.find(sessions[0].id) == sessions[0]
    assert [family.sessions.purge(end, 2) for _ in range(3)] == [2, 1, 0]
    assert [family.sessions.find(session.id) for session in sessions] == [None, None, None, sessions[3]]
