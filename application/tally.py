"""What a library comes to, in numbers to be drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.access import Actor, Permission
from domain.listing import Filter
from domain.ports.recordings import Recordings
from domain.tally import Tally


@dataclass(frozen=True)
class TallyRecordings:
    recordings: Recordings

    def __call__(self, actor: Actor, filters: Sequence[Filter] = ()) -> Tally:
        """Of those that match all the filters."""
        actor.require(Permission.READ)
        return self.recordings.tally(actor.library_id, filters)
