"""Where the world begins: time and ids."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    @abstractmethod
    def now(self) -> datetime:
        """Aware, in UTC."""
        ...


class Ids(Protocol):
    @abstractmethod
    def next(self) -> str:
        """A new id, greater as text than every id that this process has given before: 26 characters, a ULID."""
        ...
