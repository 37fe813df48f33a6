"""What a batch needs to know of one sort of work: what it can be set to, what it will do, and how one item is done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from domain.access import Actor
from domain.batch import Batch, Item, ItemStatus
from domain.parameter import Setting
from domain.ports.audio import Progress
from domain.recording import Recording
from domain.values import Failure, Scalar


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an item ended: SUCCEEDED, SKIPPED (it is so already), REVIEW with what a person is asked as `failure`, or
    FAILED with the reason, where that is what was to be found out.

    `before` is what an undo needs, in the work's own words; see domain.batch.Item for the rest.
    """

    status: ItemStatus = ItemStatus.SUCCEEDED
    result: Mapping[str, Scalar] = field(default_factory=dict)
    before: str = ""
    failure: Failure | None = None
    audio_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What the work would do with a recording: the reason why it would be refused, or how many bytes it would make
    (None: nobody can tell) and what would change, by the names of what changes."""

    refusal: Failure | None = None
    bytes_out: int | None = None
    changes: Mapping[str, Scalar] = field(default_factory=dict)


class ItemWork(Protocol):
    """Done again with the same item it changes nothing more: a worker may die at any moment."""

    @property
    def is_quick(self) -> bool:
        """A few writes and no sound: then items are done in groups, and stored together."""
        ...

    def settled(self, actor: Actor, asked: Mapping[str, object]) -> dict[str, Setting]:
        """What was asked for, checked, and pinned to versions. Raises Invalid, NotFound, Forbidden."""
        ...

    def foreseen(self, settings: Mapping[str, Setting], recording: Recording) -> Foreseen:
        """Without a look at the sound itself."""
        ...

    def __call__(self, batch: Batch, item: Item, fence: str, progress: Progress) -> Outcome:
        """Does the item. What it raises says, by the table of verdicts, whether another try may help."""
        ...
