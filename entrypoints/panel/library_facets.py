"""What the library's page says of filters: the facets with their counts, and a chip for each filter that is on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain.findings import FINDINGS
from domain.tally import Facet, Tally
from entrypoints.http.wire.listing import REPEATABLE
from entrypoints.panel.library_search import Search
from entrypoints.panel.words import decibels, duration, number, plural, size

SHOWN = 12
"""Values of a facet that stand there at once; the others are behind a button."""

_HEADS: Mapping[Facet, str] = {
    Facet.STATUS: "Status",
    Facet.TAG: "Tags",
    Facet.FINDING: "Findings",
    Facet.CODEC: "Codec",
    Facet.CHANNELS: "Channels",
    Facet.SAMPLE_RATE: "Sample rate",
}


@dataclass(frozen=True)
class Choice:
    """A value that can be filtered by. `address` turns it on, or off where it is `chosen`."""

    words: str
    title: str
    recordings: int
    address: str
    chosen: bool


@dataclass(frozen=True)
class FacetChoices:
    head: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Chip:
    words: str
    address: str  # without this filter


def facet_choices(search: Search, tally_of: Callable[[Search], Tally]) -> tuple[FacetChoices, ...]:
    """Counted among what is found now; of what has but one value, as if none were chosen, so that another can be."""
    now = tally_of(search)
    found = []
    for facet, head in _HEADS.items():
        is_narrowed = facet not in REPEATABLE and bool(search.value(facet))
        tally = tally_of(search.apart_from(facet)) if is_narrowed else now
        choices = tuple(
            _choice(search, facet, str(value), amount.recordings) for value, amount in tally.by[facet].items()
        )
        if choices:
            found.append(FacetChoices(head, choices))
    return tuple(found)


def _choice(search: Search, facet: Facet, value: str, recordings: int) -> Choice:
    kind = FINDINGS.get(value) if facet is Facet.FINDING else None
    title = kind.meaning if kind else ""
    return Choice(_value_words(facet, value), title, recordings, search.toggled(facet, value), search.has(facet, value))


def chips(search: Search) -> tuple[Chip, ...]:
    return tuple(Chip(_chip_words(*word), search.without(*word)) for word in search.filter_words)


_BOUNDS = {"gte": "from", "gt": "above", "lte": "to", "lt": "below"}


def _chip_words(name: str, text: str) -> str:
    field, _, operator = name.rstrip("]").partition("[")
    words = _value_words(field, text)
    if field == "text":
        return f"\u201c{words}\u201d"
    head = field.replace("_", " ").capitalize()
    return f"{head} {_BOUNDS[operator]} {words}" if operator in _BOUNDS else f"{head}: {words}"


def _value_words(field: str, text: str) -> str:
    """Figures with their units. What is not a figure stands as it is."""
    shown = _FIGURES.get(field)
    try:
        return shown(float(text)) if shown else text
    except ValueError:
        return text


def _sample_rate(hertz: float) -> str:
    return f"{hertz / 1000:g} kHz"


def _channels(count: float) -> str:
    return {1: "mono", 2: "stereo"}.get(int(count)) or plural(int(count), "channel")


_FIGURES: Mapping[str, Callable[[float], str]] = {
    "channels": _channels,
    "sample_rate": _sample_rate,
    "duration": duration,
    "loudness": decibels,
    "size": size,
}


def counted(tally: Tally, whole_library: Tally | None) -> str:
    """How many there are, of how many. `whole_library` None: nothing is filtered by."""
    at_least = "" if tally.whole else "at least "
    if whole_library is None:
        return f"{at_least}{plural(tally.total.recordings, 'recording')}"
    of = plural(whole_library.total.recordings, "recording")
    return f"{at_least}{number(tally.total.recordings)} of {'' if whole_library.whole else 'at least '}{of}"
