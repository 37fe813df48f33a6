"""A hostile file, and what is right to do about it."""

from collections.abc import Callable
from dataclasses import dataclass, field

STATUS = {"invalid": 400, "unsupported-media-type": 415}
"""Of problems that are not 422."""


@dataclass(frozen=True)
class Case:
    """`refused` are codes that the door may answer with, `failed` those that may stand on the recording afterwards.

    `ready` says whether it may be accepted and heard; `findings` are codes of which one must then have been found.
    """

    name: str
    make: Callable[[], bytes]
    refused: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    ready: bool = False
    findings: frozenset[str] = frozenset()
    filename: str = field(default="sound.wav", kw_only=True)


def refused(name: str, make: Callable[[], bytes], *codes: str, filename: str = "sound.wav") -> Case:
    """Never gets in."""
    return Case(name, make, refused=frozenset(codes), filename=filename)


def failing(name: str, make: Callable[[], bytes], *codes: str) -> Case:
    """Gets in, since its first sounds are sound, and fails as soon as all of it is heard."""
    return Case(name, make, failed=frozenset(codes))


def unusable(name: str, make: Callable[[], bytes], *codes: str) -> Case:
    """Is not taken: how soon it is found out depends on how much the first look manages in its time."""
    return Case(name, make, refused=frozenset(codes), failed=frozenset(codes))


def usable(name: str, make: Callable[[], bytes], *findings: str, filename: str = "sound.wav") -> Case:
    """Is heard, however odd it is."""
    return Case(name, make, ready=True, findings=frozenset(findings), filename=filename)


def either(name: str, make: Callable[[], bytes], *codes: str) -> Case:
    """May be heard or refused with one of the codes: which one is a matter of the decoders, and both are right."""
    return Case(name, make, refused=frozenset(codes), failed=frozenset(codes), ready=True)
