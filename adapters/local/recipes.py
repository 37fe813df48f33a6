"""Recipes, in SQLite."""

from adapters import codec, refusals
from adapters.local import rows
from adapters.local.database import Database
from domain.audit import AuditEntry
from domain.ports.recipes import Recipes
from domain.recipe import Recipe
from domain.values import LibraryId

_NO_VERSION = 2**63 - 1  # above all that there are


class SqliteRecipes(Recipes):
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, recipe: Recipe, audit: AuditEntry) -> None:
        values = (recipe.library_id, recipe.name, recipe.version, codec.written(recipe))
        with self._database.writing() as connection:
            query = "SELECT version FROM recipes WHERE library_id = ? AND name = ?"
            row = connection.execute(query, (recipe.library_id, recipe.name)).fetchone()
            stored = 0 if row is None else row[0]
            if stored != recipe.version - 1:
                raise refusals.changed("recipe", recipe.name, stored, recipe.version - 1)
            connection.execute(
                "INSERT INTO recipe_versions (library_id, name, version, doc) VALUES (?, ?, ?, ?)", values
            )
            connection.execute("REPLACE INTO recipes (library_id, name, version, doc) VALUES (?, ?, ?, ?)", values)
            rows.append_audit(connection, audit)

    def find(self, library_id: LibraryId, name: str, version: int | None = None) -> Recipe | None:
        with self._database.reading() as connection:
            if version is None:
                query = "SELECT doc FROM recipes WHERE library_id = ? AND name = ?"
                return rows.read_one(connection, Recipe, query, library_id, name)
            query = "SELECT doc FROM recipe_versions WHERE library_id = ? AND name = ? AND version = ?"
            return rows.read_one(connection, Recipe, query, library_id, name, version)

    def latest(self, library_id: LibraryId, limit: int, after: str = "") -> tuple[Recipe, ...]:
        query = "SELECT doc FROM recipes WHERE library_id = ? AND name > ? ORDER BY name LIMIT ?"
        with self._database.reading() as connection:
            return rows.read_all(connection, Recipe, query, library_id, after, limit)

    def versions(self, library_id: LibraryId, name: str, limit: int, below: int | None = None) -> tuple[Recipe, ...]:
        query = (
            "SELECT doc FROM recipe_versions WHERE library_id = ? AND name = ? AND version < ?"
            " ORDER BY version DESC LIMIT ?"
        )
        start = _NO_VERSION if below is None else below
        with self._database.reading() as connection:
            return rows.read_all(connection, Recipe, query, library_id, name, start, limit)
