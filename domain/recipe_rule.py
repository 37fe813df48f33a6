"""Which recipes a library runs over what comes in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MAX_RULES = 20


class Into(StrEnum):
    """What becomes of a recipe's result."""

    RENDITION = "rendition"  # a file beside the recording
    RECORDING = "recording"  # one of its own, whose parent the recording is


@dataclass(frozen=True, slots=True)
class RecipeRule:
    """`recipe` is a name, whose latest version is meant, or `name@version`. `query` says for which recordings, in the
    words of the list's filters; for all that come in where it is empty."""

    recipe: str
    into: Into = Into.RENDITION
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
