"""Libraries: known by id and by name, each of which is taken once."""

import pytest

from domain.errors import Conflict, NotFound
from domain.values import LibraryId
from tests.builders import LIBRARY, OTHER_LIBRARY, a_library
from tests.contracts.conftest import Family
from tests.contracts.racing import race


def test_a_library_is_found_by_id_and_by_name(family: Family) -> None:
    library = a_library(name="Schöne Töne")
    family.libraries.add(library)
    assert family.libraries.get(LIBRARY) == library
    assert family.libraries.find_by_name("Schöne Töne") == library


def test_a_library_that_is_not_there(family: Family) -> None:
    with pytest.raises(NotFound):
        family.libraries.get(LIBRARY)
    assert family.libraries.find_by_name("archive") is None
    assert family.libraries.all() == ()


def test_id_and_name_are_taken_once(family: Family) -> None:
    library = a_library()
    family.libraries.add(library)
    with pytest.raises(Conflict):
        family.libraries.add(a_library(name="another"))
    with pytest.raises(Conflict):
        family.libraries.add(a_library(id=OTHER_LIBRARY))
    assert family.libraries.all() == (library,)


def test_of_many_that_take_a_name_at_once_one_wins(family: Family) -> None:
    results = race(lambda n: family.libraries.add(a_library(id=LibraryId(f"library-{n}"))))
    assert results.count(None) == 1
    assert len(family.libraries.all()) == 1


def test_all_come_by_name(family: Family) -> None:
    for name in ("b", "a", "ä", "B"):
        family.libraries.add(a_library(id=LibraryId(name), name=name))
    assert [library.name for library in family.libraries.all()] == ["B", "a", "b", "ä"]
