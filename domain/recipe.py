"""Recipes: named, versioned chains of steps that never change once they are there."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.errors import Conflict, Invalid
from domain.parameter import Setting
from domain.step import Step
from domain.step_needs import require_complete
from domain.values import LibraryId, plain_text

MAX_STEPS = 32
MAX_ABOUT_CHARS = 1000
MAX_VERSIONS = 10_000

NAME_PATTERN = "[a-z][a-z0-9-]{0,39}"
_NAME = re.compile(NAME_PATTERN)
_REFERENCE = re.compile(rf"({NAME_PATTERN})(?:@([1-9][0-9]{{0,4}}))?")


@dataclass(frozen=True, slots=True)
class RecipeRef:
    """`podcast@3`; without a version the latest is meant."""

    name: str
    version: int | None = None

    @classmethod
    def of(cls, text: str) -> "RecipeRef":
        match = _REFERENCE.fullmatch(text)
        if match is None:
            raise Invalid("A recipe is named like podcast or podcast@3.", field="recipe")
        return cls(match[1], int(match[2]) if match[2] else None)

    def __str__(self) -> str:
        return self.name if self.version is None else f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One version of a recipe; another version is another value under the same name. Those that ship belong to no
    library (`library_id` is empty) and can be used by all.

    `created_by` names the actor.
    """

    library_id: LibraryId
    name: str
    version: int
    about: str
    steps: tuple[Step, ...]
    created_at: datetime
    created_by: str

    def __post_init__(self) -> None:
        checked_name(self.name)

    @classmethod
    def first(
        cls, library_id: LibraryId, name: str, about: str, steps: Sequence[Step], *, now: datetime, by: str
    ) -> "Recipe":
        return cls(library_id, name, 1, _about(about), checked_chain(steps), now, by)

    def edited(self, about: str, steps: Sequence[Step], now: datetime, by: str) -> "Recipe":
        """The next version. What is the same already stays the version that it is."""
        chain, told = checked_chain(steps), _about(about)
        if (chain, told) == (self.steps, self.about):
            return self
        if self.version >= MAX_VERSIONS:
            raise Conflict(f"{self.name} has had {MAX_VERSIONS} versions. Make a recipe of another name.")
        return Recipe(self.library_id, self.name, self.version + 1, told, chain, now, by)

    @property
    def id(self) -> str:
        """What the audit trail calls it, in all its versions."""
        return self.name

    @property
    def ref(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def digest(self) -> str:
        """Of what is done, whatever it is called: the same steps with the same parameters have the same."""
        return steps_digest(self.steps)


def steps_digest(steps: Sequence[Step]) -> str:
    told = [[step.kind, {name: _plain(value) for name, value in step.parameters.items()}] for step in steps]
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Invalid(
            "A recipe's name starts with a letter and has up to 40 lower-case letters, digits and '-'.", field="name"
        )
    return name


def checked_chain(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Raises Invalid for a chain that makes no sense: empty, too long, or with steps in places where they cannot be."""
    if not 1 <= len(steps) <= MAX_STEPS:
        raise Invalid(f"A recipe has 1 to {MAX_STEPS} steps.", field="steps")
    for n, step in enumerate(steps):
        require_complete(step, f"steps.{n}")
    kinds = [step.kind for step in steps]
    for once in ("split", "transcode", "tags", "concatenate"):
        if kinds.count(once) > 1:
            raise Invalid(f"A recipe has the step {once} at most once.", field="steps")
    if "transcode" in kinds and set(kinds[kinds.index("transcode") + 1 :]) - {"tags"}:
        raise Invalid("Nothing but tags can follow transcode: it writes the file.", field="steps")
    return tuple(steps)


def _about(about: str) -> str:
    return plain_text(about, "about", MAX_ABOUT_CHARS) if about else ""


def _plain(value: Setting) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
