"""Libraries: known by id and by name, each of which is taken once."""

import pytest

from domain.errors import Conflict, NotFound, VersionMismatch
from domain.policy import Policy, Rule, Verdict
from domain.ports.access import AuditQuery
from domain.values import LibraryId
from tests.builders import LIBRARY, OTHER_LIBRARY, a_library, an_entry
from tests.contracts.conftest import Family
from tests.contracts.racing import race


def test_a_library_is_found_by_id_and_by_name(family: Family) -> None:
    library = a_library(name="Schöne Töne")
    family.libraries.add(library, an_entry())
    assert family.libraries.get(LIBRARY) == library
    assert family.libraries.find_by_name("Schöne Töne") == library


def test_a_library_that_is_not_there(family: Family) -> None:
    with pytest.raises(NotFound):
        family.libraries.get(LIBRARY)
    assert family.libraries.find_by_name("archive") is None
    assert family.libraries.all() == ()


def test_id_and_name_are_taken_once(family: Family) -> None:
    library = a_library()
    family.libraries.add(library, an_entry())
    with pytest.raises(Conflict):
        family.libraries.add(a_library(name="another"), an_entry())
    with pytest.raises(Conflict):
        family.libraries.add(a_library(id=OTHER_LIBRARY), an_entry())
    assert family.libraries.all() == (library,)


def test_of_many_that_take_a_name_at_once_one_wins(family: Family) -> None:
    results = race(lambda n: family.libraries.add(a_library(id=LibraryId(f"library-{n}")), an_entry()))
    assert results.count(None) == 1
    assert len(family.libraries.all()) == 1


def test_a_library_under_another_policy_is_stored_with_its_entry(family: Family) -> None:
    family.libraries.add(a_library(), an_entry())
    governed = a_library().governed(Policy((Rule("clipping", Verdict.REJECT, 0.5), Rule("hum", Verdict.QUARANTINE))))
    entry = an_entry()
    family.libraries.save(governed, replaces=1, audit=entry)
    assert family.libraries.get(LIBRARY) == governed
    assert family.libraries.find_by_name("archive") == governed
    assert entry in family.audit_trail.search(LIBRARY, AuditQuery()).items


def test_only_the_version_that_was_read_is_replaced(family: Family) -> None:
    family.libraries.add(a_library(), an_entry())
    governed = a_library().governed(Policy((Rule("hum", Verdict.REJECT),)))
    with pytest.raises(NotFound):
        family.libraries.save(a_library(id=OTHER_LIBRARY, name="other"), replaces=1, audit=an_entry())
    results = race(lambda n: family.libraries.save(governed, replaces=1, audit=an_entry()))
    assert results.count(None) == 1
    assert {type(result) for result in results if result is not None} == {VersionMismatch}


def test_all_come_by_name(family: Family) -> None:
    for name in ("b", "a", "ä", "B"):
        family.libraries.add(a_library(id=LibraryId(name), name=name), an_entry())
    assert [library.name for library in family.libraries.all()] == ["B", "a", "b", "ä"]


def test_a_library_and_its_entry_are_stored_together_or_not_at_all(family: Family) -> None:
    entry = an_entry()
    family.libraries.add(a_library(), entry)
    assert family.audit_trail.search(LIBRARY, AuditQuery()).items == (entry,)
    with pytest.raises(Conflict):
        family.libraries.add(a_library(id=OTHER_LIBRARY, name="another"), entry)
    assert family.libraries.all() == (a_library(),)
