"""What happened, on its way to those who want to know."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.event import Event


class Outbox(Protocol):
    """The events that are still to be handed on. The stores put them here, each together with its change."""

    @abstractmethod
    def pending(self, before: datetime, limit: int) -> tuple[Event, ...]:
        """Of all libraries, those that happened at the moment or before it, oldest first."""
        ...

    @abstractmethod
    def done(self, events: Sequence[Event]) -> None:
        """Take them out. What is not there is done already."""
        ...
