"""Recipes of libraries. Those that ship are no store's business."""

from abc import abstractmethod
from typing import Protocol

from domain.audit import AuditEntry
from domain.recipe import Recipe
from domain.values import LibraryId


class Recipes(Protocol):
    """Versions are only ever added."""

    @abstractmethod
    def add(self, recipe: Recipe, audit: AuditEntry) -> None:
        """Store the version that follows the latest one, or the first. Raises VersionMismatch when it does not."""
        ...

    @abstractmethod
    def find(self, library_id: LibraryId, name: str, version: int | None = None) -> Recipe | None:
        """That version, or the latest."""
        ...

    @abstractmethod
    def latest(self, library_id: LibraryId, limit: int, after: str = "") -> tuple[Recipe, ...]:
        """The latest version of each, by name: the first `limit` of those whose names come after `after`."""
        ...

    @abstractmethod
    def versions(self, library_id: LibraryId, name: str, limit: int, below: int | None = None) -> tuple[Recipe, ...]:
        """Newest first: the first `limit`, or of those below the version `below`."""
        ...
