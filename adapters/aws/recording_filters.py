"""A query's filters, in DynamoDB's words: bounds of sort keys, filter expressions, and partitions of facets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.aws.items import Value, key, sortable
from adapters.aws.recording_items import ATTRIBUTE_OF, NUMBERS, SETS, facet_partition, list_of
from adapters.aws.table import Range
from adapters.aws.writes import Condition
from domain.listing import UNKNOWN_LOUDNESS, UNKNOWN_NUMBER, Field, Filter, Op, RecordingQuery, SortKey
from domain.recording import Status
from domain.text_search import words_of
from domain.values import LibraryId

SORT_OF = {
    Field.CREATED: SortKey.CREATED,
    Field.UPDATED: SortKey.UPDATED,
    Field.DURATION: SortKey.DURATION,
    Field.LOUDNESS: SortKey.LOUDNESS,
    Field.SIZE: SortKey.SIZE,
}
"""The fields that a list is sorted by, and whose ranges are ranges of its sort key."""

_UNKNOWN = {Field.DURATION: UNKNOWN_NUMBER, Field.LOUDNESS: UNKNOWN_LOUDNESS}
_TIMES = frozenset({Field.CREATED, Field.UPDATED})
_LONGEST = 1024  # bytes; no tag, file name, code or hash that is stored comes near
_AFTER = "$"  # the character after the `#` between a value and an id
_SIGNS = {Op.EQ: "=", Op.GT: ">", Op.GTE: ">=", Op.LT: "<", Op.LTE: "<="}


def statuses_of(query: RecordingQuery) -> tuple[Status, ...]:
    """Those that the query asks about; all but the trash when it does not say."""
    asked = [wanted.value for wanted in query.filters if wanted.field is Field.STATUS]
    if not asked:
        return tuple(status for status in Status if status is not Status.TRASHED)
    return tuple(status for status in Status if all(value == status for value in asked))


def is_answerable(query: RecordingQuery) -> bool:
    """Whether anything that is stored can match it at all."""
    return bool(statuses_of(query)) and all(text_of(wanted) is not None for wanted in query.filters)


def text_of(wanted: Filter) -> str | None:
    """The filter's value as attributes and keys have it; None for one that nothing which is stored can equal."""
    value = wanted.value
    if wanted.field in _TIMES:
        return sortable(value) if isinstance(value, datetime) else None
    if wanted.field in NUMBERS or wanted.field in SORT_OF:
        return sortable(_as_float(value)) if isinstance(value, int | float) else None
    return value if isinstance(value, str) and len(value.encode("utf-8", "replace")) <= _LONGEST else None


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of texts `<value>#<id>` whose values all have one length: from `least` on, and below `below`."""

    least: str | None = None
    below: str | None = None

    @classmethod
    def of(cls, filters: Iterable[Filter]) -> "Bounds":
        least, below = [], []
        for wanted in filters:
            text = str(text_of(wanted))
            if wanted.op in {Op.EQ, Op.GTE, Op.GT}:
                least.append(text + _AFTER if wanted.op is Op.GT else text)
            if wanted.op in {Op.EQ, Op.LTE, Op.LT}:
                below.append(text if wanted.op is Op.LT else text + _AFTER)
            if wanted.field in _UNKNOWN:
                least.append(sortable(_UNKNOWN[wanted.field]) + _AFTER)  # what is not known never matches
        return cls(max(least, default=None), min(below, default=None))

    def within(self, asked: Range) -> Range:
        return replace(asked, least=self.least, below=self.below)


def on_sort(sort: SortKey, query: RecordingQuery) -> tuple[Filter, ...]:
    return tuple(wanted for wanted in query.filters if SORT_OF.get(wanted.field) is sort)


def sorts_elsewhere(query: RecordingQuery) -> Iterator[SortKey]:
    """The other lists in which a filter of the query is a range."""
    for field, sort in SORT_OF.items():
        if sort is not query.sort and any(wanted.field is field for wanted in query.filters):
            yield sort


def list_ranges(library_id: LibraryId, sort: SortKey, index: str, query: RecordingQuery) -> Iterator[Range]:
    """What the query's statuses and its filters on the sort leave of an index."""
    bounds = Bounds.of(on_sort(sort, query))
    for status in statuses_of(query):
        yield bounds.within(Range(list_of(library_id, status), index, "list", sort.value))


def facet_ranges(library_id: LibraryId, query: RecordingQuery) -> Iterator[tuple[Filter, Range]]:
    """For each filter whose values have facets, those that match it."""
    for wanted in query.filters:
        if wanted.field in ATTRIBUTE_OF:
            asked = Range(facet_partition(library_id, wanted.field, str(text_of(wanted))))
            yield wanted, Bounds.of((wanted,)).within(asked) if wanted.field in NUMBERS else asked


def filter_expression(query: RecordingQuery) -> Condition | None:
    """What of the query can be told by the attributes that its sort's index carries."""
    texts: list[str] = []
    names: dict[str, str] = {}
    values: dict[str, Value] = {}
    for n, wanted in enumerate(query.filters):
        text = str(text_of(wanted))
        if wanted.field is Field.TEXT:
            names[f"f{n}"] = "text"
            for word_n, word in enumerate(words_of(text)):
                values[f"w{n}_{word_n}"] = word
                texts.append(f"contains(#f{n}, :w{n}_{word_n})")
        elif wanted.field in ATTRIBUTE_OF:
            names[f"f{n}"], values[f"f{n}"] = ATTRIBUTE_OF[wanted.field], text
            is_set = wanted.field in SETS
            texts.append(f"contains(#f{n}, :f{n})" if is_set else f"#f{n} {_SIGNS[wanted.op]} :f{n}")
        elif wanted.field in SORT_OF and SORT_OF[wanted.field] is not query.sort and wanted.field is not Field.UPDATED:
            bounds = Bounds.of((wanted,))
            names[f"f{n}"] = wanted.field.value
            if bounds.least is not None:
                values[f"l{n}"] = bounds.least
                texts.append(f"#f{n} >= :l{n}")
            if bounds.below is not None:
                values[f"b{n}"] = bounds.below
                texts.append(f"#f{n} < :b{n}")
    return Condition(" AND ".join(texts), names, values) if texts else None


def place_in_facet(wanted: Filter, created: str) -> str:
    """The sort key of a facet of that place in the order of creation."""
    return key(str(text_of(wanted)), created) if wanted.field in NUMBERS else created


def created_in_facet(wanted: Filter, sort_key: str) -> str:
    """The other way round."""
    return sort_key.partition("#")[2] if wanted.field in NUMBERS else sort_key
