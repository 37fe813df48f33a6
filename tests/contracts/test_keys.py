"""Keys: found by the hash of their token, of which there is one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.access import Role
from domain.errors import Conflict, NotFound, VersionMismatch
from domain.ports.access import AuditQuery
from tests.builders import LIBRARY, NOON, OTHER_LIBRARY, a_key, a_token_hash, an_entry
from tests.contracts.conftest import Family
from tests.contracts.racing import RACERS, race


def test_a_key_is_found_by_id_and_by_token(family: Family) -> None:
    key = a_key(role=Role.VIEWER, expires_at=NOON + timedelta(days=1))
    family.keys.add(key, an_entry())
    assert family.keys.get(LIBRARY, key.id) == key
    assert family.keys.find_by_token(key.token_sha256) == key


def test_a_key_that_is_not_there(family: Family) -> None:
    key = a_key()
    family.keys.add(key, an_entry())
    with pytest.raises(NotFound):
        family.keys.get(OTHER_LIBRARY, key.id)
    with pytest.raises(NotFound):
        family.keys.get(LIBRARY, a_key().id)
    assert family.keys.find_by_token(a_token_hash()) is None


def test_a_token_is_taken_once_over_all_libraries(family: Family) -> None:
    key = a_key()
    family.keys.add(key, an_entry())
    with pytest.raises(Conflict) as refused:
        family.keys.add(a_key(token_sha256=key.token_sha256, library_id=OTHER_LIBRARY), an_entry())
    assert key.id not in str(refused.value)
    assert family.keys.of_library(OTHER_LIBRARY) == ()
    assert family.keys.find_by_token(key.token_sha256) == key


def test_of_many_with_one_token_at_once_one_is_stored(family: Family) -> None:
    results = race(lambda _: family.keys.add(a_key(token_sha256=a_token_hash()), an_entry()))
    assert results.count(None) == 1
    assert len(family.keys.of_library(LIBRARY)) == 1


def test_a_revoked_key_takes_the_place_of_the_version_it_names(family: Family) -> None:
    key = a_key()
    family.keys.add(key, an_entry())
    revoked = key.revoke(NOON)
    with pytest.raises(VersionMismatch):
        family.keys.save(revoked, 2, an_entry())
    with pytest.raises(NotFound):
        family.keys.save(replace(revoked, library_id=OTHER_LIBRARY), 1, an_entry())
    assert family.keys.find_by_token(key.token_sha256) == key
    family.keys.save(revoked, 1, an_entry())
    assert family.keys.find_by_token(key.token_sha256) == revoked


def test_of_many_that_save_over_one_version_at_once_one_wins(family: Family) -> None:
    key = a_key()
    family.keys.add(key, an_entry())
    results = race(lambda _: family.keys.save(key.revoke(NOON), 1, an_entry()))
    assert sum(isinstance(result, VersionMismatch) for result in results) == RACERS - 1


def test_the_change_and_its_entry_are_stored_both_or_neither(family: Family) -> None:
    key, entry = a_key(), an_entry()
    family.keys.add(key, entry)
    with pytest.raises(Conflict):
        family.keys.add(a_key(), entry)
    with pytest.raises(Conflict):
        family.keys.save(key.revoke(NOON), 1, entry)
    assert family.keys.of_library(LIBRARY) == (key,)
    assert family.audit_trail.search(LIBRARY, AuditQuery()).items == (entry,)


def test_a_librarys_keys_come_oldest_first_revoked_ones_too(family: Family) -> None:
    young = a_key(created_at=NOON)
    old = a_key(created_at=NOON - timedelta(days=1), revoked_at=NOON)
    for key in (young, old, a_key(library_id=OTHER_LIBRARY)):
        family.keys.add(key, an_entry())
    assert family.keys.of_library(LIBRARY) == (old, young)
