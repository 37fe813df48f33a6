"""What the trail holds of one recording, in words: who, what was done, and what was before and is since."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.audit import AuditEntry
from domain.change import Diff
from entrypoints.panel.words import NOTHING, decibels, duration

_DONE: Mapping[str, str] = {
    "recording.create": "came in",
    "recording.assemble": "put together from its parts",
    "recording.hear": "listened to",
    "recording.analyse": "listened to again",
    "recording.describe": "described",
    "recording.trash": "put in the trash",
    "recording.restore": "restored",
    "recording.release": "released",
    "recording.reject": "rejected",
    "recording.reopen": "put back in quarantine",
    "recording.fail": "failed",
    "recording.retry": "tried again",
    "recording.fixity": "checked",
    "recording.source": "found again at its source",
    "region.add": "region marked",
    "region.change": "region changed",
    "region.remove": "region removed",
}


@dataclass(frozen=True)
class Changed:
    """`before` and `after` are None where there was, or is, nothing of it."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Told:
    at: datetime
    who: str
    actor: str
    done: str
    changes: tuple[Changed, ...]


def told(entry: AuditEntry, key_names: Mapping[str, str]) -> Told:
    """`key_names` are those of the keys that are known, by id."""
    is_region = entry.action.startswith("region.")
    changes = tuple(_of_region(entry) if is_region else _of_recording(entry, key_names))
    return Told(entry.at, who(entry.actor, key_names), entry.actor, _DONE.get(entry.action, entry.action), changes)


def who(actor: str, key_names: Mapping[str, str]) -> str:
    kind, _, rest = actor.partition(":")
    if kind == "key":
        return key_names.get(rest, "a key that is not known")
    if kind == "system":
        return "the service"
    return actor


def _of_recording(entry: AuditEntry, key_names: Mapping[str, str]) -> Iterator[Changed]:
    before, after = entry.before, entry.after
    if "id" in after:  # it came in: the page says what it is
        yield Changed("file", None, str(after.get("filename", "")))
        return
    diff = Diff.of(before, after)
    if diff.title:
        yield Changed("title", *diff.title)
    if diff.added_tags or diff.removed_tags:
        yield Changed("tags", _words(diff.removed_tags), _words(diff.added_tags))
    for name, (was, since) in diff.fields.items():
        yield Changed(name, _value(was), _value(since))
    for member, of in _MEMBERS.items():
        if member in before or member in after:
            was, since = of(before.get(member)), of(after.get(member))
            if was != since:
                if member == "failure":
                    was, since = (_named(text, key_names) for text in (was, since))
                yield Changed(member.removesuffix("_lufs"), was, since)


def _of_region(entry: AuditEntry) -> Iterator[Changed]:
    was, since = (_region(side.get("mark")) for side in (entry.before, entry.after))
    if was != since:
        yield Changed("region", was, since)


def _region(mark: Mapping[str, Any] | None) -> str | None:
    if not mark:
        return None
    start, end = mark.get("start"), mark.get("end")
    stretch = duration(start) if start == end else f"{duration(start)} to {duration(end)}"
    verdict = f", {mark['verdict']}" if mark.get("verdict") else ""
    note = f" ({mark['note']})" if mark.get("note") else ""
    return f"{mark.get('label')}, {stretch}{verdict}{note}"


def _named(text: str | None, key_names: Mapping[str, str]) -> str | None:
    """Who has rejected it stands there by the key's id."""
    return text and re.sub(r"key:(\w+)", lambda found: key_names.get(found[1], found[0]), text)


def _words(texts: tuple[str, ...]) -> str | None:
    return ", ".join(texts) or None


def _value(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)


def _codes(findings: list[Mapping[str, Any]] | None) -> str | None:
    return ", ".join(str(finding["code"]) for finding in findings or ()) or None


def _judgement(told: Mapping[str, Any] | None) -> str | None:
    if not told:
        return None
    words = {"accept": "may be used", "quarantine": "held back", "reject": "refused"}[told["verdict"]]
    by = "by a person" if told.get("decided_by") else "by the policy"
    return f"{words}, {by}" + (f": {told['note']}" if told.get("note") else "")


def _detail(failure: Mapping[str, Any] | None) -> str | None:
    return None if not failure else str(failure["detail"])


def _loudness(lufs: float | None) -> str | None:
    shown = decibels(lufs)
    return None if shown == NOTHING else shown


def _fixity(fixity: Mapping[str, Any] | None) -> str | None:
    return None if not fixity else str(fixity["status"])


def _source(source: Mapping[str, Any] | None) -> str | None:
    return None if not source else str(source["url"])


_MEMBERS: Mapping[str, Any] = {
    "status": _value,
    "judgement": _judgement,
    "failure": _detail,
    "findings": _codes,
    "loudness_lufs": _loudness,
    "fixity": _fixity,
    "source": _source,
}
"""What else of a recording is told of, and how. The rest is the service's own, or on the page."""
