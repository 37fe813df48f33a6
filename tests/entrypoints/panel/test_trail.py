"""The trail of a recording in words."""

from dataclasses import replace
from typing import Any

from domain.access import Actor, Role
from domain.audit import AuditEntry
from domain.fixity import FixityStatus
from domain.policy import Judgement, Verdict
from domain.recording import Recording, Status
from domain.values import LibraryId
from entrypoints.panel.trail import told, who
from tests.builders import NOON, a_finding, a_fixity, a_recording, a_region

ACTOR = Actor(LibraryId("library-1"), "key:k1", Role.ADMIN)


def changes(before: Any, after: Any, action: str = "recording.describe") -> dict[str, tuple[str | None, str | None]]:
    entry = AuditEntry.of_change("entry-1", NOON, ACTOR, action, before=before, after=after)
    return {change.what: (change.before, change.after) for change in told(entry, {"k1": "studio"}).changes}


def test_it_says_who_and_what_was_done() -> None:
    entry = AuditEntry.of_change(
        "entry-1", NOON, ACTOR, "recording.trash", before=a_recording(), after=a_recording(status=Status.TRASHED)
    )
    shown = told(entry, {"k1": "studio"})
    assert (shown.who, shown.actor, shown.done) == ("studio", "key:k1", "put in the trash")
    assert who("key:gone", {}) == "a key that is not known"
    assert who("system:job:1", {}) == "the service"


def test_an_action_without_words_keeps_its_name() -> None:
    entry = AuditEntry.of_change(
        "e", NOON, ACTOR, "recording.polish", before=a_recording(), after=a_recording(title="b")
    )
    assert told(entry, {}).done == "recording.polish"


def test_a_description_is_told_member_by_member() -> None:
    before = a_recording(title="a", tags=("dog", "old"), fields={"take": 1, "draft": True, "place": "Sylt"})
    after = replace(before, title="b", tags=("dog", "new"), fields={"take": 2, "place": "Sylt", "mono": False})
    assert changes(before, after) == {
        "title": ("a", "b"),
        "tags": ("old", "new"),
        "draft": ("yes", None),
        "mono": (None, "no"),
        "take": ("1", "2"),
    }


def test_what_was_heard_and_decided_is_told_in_words() -> None:
    before = a_recording(status=Status.QUARANTINED, loudness_lufs=None, findings=())
    after: Recording = replace(
        before,
        status=Status.READY,
        loudness_lufs=-23.0,
        findings=(a_finding(code="clipping"),),
        judgement=Judgement(Verdict.ACCEPT, (), "key:k1", "it is meant so"),
        fixity=a_fixity(FixityStatus.DAMAGED),
    )
    assert changes(before, after, "recording.release") == {
        "status": ("quarantined", "ready"),
        "judgement": (None, "may be used, by a person: it is meant so"),
        "findings": (None, "clipping"),
        "loudness": (None, "\u221223.0 LUFS"),
        "fixity": (None, "damaged"),
    }


def test_who_has_rejected_it_is_told_by_the_name_of_the_key() -> None:
    before = a_recording(status=Status.QUARANTINED)
    after = before.rejected("key:k1", "too hot", NOON)
    assert changes(before, after, "recording.reject")["failure"] == (None, "studio rejected it: too hot")


def test_what_came_in_is_named_and_not_taken_apart() -> None:
    assert changes(None, a_recording(filename="a.wav"), "recording.create") == {"file": (None, "a.wav")}


def test_what_was_saved_as_it_was_has_changed_nothing() -> None:
    assert changes(a_recording(id="1"), a_recording(id="1")) == {}


def test_a_region_is_told_with_its_times() -> None:
    region, words = a_region(), "a bark, 0:00.3 to 0:00.8 (far away)"
    assert changes(None, region, "region.add") == {"region": (None, words)}
    assert changes(region, None, "region.remove") == {"region": (words, None)}
