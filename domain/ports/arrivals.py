"""What somebody puts into the inbox, to become recordings."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from domain.source import SourceObject


@dataclass(frozen=True, slots=True)
class Arrival:
    """An object in the inbox, in the hands of one receiver until its visibility ends.

    `library` is a library's name, as the object's place says it; `url` is one that Sources knows. `receives` counts how
    often it was received in this state, this time included; it may be told too low.
    """

    library: str
    url: str
    receipt: str
    receives: int = 1


class Arrivals(Protocol):
    """Objects under `inbox/<name of a library>/`, told of at least once, in no certain order.

    What is told of may be gone already, or another by now: look at it before anything is done about it.
    """

    @abstractmethod
    def receive(self, wait: timedelta, visibility: timedelta) -> Arrival | None:
        """The next one, hidden from others for `visibility`; None when none has come after `wait`."""
        ...

    @abstractmethod
    def stop_receiving(self) -> None:
        """From now on `receive` answers None at once, also to those who wait in it."""
        ...

    @abstractmethod
    def extend(self, arrival: Arrival, visibility: timedelta) -> None:
        """Hidden for `visibility` from now. Raises LeaseLost when the arrival is in other hands."""
        ...

    @abstractmethod
    def acknowledge(self, arrival: Arrival) -> None:
        """Done with: the object, as it is, does not arrive again."""
        ...

    @abstractmethod
    def release(self, arrival: Arrival, delay: timedelta) -> None:
        """To be received again after the delay."""
        ...

    @abstractmethod
    def bury(self, arrival: Arrival, reason: str) -> None:
        """Set aside for a person to look at; the object, as it is, does not arrive again."""
        ...

    @abstractmethod
    def remove(self, found: SourceObject) -> None:
        """Take the object out of the inbox, unless it is another by now."""
        ...
