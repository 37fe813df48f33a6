"""What can be known of a recording: the descriptors that are measured, and the problems that are looked for."""

from dataclasses import dataclass

from domain.access import Actor, Permission
from domain.analysis import DescriptorKind
from domain.findings import FINDINGS, FindingKind
from domain.ports.audio import AudioEngine


@dataclass(frozen=True)
class ListDescriptors:
    engine: AudioEngine

    def __call__(self, actor: Actor) -> tuple[DescriptorKind, ...]:
        actor.require(Permission.READ)
        return self.engine.catalogue()


@dataclass(frozen=True)
class ListFindings:
    def __call__(self, actor: Actor) -> tuple[FindingKind, ...]:
        actor.require(Permission.READ)
        return tuple(FINDINGS.values())
