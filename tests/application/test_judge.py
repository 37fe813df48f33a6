"""Verdicts: what the policy of a library, or a person, makes of what was heard."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.errors import DuplicateContent, Forbidden, IllegalTransition, NotFound, VersionMismatch
from domain.job_kind import JobKind
from domain.policy import Policy, Rule, Verdict
from domain.ports.access import AuditQuery
from domain.recording import Recording, Status
from domain.values import Failure
from tests import sounds
from tests.application.conftest import House


def govern(house: House, *rules: Rule) -> None:
    library = house.use.get_library()(house.viewer)
    house.use.set_policy()(house.admin, Policy(rules), library.version)


def heard(house: House, content: bytes) -> Recording:
    sent = house.send(content)
    house.work()
    return house.recording(sent.id)


@pytest.fixture
def silence() -> bytes:
    return sounds.silent_wav(seconds=1.0)


@pytest.fixture
def held_back(house: House, silence: bytes) -> Recording:
    govern(house, Rule("all-silence", Verdict.QUARANTINE))
    return heard(house, silence)


def test_without_a_policy_findings_keep_nothing_back(house: House, silence: bytes) -> None:
    recording = heard(house, silence)
    assert [finding.code for finding in recording.findings] == ["all-silence"]
    assert recording.status is Status.READY


def test_a_policy_holds_back_and_the_recording_can_be_listened_to(house: House, held_back: Recording) -> None:
    assert held_back.status is Status.QUARANTINED
    assert held_back.judgement is not None
    assert held_back.judgement.verdict is Verdict.QUARANTINE
    (reason,) = held_back.judgement.reasons
    assert reason.startswith("all-silence: ")
    assert "preview.mp3" in {r.name for r in house.use.list_renditions()(house.viewer, held_back.id)}
    assert house.use.get_analysis()(house.viewer, held_back.id)[1].findings == held_back.findings


def test_a_policy_rejects_with_the_findings_and_what_to_do(house: House, silence: bytes) -> None:
    govern(house, Rule("all-silence", Verdict.REJECT))
    recording = heard(house, silence)
    assert recording.status is Status.FAILED
    assert recording.failure is not None
    assert recording.failure.code == "rejected-by-policy"
    assert "all-silence" in recording.failure.detail
    assert "unplugged microphone" in recording.failure.detail
    assert [job.kind for job in house.jobs()] == [JobKind.INGEST]


def test_a_rule_may_ask_for_a_length(house: House) -> None:
    govern(house, Rule("all-silence", Verdict.REJECT, 0.5))
    assert heard(house, sounds.silent_wav(seconds=0.4)).status is Status.READY
    assert heard(house, sounds.silent_wav(seconds=0.6)).status is Status.FAILED


def test_what_is_trashed_before_it_is_judged_comes_back_as_it_was_judged(house: House, silence: bytes) -> None:
    govern(house, Rule("all-silence", Verdict.QUARANTINE))
    sent = house.send(silence)
    house.use.trash_recording()(house.editor, sent.id, sent.version)
    house.work()
    in_trash = house.recording(sent.id)
    restored = house.use.restore_recording()(house.editor, sent.id, in_trash.version)
    assert (in_trash.status, restored.status) == (Status.TRASHED, Status.QUARANTINED)


def test_a_changed_policy_touches_nothing_that_was_judged(house: House, held_back: Recording) -> None:
    govern(house, Rule("all-silence", Verdict.REJECT))
    house.use.sweep()()
    house.work()
    assert house.recording(held_back.id) == held_back


def test_a_person_releases(house: House, held_back: Recording) -> None:
    released = house.use.release_recording()(house.editor, held_back.id, held_back.version, "It is meant so.")
    assert released.status is Status.READY
    assert house.use.release_recording()(house.editor, held_back.id, released.version) == released
    entry = house.use.search_audit()(house.admin, AuditQuery(action="recording.release")).items[0]
    assert (entry.actor, entry.after["judgement"]["note"]) == ("key:editor", "It is meant so.")


def test_a_person_rejects(house: House, held_back: Recording) -> None:
    rejected = house.use.reject_recording()(house.editor, held_back.id, held_back.version, "Nothing to hear.")
    assert rejected.status is Status.FAILED
    assert rejected.failure == Failure("rejected", "key:editor rejected it: Nothing to hear.")
    assert house.use.reject_recording()(house.editor, held_back.id, rejected.version) == rejected
    entries = house.use.search_audit()(house.admin, AuditQuery(action="recording.reject")).items
    assert [entry.subject_id for entry in entries] == [held_back.id]


def test_what_the_policy_rejected_can_be_released_and_gets_its_preview(house: House, silence: bytes) -> None:
    govern(house, Rule("all-silence", Verdict.REJECT))
    rejected = heard(house, silence)
    house.use.release_recording()(house.editor, rejected.id, rejected.version)
    house.work()
    assert house.recording(rejected.id).status is Status.READY
    assert "preview.mp3" in {r.name for r in house.use.list_renditions()(house.viewer, rejected.id)}


def test_what_was_rejected_is_not_released_beside_a_newer_one_of_the_same_bytes(house: House, silence: bytes) -> None:
    govern(house, Rule("all-silence", Verdict.REJECT))
    rejected = heard(house, silence)
    govern(house)
    newer = heard(house, silence)
    with pytest.raises(DuplicateContent) as refused:
        house.use.release_recording()(house.editor, rejected.id, rejected.version)
    assert refused.value.data["recording_id"] == newer.id
    assert house.recording(rejected.id) == rejected


@pytest.mark.parametrize(
    "decide", [lambda house: house.use.release_recording(), lambda house: house.use.reject_recording()]
)
def test_decisions_are_guarded(house: House, held_back: Recording, tone: bytes, decide: Callable[[House], Any]) -> None:
    with pytest.raises(Forbidden):
        decide(house)(house.viewer, held_back.id, held_back.version)
    with pytest.raises(NotFound):
        decide(house)(house.stranger(), held_back.id, held_back.version)
    with pytest.raises(VersionMismatch):
        decide(house)(house.editor, held_back.id, held_back.version - 1)
    ready = heard(house, tone)
    with pytest.raises(IllegalTransition):
        decide(house)(house.editor, ready.id, ready.version)


def test_only_an_admin_sets_the_policy_and_only_of_the_version_that_was_read(house: House) -> None:
    policy = Policy((Rule("hum", Verdict.REJECT),))
    with pytest.raises(Forbidden):
        house.use.set_policy()(house.editor, policy, 1)
    with pytest.raises(VersionMismatch):
        house.use.set_policy()(house.admin, policy, 2)
    assert house.use.set_policy()(house.admin, policy, 1).version == 2
    assert house.use.set_policy()(house.admin, policy, 2).version == 2
    assert house.use.get_library()(house.viewer).policy == policy
    assert house.use.get_library()(house.stranger()).policy == Policy()
    (entry,) = house.use.search_audit()(house.admin, AuditQuery(action="library.govern")).items
    assert entry.before == {"policy": {"rules": []}}
    assert entry.after == {"policy": {"rules": [{"code": "hum", "verdict": "reject", "min_seconds": None}]}}
