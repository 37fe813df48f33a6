"""The index of what sounds the same: an item for each term of each recording, asked for by key alone.

A recording's identity is one item, and names the generation that it was put with. The index items carry theirs in their
key: what a put that was cut short or overtaken has left behind is of another generation, and counts for nothing.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeAlias

from adapters.aws.errors import RETRY_FAILED
from adapters.aws.items import SEPARATOR, Item, Key, Value, batches, key
from adapters.aws.table import Range, Refused, Table
from adapters.aws.versioned import write_once
from adapters.aws.writes import ABSENT, Condition, delete, put
from domain.errors import Unavailable
from domain.fingerprint import Identity
from domain.ports.fingerprints import Fingerprints
from domain.values import LibraryId, RecordingId

_MOST_OF_A_TERM = 1000
_TERMS_AT_ONCE = 8
_TRIES = 20
_GENERATION_BYTES = 8

_Entry: TypeAlias = tuple[RecordingId, str]
"""A recording, and the generation of its identity."""


class DynamoFingerprints(Fingerprints):
    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, identity: Identity) -> None:
        """The index first, then the identity, and what the old one had goes last: it is found at any moment."""
        where, new = _key(identity.library_id, identity.recording_id), _item(identity)
        if _says_the_same(self._table.get(where), new):
            return
        self._table.write_each(put(item) for item in _index(identity.library_id, new))
        self._forget(identity.library_id, self._replace(where, new))

    def of_samples(self, library_id: LibraryId, pcm_sha256: str, limit: int) -> tuple[RecordingId, ...]:
        found = self._entries(_of_samples(library_id, pcm_sha256), page=limit)
        return tuple(recording_id for recording_id, _ in islice(self._current(library_id, found, limit), limit))

    def sharing(self, library_id: LibraryId, terms: Set[int], limit: int) -> tuple[tuple[RecordingId, int], ...]:
        def having(term: int) -> list[_Entry]:
            return list(islice(self._entries(_of_term(library_id, _word(term)), _MOST_OF_A_TERM), _MOST_OF_A_TERM))

        with ThreadPoolExecutor(_TERMS_AT_ONCE) as pool:
            counts = Counter(entry for found in pool.map(having, terms) for entry in found)
        ranked = sorted(counts, key=lambda entry: (-counts[entry], entry))
        current = self._current(library_id, ranked, limit)
        return tuple((entry[0], counts[entry]) for entry in islice(current, limit))

    def remove(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        self._forget(library_id, self._replace(_key(library_id, recording_id), None))

    def _entries(self, partition: str, page: int) -> Iterator[_Entry]:
        for item in self._table.items(Range(partition), page):
            recording_id, _, generation = str(item["sk"]).rpartition(SEPARATOR)
            yield RecordingId(recording_id), generation

    def _current(self, library_id: LibraryId, entries: Iterable[_Entry], at_once: int) -> Iterator[_Entry]:
        """Those of the generation that the recording's identity names."""
        for batch in batches(entries, at_once):
            identities = self._table.get_all(_key(library_id, recording_id) for recording_id, _ in batch)
            for recording_id, generation in batch:
                identity = identities.get(_key(library_id, recording_id))
                if identity is not None and identity["generation"] == generation:
                    yield recording_id, generation

    def _replace(self, where: Key, new: Item | None) -> Item | None:
        """What it took the place of: of many at once, each is given what the one before it has put."""
        for _ in range(_TRIES):
            old = self._table.get(where)
            try:
                if new is not None:
                    write_once(self._table, put(new, _still(old)))
                elif old is not None:
                    self._table.write(delete(where, _still(old)))
            except Refused:
                continue
            return old
        raise Unavailable(f"Others write {where[0]} at this moment.", RETRY_FAILED, reason="contention")

    def _forget(self, library_id: LibraryId, old: Item | None) -> None:
        if old is not None:
            self._table.write_each(delete((str(item["pk"]), str(item["sk"]))) for item in _index(library_id, old))


def _item(identity: Identity) -> Item:
    """Without terms or hash where there are none: DynamoDB has no empty sets."""
    pk, sk = _key(identity.library_id, identity.recording_id)
    item: dict[str, Value] = {
        "pk": pk,
        "sk": sk,
        "recording": identity.recording_id,
        "generation": secrets.token_hex(_GENERATION_BYTES),
    }
    if identity.pcm_sha256 is not None:
        item["pcm_sha256"] = identity.pcm_sha256
    if identity.terms:
        item["terms"] = frozenset(map(_word, identity.terms))
    return item


def _index(library_id: LibraryId, identity: Item) -> Iterator[Item]:
    sk = key(str(identity["recording"]), str(identity["generation"]))
    terms = identity.get("terms", frozenset())
    if isinstance(terms, frozenset):
        yield from ({"pk": _of_term(library_id, term), "sk": sk} for term in terms)
    if "pcm_sha256" in identity:
        yield {"pk": _of_samples(library_id, str(identity["pcm_sha256"])), "sk": sk}


def _says_the_same(stored: Item | None, new: Item) -> bool:
    return stored is not None and all(stored.get(name) == new.get(name) for name in ("pcm_sha256", "terms"))


def _still(old: Item | None) -> Condition:
    if old is None:
        return ABSENT
    return Condition("#generation = :old", {"generation": "generation"}, {"old": old["generation"]})


def _key(library_id: LibraryId, recording_id: RecordingId) -> Key:
    return key("identity", library_id, recording_id), "identity"


def _of_samples(library_id: LibraryId, pcm_sha256: str) -> str:
    return key("pcm", library_id, pcm_sha256)


def _of_term(library_id: LibraryId, word: str) -> str:
    return key("term", library_id, word)


def _word(term: int) -> str:
    return f"{term:08x}"
