"""What an import of a bucket or a folder would change, told before anything is."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.access import Actor, Permission
from domain.errors import Conflict, Forbidden
from domain.ports.access import Libraries
from domain.ports.recordings import Recordings
from domain.ports.sources import Sources
from domain.source import Importable, Step, StepKind, checked_address, steps

SAMPLE = 20
"""URLs that a plan names of each kind; of a million, all of them help nobody."""

FEW_MISSING = 10
"""So many may go into the trash at once, although they are most of what was there; but never all."""


class ImportMode(StrEnum):
    COPY = "copy"  # the bytes are stored here
    REFERENCE = "reference"  # the bytes stay where they are, and are read there


@dataclass(frozen=True)
class Share:
    """The objects of one kind. `size_bytes` is what they have, or had when they were last there."""

    count: int
    size_bytes: int
    sample: tuple[str, ...]


@dataclass(frozen=True)
class ImportPlan:
    """`originals_lost` counts the recordings by reference whose bytes are gone, since their object changed or went.

    `truncated` says that there is more behind what was looked at, and that it is in none of the counts.
    """

    address: str
    shares: Mapping[StepKind, Share]
    originals_lost: int
    truncated: bool = False

    def require_most_there(self) -> None:
        """Raises Conflict where all that recordings were made of is gone, or more than half of it and not just a few:
        sooner a disk that is not mounted, or a prefix with a slip of the pen, than the wish to trash them."""
        missing = self.shares[StepKind.MISSING].count
        there = self.shares[StepKind.UNCHANGED].count + self.shares[StepKind.CHANGED].count
        if missing and (there == 0 or (missing > there and missing > FEW_MISSING)):
            raise Conflict(
                f"Of {missing + there} objects at {self.address} that recordings were made of, {missing} are gone, and "
                "their recordings would go into the trash. Make sure that the address is the right one; if they are to "
                "go, trash them by themselves.",
                missing=missing,
                there=there,
            )


@dataclass(frozen=True)
class WalkSource:
    """The objects below an address beside the recordings that were made of them, as steps."""

    sources: Sources
    recordings: Recordings

    def __call__(self, actor: Actor, address: str) -> Iterator[Step]:
        actor.require(Permission.WRITE)
        address = checked_address(address)
        return steps(self.sources.list(address), self.recordings.from_sources(actor.library_id, address))


@dataclass(frozen=True)
class PlanImport:
    """It takes a listing of the objects, and no more memory for millions of them than for ten."""

    walk_source: WalkSource

    def __call__(self, actor: Actor, address: str, at_most: int | None = None) -> ImportPlan:
        """Of so many objects, in the order of their URLs, or of all."""
        counts: Counter[StepKind] = Counter()
        sizes: Counter[StepKind] = Counter()
        samples: dict[StepKind, list[str]] = {kind: [] for kind in StepKind}
        lost = 0
        truncated = False
        for n, step in enumerate(self.walk_source(actor, address)):
            if n == at_most:
                truncated = True
                break
            counts[step.kind] += 1
            sizes[step.kind] += step.size_bytes
            lost += step.loses_original
            if len(samples[step.kind]) < SAMPLE:
                samples[step.kind].append(step.url)
        shares = {kind: Share(counts[kind], sizes[kind], tuple(samples[kind])) for kind in StepKind}
        return ImportPlan(checked_address(address), shares, lost, truncated)


@dataclass(frozen=True)
class RequireImportable:
    """A key belongs to one library; what the service itself may read is more. So settings say what keys may name.

    Where the service keeps its own, the originals of all libraries lie: no setting allows that.
    """

    import_addresses: tuple[Importable, ...]
    own_addresses: tuple[str, ...]
    libraries: Libraries

    def __call__(self, actor: Actor, address: str) -> str:
        """The address in its one form. Raises Forbidden when it lies below none of those that are allowed."""
        actor.require(Permission.WRITE)
        address = checked_address(address)
        if any(address.startswith(own) or own.startswith(address) for own in self.own_addresses):
            raise Forbidden("What the service itself keeps is not imported.", address=address)
        if not self._is_allowed(actor, address):
            raise Forbidden(
                "The library imports nothing from this address. Whoever runs the service allows folders, which end "
                "with a slash, with AUDIO_IMPORT_ADDRESSES.",
                address=address,
            )
        return address

    def _is_allowed(self, actor: Actor, address: str) -> bool:
        to = {allowed.library for allowed in self.import_addresses if allowed.covers(address)}
        return None in to or (bool(to) and self.libraries.get(actor.library_id).name in to)
