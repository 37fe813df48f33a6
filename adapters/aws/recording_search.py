"""A query for recordings, answered from the table's indexes just as `RecordingQuery.matches` and `sort_value` would.

Indexes and facets only name recordings. Each is read from the table and asked again before it is shown, so that an
index that lags behind may leave something out for a moment, but never shows what is not so.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

from adapters import cursors
from adapters.aws.documents import whole
from adapters.aws.items import Key, key_of, read
from adapters.aws.recording_filters import (
    created_in_facet,
    facet_ranges,
    filter_expression,
    is_answerable,
    list_ranges,
    place_in_facet,
    sorts_elsewhere,
)
from adapters.aws.recording_items import INDEX_OF, read_sort_text, recording_key, sort_text, sort_text_of
from adapters.aws.table import Range, Table
from domain.listing import Filter, Op, RecordingQuery, SortKey
from domain.recording import Recording
from domain.values import LibraryId, Page

T = TypeVar("T")

FEW = 1000
"""So many recordings are rather read and sorted than met on a walk; and no walk reads more of them in vain."""

WALK = 20_000
"""Items of an index that a page passes over at most: some 10 MB, and 1,250 read units."""

_READ_AT_ONCE = 100  # recordings, by one BatchGetItem
_LOOK_AT_ONCE = 1000  # items of an index, most of which a filter drops

Step = tuple[str, Key | None]
"""A place in the query's order, and the recording there. None: it is how far was looked, and nothing lies there."""


@dataclass
class Search:
    """One page. `few` and `walk` bound what it may read; where they end it, the page is short and has a cursor."""

    table: Table
    library_id: LibraryId
    query: RecordingQuery
    few: int = FEW
    walk: int = WALK
    _passed: int = field(default=0, init=False)

    def page(self) -> Page[Recording]:
        """Raises Invalid when the query's cursor is not one of its own."""
        position = cursors.read(self.library_id, self.query, str)
        start = None if position is None else sort_text(self.query.sort, str(position[0]), position[1])
        if not is_answerable(self.query):
            return Page(())
        facet = self._only_facet()
        if facet is not None:
            return self._taken(self._along_the_facet(*facet, start))
        few = self._few_by_facets()
        if few is None:
            few = self._few_by_other_lists()
        if few is None:
            return self._taken(self._along_the_list(start))
        if self.query.sort is SortKey.CREATED:
            return self._taken(step for step in self._in_order(few) if self._is_after(step[0], start))
        return self._sorted(few, start)

    def _in_order(self, placed: Iterable[tuple[str, T]]) -> list[tuple[str, T]]:
        return sorted(placed, key=lambda each: each[0], reverse=self.query.descending)

    def _is_after(self, place: str, start: str | None) -> bool:
        return start is None or (place < start if self.query.descending else place > start)

    def _onward(self, asked: Range, start: str | None) -> Range:
        if self.query.descending:
            ends = [end for end in (asked.below, start) if end is not None]
            return replace(asked, descending=True, below=min(ends, default=None))
        return replace(asked, above=start)

    def _only_facet(self) -> tuple[Filter, Range] | None:
        """A lone filter for equality has its recordings in the order of creation: nothing else has to be asked."""
        if len(self.query.filters) != 1 or self.query.sort is not SortKey.CREATED:
            return None
        return next((each for each in facet_ranges(self.library_id, self.query) if each[0].op is Op.EQ), None)

    def _few_by_facets(self) -> list[Step] | None:
        """The recordings of the rarest value that is asked for, with their places in the order of creation.

        Facets are asked before the lists: they are never behind.
        """
        fewest: list[Step] | None = None
        for wanted, asked in facet_ranges(self.library_id, self.query):
            items = list(islice(self.table.items(asked, page=self.few + 1), self.few + 1))
            if len(items) <= self.few and (fewest is None or len(items) < len(fewest)):
                fewest = [self._step_of_facet(wanted, str(item["sk"])) for item in items]
        return fewest

    def _few_by_other_lists(self) -> list[Step] | None:
        for sort in sorts_elsewhere(self.query):
            ranges = list_ranges(self.library_id, sort, INDEX_OF[sort], self.query)
            items = list(islice((i for r in ranges for i in self.table.items(r, page=self.few + 1)), self.few + 1))
            if len(items) <= self.few:
                return [(str(item["created"]), key_of(item)) for item in items]
        return None

    @property
    def _first_look(self) -> int:
        """Items: a page, the one that says that there is more, and the one that a later page goes on after."""
        return self.query.limit + (1 if self.query.cursor is None else 2)

    def _along_the_facet(self, wanted: Filter, asked: Range, start: str | None) -> Iterator[Step]:
        onward = self._onward(asked, None if start is None else place_in_facet(wanted, start))
        for look in self.table.looks(onward, self._first_look):
            self._passed += look.read
            for item in look.items:
                yield self._step_of_facet(wanted, str(item["sk"]))
            if look.up_to is not None:
                yield created_in_facet(wanted, look.up_to), None

    def _step_of_facet(self, wanted: Filter, sort_key: str) -> Step:
        created = created_in_facet(wanted, sort_key)
        return created, recording_key(self.library_id, read_sort_text(SortKey.CREATED, created)[1])

    def _along_the_list(self, start: str | None) -> Iterator[Step]:
        """The lists of all statuses that are asked for, as one."""
        sort, expression = self.query.sort, filter_expression(self.query)
        lists = (
            self._steps_of_list(replace(self._onward(asked, start), matching=expression))
            for asked in list_ranges(self.library_id, sort, INDEX_OF[sort], self.query)
        )
        return heapq.merge(*lists, key=lambda step: step[0], reverse=self.query.descending)

    def _steps_of_list(self, asked: Range) -> Iterator[Step]:
        """More at a time the further it goes on: it is the filter that makes it go on."""
        for look in self.table.looks(asked, self._first_look, most=_LOOK_AT_ONCE):
            self._passed += look.read
            for item in look.items:
                yield str(item[asked.sort_name]), key_of(item)
            if look.up_to is not None:
                yield look.up_to, None

    def _taken(self, steps: Iterable[Step]) -> Page[Recording]:
        """From the steps, which come in order, until the page is full or has cost enough."""
        found: dict[str, Recording] = {}
        waiting: list[Step] = []
        asked_for, in_vain, at_once = 0, 0, self.query.limit + 1
        last: Step | None = None
        for step in steps:
            # What was looked up in the walk is taken to its end: it is paid for.
            if last and (in_vain >= self.few or (last[1] is None and self._passed >= self.walk)):
                found |= self._stored(waiting)
                return self._first(found) if len(found) > self.query.limit else self._short(found, last[0])
            last = step
            waiting += [step] if step[1] else []
            if len(waiting) >= at_once:
                found |= self._stored(waiting)
                if len(found) > self.query.limit:
                    return self._first(found)
                asked_for += len(waiting)
                in_vain, waiting, at_once = asked_for - len(found), [], min(2 * at_once, _READ_AT_ONCE)
        return self._first(found | self._stored(waiting))

    def _short(self, found: dict[str, Recording], looked_up_to: str) -> Page[Recording]:
        return Page(tuple(found.values()), self._cursor(looked_up_to))

    def _sorted(self, few: Iterable[Step], start: str | None) -> Page[Recording]:
        placed = ((self._place_of(each), each) for each in self._read(key for _, key in few if key))
        return self._first({place: each for place, each in self._in_order(placed) if self._is_after(place, start)})

    def _stored(self, steps: list[Step]) -> dict[str, Recording]:
        """Those that are still where they were found, by their places, in order."""
        there = {self._place_of(each): each for each in self._read(key for _, key in steps if key)}
        return {place: there[place] for place, _ in steps if place in there}

    def _read(self, keys: Iterable[Key]) -> Iterator[Recording]:
        for item in self.table.get_all(keys).values():
            complete = whole(self.table, item)
            recording = complete and read(Recording, complete)
            if recording and self.query.matches(recording):
                yield recording

    def _place_of(self, recording: Recording) -> str:
        return sort_text_of(recording, self.query.sort)

    def _first(self, found: dict[str, Recording]) -> Page[Recording]:
        """A page of those that are found, which may be more than it holds."""
        page = list(islice(found.items(), self.query.limit))
        more = len(found) > len(page)
        return Page(tuple(each for _, each in page), self._cursor(page[-1][0]) if more else None)

    def _cursor(self, place: str) -> str:
        return cursors.written(self.library_id, self.query, read_sort_text(self.query.sort, place))
