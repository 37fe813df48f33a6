"""Recipes of libraries. Those that ship are no store's business."""

from abc import abstractmethod
from typing import Protocol

from domain.audit import AuditEntry
from domain.recipe import Recipe
from domain.values import LibraryId, Page


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
    def latest(self, library_id: LibraryId, limit: int = 50, cursor: str | None = None) -> Page[Recipe]:
        """The latest version of each, by name."""
        ...

    @abstractmethod
    def versions(self, library_id: LibraryId, name: str, limit: int = 50, cursor: str | None = None) -> Page[Recipe]:
        """Newest first."""
        ...
