"""What recordings come to, counted along one of their lists, as far as a request may take.

The index itself is counted, unlike in a search: reading each recording would cost a hundred times as much. So what was
changed in the moments before may be counted as it was.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adapters.aws.documents import whole
from adapters.aws.items import Item, Key, key_of, number, read
from adapters.aws.recording_filters import filter_expression, is_answerable, list_ranges
from adapters.aws.recording_items import INDEX_OF, read_sort_text
from adapters.aws.table import Range, Table
from domain.listing import UNKNOWN_LOUDNESS, UNKNOWN_NUMBER, Field, Filter, Op, RecordingQuery, SortKey
from domain.recording import Recording, Status
from domain.tally import Counted, Counter, Tally
from domain.values import LibraryId

_AT_ONCE = 1000


def tally_of(table: Table, library_id: LibraryId, filters: Sequence[Filter], most: int) -> Tally:
    """Where there are more than `most`, the newest of every status, some of each in turn."""
    asks_for_updated = any(wanted.field is Field.UPDATED for wanted in filters)
    query = RecordingQuery(tuple(filters), SortKey.UPDATED if asks_for_updated else SortKey.CREATED)
    counter = Counter(with_trash=query.shows_trash)
    newest: dict[str, Item] = {}
    walks = deque(table.looks(asked, min(_AT_ONCE, most)) for asked in _ranges(library_id, query))
    passed = 0
    while walks and passed < most:
        walk = walks.popleft()
        look = next(walk, None)
        if look is None:
            continue
        passed += look.read
        for item in look.items:
            counter.count(_counted(item))
            _keep_newest(newest, item, counter)
        if look.up_to is not None:
            walks.append(walk)
    return counter.tally(_details(table, newest), whole=not walks)


def _ranges(library_id: LibraryId, query: RecordingQuery) -> list[Range]:
    """The lists of the statuses that are asked for, and that of the trash, which counts for itself."""
    if not is_answerable(query):
        return []
    queries = [query]
    if not query.shows_trash:
        trashed = Filter(Field.STATUS, Op.EQ, Status.TRASHED)
        queries.append(replace(query, filters=(*query.filters, trashed)))
    expression = filter_expression(query)
    return [
        replace(asked, descending=True, matching=expression)
        for each in queries
        for asked in list_ranges(library_id, query.sort, INDEX_OF[query.sort], each)
    ]


def _counted(item: Item) -> Counted:
    seconds, lufs = _number(item, "duration"), _number(item, "loudness")
    return Counted(
        status=_status(item),
        created_at=datetime.fromisoformat(read_sort_text(SortKey.CREATED, str(item["created"]))[0]),
        bytes=int(_number(item, "size") or 0),
        seconds=None if seconds == UNKNOWN_NUMBER else seconds,
        loudness_lufs=None if lufs == UNKNOWN_LOUDNESS else lufs,
        codec=_text(item, "codec"),
        container=_text(item, "container"),
        channels=_whole_number(item, "channels"),
        sample_rate=_whole_number(item, "sample_rate"),
        tags=_texts(item, "tags"),
        findings=_texts(item, "findings"),
        severities=_texts(item, "severities"),
        verdict=_text(item, "verdict"),
        failure=_text(item, "failure"),
    )


def _status(item: Item) -> Status:
    return Status(str(item["list"]).rpartition("#")[2])


def _text(item: Item, name: str) -> str | None:
    return str(item[name]) if name in item else None


def _texts(item: Item, name: str) -> frozenset[str]:
    texts = item.get(name)
    return texts if isinstance(texts, frozenset) else frozenset()


def _number(item: Item, name: str) -> float | None:
    """Of a sort key `<number>#<id>`, or of a number alone."""
    return number(str(item[name]).partition("#")[0]) if name in item else None


def _whole_number(item: Item, name: str) -> int | None:
    found = _number(item, name)
    return None if found is None else int(found)


def _keep_newest(newest: dict[str, Item], item: Item, counter: Counter) -> None:
    code = _text(item, "failure")
    if code is None or (_status(item) is Status.TRASHED and not counter.with_trash):
        return
    if code not in newest or str(item["created"]) > str(newest[code]["created"]):
        newest[code] = item


def _details(table: Table, newest: dict[str, Item]) -> dict[str, str]:
    """The words, which are in the documents alone. Those of a recording that has changed since are left out."""
    stored: dict[Key, Item] = table.get_all(map(key_of, newest.values()))
    documents = (whole(table, item) for item in stored.values())
    failures = [read(Recording, document).failure for document in documents if document]
    return {failure.code: failure.detail for failure in failures if failure}
