"""Recipes, in the table: the latest versions of a library are one partition, all versions of a recipe another."""

from itertools import islice

from adapters import refusals
from adapters.aws import versioned
from adapters.aws.items import Item, Key, document, key, read
from adapters.aws.table import Range, Table
from adapters.aws.versioned import Record
from adapters.aws.writes import put
from domain.audit import AuditEntry
from domain.errors import Conflict, NotFound
from domain.ports.recipes import Recipes
from domain.recipe import Recipe
from domain.values import LibraryId

_KIND = "recipe"


class DynamoRecipes(Recipes):
    """The longest chain of steps is half of what an item holds, so that none is cut."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, recipe: Recipe, audit: AuditEntry) -> None:
        """The latest one is replaced and the version put in one transaction: of two that add the same, one is."""
        latest = Record(_KIND, recipe.name, _item(_latest_place(recipe.library_id, recipe.name), recipe))
        itself = put(_item(_place(recipe.library_id, recipe.name, recipe.version), recipe))
        before = recipe.version - 1
        try:
            if before:
                versioned.save(self._table, latest, before, audit, itself)
            else:
                versioned.add(self._table, latest, audit, itself)
        except (NotFound, Conflict) as error:
            if error.data.get("kind") != _KIND:
                raise
            stored = self.find(recipe.library_id, recipe.name)
            raise refusals.changed(_KIND, recipe.name, stored.version if stored else 0, before) from error

    def find(self, library_id: LibraryId, name: str, version: int | None = None) -> Recipe | None:
        place = _latest_place(library_id, name) if version is None else _place(library_id, name, version)
        item = self._table.get(place)
        return None if item is None else read(Recipe, item)

    def latest(self, library_id: LibraryId, limit: int, after: str = "") -> tuple[Recipe, ...]:
        return self._read(Range(_latest_of(library_id), above=after or None), limit)

    def versions(self, library_id: LibraryId, name: str, limit: int, below: int | None = None) -> tuple[Recipe, ...]:
        older = None if below is None else _sortable(below)
        return self._read(Range(_versions_of(library_id, name), below=older, descending=True), limit)

    def _read(self, asked: Range, limit: int) -> tuple[Recipe, ...]:
        """One item more is asked for than is shown: what a range leaves out at its end is counted by DynamoDB."""
        return tuple(read(Recipe, item) for item in islice(self._table.items(asked, limit + 1), limit))


def _item(place: Key, recipe: Recipe) -> Item:
    pk, sk = place
    return {"pk": pk, "sk": sk, "version": recipe.version, "doc": document(recipe)}


def _latest_of(library_id: LibraryId) -> str:
    return key("recipes", library_id)


def _latest_place(library_id: LibraryId, name: str) -> Key:
    return _latest_of(library_id), name


def _versions_of(library_id: LibraryId, name: str) -> str:
    return key(_KIND, library_id, name)


def _place(library_id: LibraryId, name: str, version: int) -> Key:
    return _versions_of(library_id, name), _sortable(version)


def _sortable(version: int) -> str:
    return f"{version:05d}"
