"""/quarantine: what was held back or failed, to be heard and decided one after the other; /quarantine/policy: why."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from pydantic import BaseModel, Field

from domain.access import Key, Library, Permission
from domain.audit import AuditEntry
from domain.findings import FINDINGS
from domain.listing import Field as Filtered
from domain.listing import Filter, Op, RecordingQuery, SortKey
from domain.policy import Verdict
from domain.ports.access import AuditQuery
from domain.recording import Recording, Status
from domain.rendition import Rendition
from domain.tally import Facet, Tally
from domain.values import Page, RecordingId
from entrypoints.http.context import actor, use_cases
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.policy import PolicyView
from entrypoints.http.wire.recordings import RecordingView
from entrypoints.panel.asked import asked
from entrypoints.panel.listening import player_of
from entrypoints.panel.rendering import page
from entrypoints.panel.suspicion import worst_stretch
from entrypoints.panel.trail import Told, told

quarantine_page = Blueprint("quarantine_page", __name__)

ROWS = 50
MOST_LOOKED_AT = 1_000
"""Of those that failed, to tell what was rejected from what could not be heard: then the page goes on later."""

DECISIONS = frozenset({"recording.release", "recording.reject", "recording.reopen"})
_ENTRIES = 50


class Show(StrEnum):
    HELD = "held"
    FAILED = "failed"
    REJECTED = "rejected"

    @property
    def status(self) -> Status:
        return Status.QUARANTINED if self is Show.HELD else Status.FAILED

    def has(self, recording: Recording) -> bool:
        verdict = recording.judgement.verdict if recording.judgement else None
        return self is Show.HELD or (verdict is Verdict.REJECT) == (self is Show.REJECTED)


class Asked(BaseModel):
    show: Show = Show.HELD
    finding: list[Annotated[str, Field(max_length=64)]] = Field([], max_length=1)
    at: str | None = Field(None, max_length=64)
    cursor: str | None = Field(None, max_length=2048)

    def address(self, path: str = "/quarantine", **more: str) -> str:
        words = {"show": self.show.value, "finding": self.finding, **more}
        return f"{path}?{urlencode(words, doseq=True)}"

    def filters(self, status: Status) -> tuple[Filter, ...]:
        of_status = Filter(Filtered.STATUS, Op.EQ, str(status))
        return (of_status, *(Filter(Filtered.FINDING, Op.EQ, code) for code in self.finding))


@dataclass(frozen=True)
class Waiting:
    """A recording of the list, with why it is there in a few words."""

    recording: RecordingView
    why: str

    @classmethod
    def of(cls, recording: Recording) -> "Waiting":
        reasons = recording.judgement.reasons if recording.judgement else ()
        codes = ", ".join(dict.fromkeys(reason.partition(":")[0] for reason in reasons))
        return cls(
            RecordingView.of(recording), codes or (recording.failure.detail if recording.failure else "no reason kept")
        )


@quarantine_page.get("/quarantine")
def show_all() -> Response:
    """The page, with the first one beside the list; with a cursor the rows that follow."""
    query = asked(Asked)
    found, following = _found(query)
    rows: dict[str, Any] = {
        "asked": query,
        "waiting": [Waiting.of(recording) for recording in found],
        "more": query.address(cursor=following) if following else None,
    }
    if query.cursor and request.headers.get("HX-Request"):
        return page("_quarantine_rows.html", current=None, **rows)
    chosen = _recording(query.at) if query.at else next(iter(found), None)
    return page(
        "quarantine.html",
        **rows,
        **_counts(query),
        current=chosen.id if chosen else None,
        item=_item(chosen) if chosen else None,
    )


@quarantine_page.get("/quarantine/counts")
def counts() -> Response:
    query = asked(Asked)
    return page("_quarantine_counts.html", asked=query, **_counts(query))


@quarantine_page.get("/quarantine/items/<recording_id>")
def show(recording_id: str) -> Response:
    """What stands beside the list."""
    return page("_quarantine_item.html", item=_item(_recording(recording_id)))


@quarantine_page.get("/quarantine/policy")
def policy() -> Response:
    library: Library = use_cases().get_library()(actor())
    rules = PolicyView.of(library).rules
    return page(
        "policy.html",
        kinds=FINDINGS.values(),
        rules={(rule.code, str(rule.verdict)): rule for rule in rules},
        # They change nothing, and are nobody's to take away unasked.
        kept=[rule.model_dump(mode="json") for rule in rules if rule.verdict is Verdict.ACCEPT],
        version=library.version,
    )


def _recording(recording_id: str) -> Recording:
    found: Recording = use_cases().get_recording()(actor(), RecordingId(recording_id))
    return found


def _found(query: Asked) -> tuple[list[Recording], str | None]:
    """What has waited longest first; what is over by its last change. With the cursor of what follows."""
    library = actor().library_id
    is_held = query.show is Show.HELD
    cursor = stores_cursor(library, f"quarantine:{query.show}", query.cursor)
    found: list[Recording] = []
    for _ in range(MOST_LOOKED_AT // ROWS):
        listing = RecordingQuery(
            query.filters(query.show.status), SortKey.CREATED if is_held else SortKey.UPDATED, not is_held, ROWS, cursor
        )
        got: Page[Recording] = use_cases().search_recordings()(actor(), listing)
        found += filter(query.show.has, got.items)
        cursor = got.next_cursor
        if cursor is None or len(found) >= ROWS:
            break
    return found, signed_cursor(library, f"quarantine:{query.show}", cursor)


def _counts(query: Asked) -> dict[str, Any]:
    """How many there are to be shown of each sort, and the findings that can be asked for."""
    held, failed = (_tally(query, status) for status in (Status.QUARANTINED, Status.FAILED))
    rejected = failed.by[Facet.VERDICT].get(str(Verdict.REJECT))
    rejected_count = rejected.recordings if rejected else 0
    every = (held if query.show is Show.HELD else failed) if not query.finding else None
    of_view = every or _tally(Asked(), query.show.status)
    return {
        "counts": {
            Show.HELD: held.total.recordings,
            Show.FAILED: failed.total.recordings - rejected_count,
            Show.REJECTED: rejected_count,
        },
        "whole": held.whole and failed.whole,
        "codes": {} if query.show is Show.FAILED else of_view.by[Facet.FINDING],
        "shows": tuple(Show),
    }


def _tally(query: Asked, status: Status) -> Tally:
    found: Tally = use_cases().tally_recordings()(actor(), query.filters(status))
    return found


def _item(recording: Recording) -> dict[str, Any]:
    renditions: tuple[Rendition, ...] = use_cases().list_renditions()(actor(), recording.id)
    player = player_of(recording)
    view = RecordingView.of(recording)
    has_preview = any(rendition.name == "preview.mp3" for rendition in renditions)
    return {
        "recording": view,
        "was_rejected": recording.status is Status.FAILED and Show.REJECTED.has(recording),
        "player": player and {**player, "worst": worst_stretch(recording.findings, player["duration"])},
        "sound": f"{view.links['renditions']}/preview.mp3" if has_preview else view.links["content"],
        "decisions": _decisions(recording),
    }


def _decisions(recording: Recording) -> tuple[Told, ...] | None:
    """What people decided before, the newest first. The trail is the admins': None for others."""
    if Permission.ADMINISTER not in actor().role.permissions:
        return None
    found: Page[AuditEntry] = use_cases().search_audit()(actor(), AuditQuery(subject_id=recording.id, limit=_ENTRIES))
    keys: tuple[Key, ...] = use_cases().list_keys()(actor())
    names: dict[str, str] = {key.id: key.name for key in keys}
    return tuple(told(entry, names) for entry in found.items if entry.action in DECISIONS)
