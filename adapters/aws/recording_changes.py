"""What is written beside a recording when it changes: its claim to its content, and what it is found by."""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.aws.documents import cut
from adapters.aws.items import Key, Value, key
from adapters.aws.recording_items import companions_of, item_of
from adapters.aws.table import MAX_TRANSACTION
from adapters.aws.writes import Condition, Write, delete, put
from domain.recording import Recording
from domain.values import LibraryId

CLAIMANT = "recording"

_ROOM = MAX_TRANSACTION - 11
"""Companions that one transaction takes, beside the recording, its entry and event, its claim, its document's parts."""


@dataclass(frozen=True, slots=True)
class Changes:
    """`together` goes into the recording's own transaction, a claim first. The others are empty but for recordings
    whose tags have changed by the dozen: what a transaction cannot hold is put before it, and deleted after it.

    So whatever a recording is found by is there when the recording is; what is left over when a process dies in
    between names a recording that does not match, which a search sees.
    """

    before: tuple[Write, ...]
    together: tuple[Write, ...]
    after: tuple[Write, ...]


def all_writes(recording: Recording) -> Iterator[Write]:
    """All that is stored of a recording, for a library that is filled at once: see Table.write_each."""
    item, *parts = cut(item_of(recording))
    new = changes(None, recording)
    yield from (*new.before, *map(put, parts), put(item), *new.together)


def changes(old: Recording | None, new: Recording | None) -> Changes:
    was = companions_of(old) if old else {}
    will = companions_of(new) if new else {}
    puts = [put(item) for item_key, item in will.items() if was.get(item_key) != item]
    deletes = [delete(item_key) for item_key in was if item_key not in will]
    room = max(0, _ROOM - len(puts))
    together = (*_claims(old, new), *puts[:_ROOM], *deletes[:room])
    return Changes(tuple(puts[_ROOM:]), together, tuple(deletes[room:]))


def claim_key(library_id: LibraryId, sha256: str) -> Key:
    return key("claim", library_id, sha256), "claim"


def _claims(old: Recording | None, new: Recording | None) -> Iterator[Write]:
    """One new claim comes before the end of an old one."""
    gives_up = claim_key(old.library_id, str(old.sha256)) if old and old.claims_content else None
    takes = claim_key(new.library_id, str(new.sha256)) if new and new.claims_content else None
    if new and takes and takes != gives_up:
        item: dict[str, Value] = {"pk": takes[0], "sk": takes[1], CLAIMANT: new.id}
        yield put(item, _free_or_ours(new.id))
    if old and gives_up and gives_up != takes:
        yield delete(gives_up, _free_or_ours(old.id))


def _free_or_ours(recording_id: str) -> Condition:
    return Condition(
        "attribute_not_exists(pk) OR #claimant = :claimant", {"claimant": CLAIMANT}, {"claimant": recording_id}
    )
