"""Recipes, in memory."""

from adapters import refusals
from adapters.memory.access import AuditLog
from domain.audit import AuditEntry
from domain.ports.recipes import Recipes
from domain.recipe import Recipe
from domain.values import LibraryId


class MemoryRecipes(Recipes):
    def __init__(self, audit_log: AuditLog) -> None:
        self._log = audit_log
        self._recipes: dict[tuple[LibraryId, str], list[Recipe]] = {}  # each in all its versions, oldest first

    def add(self, recipe: Recipe, audit: AuditEntry) -> None:
        place = recipe.library_id, recipe.name
        with self._log.lock:
            stored = len(self._recipes.get(place, ()))
            if stored != recipe.version - 1:
                raise refusals.changed("recipe", recipe.name, stored, recipe.version - 1)
            self._log.append(audit)
            self._recipes.setdefault(place, []).append(recipe)

    def find(self, library_id: LibraryId, name: str, version: int | None = None) -> Recipe | None:
        with self._log.lock:
            stored = self._recipes.get((library_id, name), [])
            if version is None:
                return stored[-1] if stored else None
            return stored[version - 1] if 1 <= version <= len(stored) else None

    def latest(self, library_id: LibraryId, limit: int, after: str = "") -> tuple[Recipe, ...]:
        with self._log.lock:
            names = sorted(name for library, name in self._recipes if library == library_id and name > after)
            return tuple(self._recipes[library_id, name][-1] for name in names[:limit])

    def versions(self, library_id: LibraryId, name: str, limit: int, below: int | None = None) -> tuple[Recipe, ...]:
        with self._log.lock:
            stored = self._recipes.get((library_id, name), [])
            older = stored if below is None else stored[: max(0, below - 1)]
            return tuple(reversed(older[-limit:]))
