"""Analyses and renditions, in DynamoDB."""

from adapters import refusals
from adapters.aws.documents import cut, part_keys, whole
from adapters.aws.items import Item, Key, document, key, key_of, read, sortable
from adapters.aws.recording_items import recording_key
from adapters.aws.table import Range, Refused, Table
from adapters.aws.writes import Condition, delete, put
from domain.analysis import Analysis
from domain.ports.recordings import Analyses, Renditions
from domain.rendition import Rendition
from domain.values import LibraryId, RecordingId

_ANALYSIS, _RENDITION = "analysis", "rendition"
_ALL_OF_A_KIND = "\U0010ffff"


def _not_newer_than(fence: str) -> Condition:
    return Condition("attribute_not_exists(pk) OR #fence <= :fence", {"fence": "fence"}, {"fence": fence})


class DynamoAnalyses(Analyses):
    """An analysis has an item under its key, and one under its content that names it, in order of time.

    The parts of a long one are there before it is, and those of the one before are taken away after it.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, analysis: Analysis) -> None:
        name = _name_of(analysis)
        item, *parts = cut(_item_of(analysis, name))
        earlier = self._table.get(key_of(item))
        if earlier is not None and str(earlier["fence"]) > analysis.fence:
            raise refusals.fenced_off(_ANALYSIS, analysis.key)
        self._table.write_each(map(put, parts))
        try:
            self._table.write(put(item, _not_newer_than(analysis.fence)), put(_pointer(analysis, name)))
        except Refused as refused:
            self._table.write_each(delete(key_of(part)) for part in parts)
            raise refusals.fenced_off(_ANALYSIS, analysis.key) from refused
        if earlier is not None:
            self._forget(earlier, kept=item)

    def find(self, library_id: LibraryId, key: str) -> Analysis | None:
        item = self._table.get(_analysis_key(library_id, key))
        complete = item and whole(self._table, item)
        return read(Analysis, complete) if complete else None

    def of_content(self, library_id: LibraryId, sha256: str) -> tuple[Analysis, ...]:
        asked = Range(_content_partition(library_id, sha256), descending=True)
        names = [str(pointer["sk"]) for pointer in self._table.items(asked)]
        keys = [_analysis_key(library_id, name.partition("#")[2]) for name in names]
        stored = self._table.get_all(keys)
        items = (stored[k] for k, name in zip(keys, names, strict=True) if k in stored and stored[k]["name"] == name)
        found = (whole(self._table, item) for item in items)
        return tuple(read(Analysis, item) for item in found if item)

    def remove(self, library_id: LibraryId, key: str) -> None:
        item = self._table.get(_analysis_key(library_id, key))
        if item is not None:
            self._table.write(delete(key_of(item)))
            self._forget(item)

    def _forget(self, earlier: Item, kept: Item | None = None) -> None:
        """What belonged to an item that is gone, unless the one in its place has the same."""
        needed = set(_belongings(kept)) if kept else set()
        self._table.write_each(delete(each) for each in _belongings(earlier) if each not in needed)


def _analysis_key(library_id: LibraryId, name: str) -> Key:
    return key(_ANALYSIS, library_id, name), _ANALYSIS


def _content_partition(library_id: str, sha256: str) -> str:
    return key("analyses", library_id, sha256)


def _name_of(analysis: Analysis) -> str:
    return key(sortable(analysis.created_at), analysis.key)


def _item_of(analysis: Analysis, name: str) -> Item:
    pk, sk = _analysis_key(analysis.library_id, analysis.key)
    content = _content_partition(analysis.library_id, analysis.content_sha256)
    doc = document(analysis)
    return {"pk": pk, "sk": sk, "doc": doc, "fence": analysis.fence, "content": content, "name": name}


def _pointer(analysis: Analysis, name: str) -> Item:
    return {"pk": _content_partition(analysis.library_id, analysis.content_sha256), "sk": name}


def _belongings(item: Item) -> tuple[Key, ...]:
    return ((str(item["content"]), str(item["name"])), *part_keys(item))


class DynamoRenditions(Renditions):
    """They lie in their recording's partition."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, rendition: Rendition) -> None:
        pk, sk = _rendition_key(rendition.library_id, rendition.recording_id, rendition.name)
        item: Item = {"pk": pk, "sk": sk, "doc": document(rendition), "fence": rendition.fence}
        try:
            self._table.write(put(item, _not_newer_than(rendition.fence)))
        except Refused as refused:
            raise refusals.fenced_off(_RENDITION, rendition.name) from refused

    def get(self, library_id: LibraryId, recording_id: RecordingId, name: str) -> Rendition:
        item = self._table.get(_rendition_key(library_id, recording_id, name))
        if item is None:
            raise refusals.unknown(_RENDITION, name)
        return read(Rendition, item)

    def of_recording(self, library_id: LibraryId, recording_id: RecordingId) -> tuple[Rendition, ...]:
        return tuple(read(Rendition, item) for item in self._table.items(_renditions(library_id, recording_id)))

    def remove(self, rendition: Rendition) -> None:
        named = _rendition_key(rendition.library_id, rendition.recording_id, rendition.name)
        try:
            self._table.write(
                delete(named, Condition("#fence = :fence", {"fence": "fence"}, {"fence": rendition.fence}))
            )
        except Refused:
            return  # another one has its name

    def remove_all(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        found = self._table.items(_renditions(library_id, recording_id))
        self._table.write_each([delete(key_of(item)) for item in found])


def _rendition_key(library_id: LibraryId, recording_id: RecordingId, name: str) -> Key:
    return recording_key(library_id, recording_id)[0], key(_RENDITION, name)


def _renditions(library_id: LibraryId, recording_id: RecordingId) -> Range:
    first = _rendition_key(library_id, recording_id, "")
    return Range(first[0], least=first[1], most=first[1] + _ALL_OF_A_KIND)
