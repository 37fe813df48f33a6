"""Watching a library: what happens in it, as it happens."""

from dataclasses import dataclass
from datetime import timedelta

from domain.access import Actor, Permission
from domain.event import Event
from domain.ports.work import Events
from domain.values import LibraryId


@dataclass(frozen=True)
class Watch:
    """The events of one library, for whoever may see them."""

    events: Events
    library_id: LibraryId

    def last_id(self) -> str:
        return self.events.last_id(self.library_id)

    def since(self, last_id: str) -> tuple[Event, ...]:
        return self.events.since(self.library_id, last_id)

    def check(self, last_id: str) -> None:
        """Raises Invalid for an id that is none."""
        self.events.since(self.library_id, last_id, limit=1)

    def wait(self, last_id: str, timeout: timedelta) -> bool:
        """True as soon as something comes after `last_id`, False when nothing has by the end of the timeout."""
        return self.events.wait(self.library_id, last_id, timeout)


@dataclass(frozen=True)
class WatchEvents:
    events: Events

    def __call__(self, actor: Actor) -> Watch:
        actor.require(Permission.READ)
        return Watch(self.events, actor.library_id)
