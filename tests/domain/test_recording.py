"""Recording: its lifecycle, walked at random, and what each change keeps."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.analysis import Analysis, Descriptor
from domain.errors import IllegalTransition, Invalid
from domain.policy import Judgement, Verdict
from domain.recording import (
    JUDGED,
    TRANSITIONS,
    Recording,
    Status,
)
from domain.values import Failure, RecordingId
from tests.builders import LIBRARY, NOON, a_recording, a_sha256, an_analysis

LATER = NOON + timedelta(hours=1)
FAILURE = Failure("undecodable-audio", "The file ends in the middle.")
ANALYSIS = an_analysis()
HELD_BACK = Judgement(Verdict.QUARANTINE, ("clipping: It clips.",))
REFUSED = Judgement(Verdict.REJECT, ("clipping: It clips.",))


def received(sha256: str | None = None) -> Recording:
    return Recording.receive(
        RecordingId("1"), LIBRARY, filename="A dog.wav", content_type="audio/wav", size_bytes=9, now=NOON, sha256=sha256
    )


def heard(recording: Recording, analysis: Analysis = ANALYSIS) -> Recording:
    return recording.heard(analysis, Judgement(Verdict.ACCEPT), LATER)


def test_a_recording_is_processing_once_its_bytes_are_known() -> None:
    assert received().status is Status.RECEIVING
    assert received(a_sha256(1)).status is Status.PROCESSING


@pytest.mark.parametrize(
    ("filename", "title"), [("A dog.wav", "A dog"), ("dog", "dog"), ("a.b.flac", "a.b"), ("/tmp/x/dog.wav", "dog")]
)
def test_the_title_is_the_name_without_its_suffix(filename: str, title: str) -> None:
    recording = Recording.receive(RecordingId("1"), LIBRARY, filename=filename, content_type="", size_bytes=1, now=NOON)
    assert recording.title == title
    assert "/" not in recording.filename


def test_what_was_heard_makes_it_ready() -> None:
    ready = heard(replace(received(a_sha256(1)), failure=FAILURE))
    assert (ready.status, ready.analysis_key, ready.failure) == (Status.READY, ANALYSIS.key, None)
    assert (ready.audio, ready.findings) == (ANALYSIS.audio, ANALYSIS.findings)


def test_how_loud_it_is_comes_from_what_was_heard_last() -> None:
    loudness = Descriptor("integrated_loudness", -23.1, "LUFS", "BS.1770-4")
    loud = heard(received(a_sha256(1)), replace(ANALYSIS, descriptors=(loudness,)))
    assert loud.loudness_lufs == -23.1
    silent = replace(loudness, value=None, reason="It is silent.")
    assert heard(loud, replace(ANALYSIS, descriptors=(silent,))).loudness_lufs is None


@pytest.mark.parametrize(
    ("judgement", "status"),
    [(Judgement(Verdict.ACCEPT), Status.READY), (HELD_BACK, Status.QUARANTINED), (REFUSED, Status.FAILED)],
)
@pytest.mark.parametrize("trashed", [False, True])
def test_the_verdict_says_what_becomes_of_it(judgement: Judgement, status: Status, trashed: bool) -> None:
    recording = received(a_sha256(1))
    judged = (recording.trashed(NOON) if trashed else recording).heard(ANALYSIS, judgement, LATER)
    assert (judged.status, judged.standing) == (Status.TRASHED if trashed else status, status)
    assert (judged.judgement, judged.analysis_key) == (judgement, ANALYSIS.key)


def test_a_rejected_one_says_by_which_findings_and_what_to_do() -> None:
    failure = received(a_sha256(1)).heard(ANALYSIS, REFUSED, LATER).failure
    assert failure is not None
    assert failure.code == "rejected-by-policy"
    assert "clipping: It clips." in failure.detail
    assert "release" in failure.detail


@pytest.mark.parametrize("judgement", [HELD_BACK, REFUSED])
def test_a_person_releases_what_a_verdict_holds_back(judgement: Judgement) -> None:
    released = received(a_sha256(1)).heard(ANALYSIS, judgement, NOON).released("key:1", " It is meant so. ", LATER)
    assert (released.status, released.failure) == (Status.READY, None)
    assert released.judgement == Judgement(Verdict.ACCEPT, judgement.reasons, "key:1", "It is meant so.")
    assert released.released("key:2", None, LATER) is released


@pytest.mark.parametrize(("note", "detail"), [(None, "key:1 rejected it."), ("Noise.", "key:1 rejected it: Noise.")])
def test_a_person_rejects_what_lies_in_quarantine(note: str | None, detail: str) -> None:
    rejected = received(a_sha256(1)).heard(ANALYSIS, HELD_BACK, NOON).rejected("key:1", note, LATER)
    assert (rejected.status, rejected.failure) == (Status.FAILED, Failure("rejected", detail))
    assert rejected.rejected("key:2", "again", LATER) is rejected
    assert rejected.released("key:2", None, LATER).status is Status.READY


def test_a_person_can_take_a_decision_back_but_not_the_policys() -> None:
    judgement = Judgement(Verdict.QUARANTINE, ("It is silent.",))
    held_back = received(a_sha256(1)).heard(ANALYSIS, judgement, NOON)
    for decided in (held_back.released("key:1", None, NOON), held_back.rejected("key:1", "no", NOON)):
        assert "reopen" in decided.decisions
        again = decided.reopened(LATER)
        assert (again.status, again.judgement, again.failure) == (Status.QUARANTINED, judgement, None)
        assert again.decisions == ("release", "reject")
        with pytest.raises(IllegalTransition):
            decided.trashed(LATER).reopened(LATER)
    for never_decided in (held_back, received(a_sha256(1)).heard(ANALYSIS, Judgement(Verdict.ACCEPT), NOON)):
        assert "reopen" not in never_decided.decisions
        with pytest.raises(IllegalTransition):
            never_decided.reopened(LATER)


@pytest.mark.parametrize("status", [Status.RECEIVING, Status.PROCESSING, Status.READY, Status.FAILED, Status.TRASHED])
def test_only_what_a_verdict_holds_back_is_decided(status: Status) -> None:
    recording = a_recording(status=status, restore_to=Status.QUARANTINED)
    for decide in (recording.released, recording.rejected):
        with pytest.raises(IllegalTransition):
            decide("key:1", None, LATER)


def test_what_was_heard_anew_is_judged_anew() -> None:
    ready = heard(received(a_sha256(1)))
    held = ready.heard(ANALYSIS, HELD_BACK, LATER)
    assert (held.status, held.judgement) == (Status.QUARANTINED, HELD_BACK)
    assert heard(held).status is Status.READY


def test_hearing_the_same_again_changes_nothing() -> None:
    ready = heard(received(a_sha256(1)))
    assert heard(ready) is ready
    held = ready.heard(ANALYSIS, HELD_BACK, LATER)
    assert held.heard(ANALYSIS, HELD_BACK, LATER) is held


def test_what_a_person_decided_stays_when_it_is_heard_anew() -> None:
    released = received(a_sha256(1)).heard(ANALYSIS, HELD_BACK, NOON).released("key:1", None, NOON)
    again = released.heard(an_analysis(), REFUSED, LATER)
    assert (again.status, again.judgement) == (Status.READY, released.judgement)
    assert again.analysis_key != released.analysis_key


@pytest.mark.parametrize("trashed", [False, True])
@pytest.mark.parametrize(
    ("judgement", "status"), [(Judgement(Verdict.ACCEPT), Status.READY), (HELD_BACK, Status.QUARANTINED)]
)
def test_what_a_policy_rejected_is_judged_anew(judgement: Judgement, status: Status, trashed: bool) -> None:
    rejected = received(a_sha256(1)).heard(ANALYSIS, REFUSED, NOON)
    assert rejected.heard(ANALYSIS, REFUSED, LATER) is rejected
    again = (rejected.trashed(NOON) if trashed else rejected).heard(ANALYSIS, judgement, LATER)
    assert (again.standing, again.judgement, again.failure) == (status, judgement, None)


def test_what_a_person_rejected_is_not() -> None:
    rejected = received(a_sha256(1)).heard(ANALYSIS, HELD_BACK, NOON).rejected("key:1", None, NOON)
    with pytest.raises(IllegalTransition):
        heard(rejected)


def test_a_failed_one_is_not_heard() -> None:
    with pytest.raises(IllegalTransition):
        heard(a_recording(status=Status.FAILED))


def test_assembled_bytes_end_the_upload() -> None:
    recording = replace(received(), upload_id="upload-1").assembled(20, a_sha256(1), LATER)
    assert (recording.status, recording.size_bytes, recording.upload_id) == (Status.PROCESSING, 20, None)


@pytest.mark.parametrize(
    ("change", "restored"),
    [
        (lambda recording: recording.assembled(20, a_sha256(1), LATER), Status.PROCESSING),
        (heard, Status.READY),
        (lambda recording: recording.failed(FAILURE, LATER), Status.FAILED),
    ],
)
def test_work_on_what_was_trashed_meanwhile_leaves_it_in_the_trash(
    change: Callable[[Recording], Recording], restored: Status
) -> None:
    trashed = change(received(a_sha256(1)).trashed(NOON))
    assert trashed.status is Status.TRASHED
    assert trashed.restored(LATER).status is restored


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.FAILED])
def test_only_what_has_failed_is_retried(status: Status) -> None:
    with pytest.raises(IllegalTransition):
        a_recording(status=status, restore_to=Status.FAILED).retried(LATER)


@pytest.mark.parametrize(("sha256", "status"), [(None, Status.RECEIVING), (a_sha256(1), Status.PROCESSING)])
def test_a_retried_one_goes_back_to_where_its_bytes_stand(sha256: str | None, status: Status) -> None:
    retried = a_recording(status=Status.FAILED, sha256=sha256, failure=FAILURE).retried(LATER)
    assert (retried.status, retried.failure) == (status, None)


def test_a_description_is_checked_and_leaves_what_is_not_named() -> None:
    recording = a_recording(tags=("dog",), fields={"bpm": 120})
    described = recording.described(LATER, title=" A cat ")
    assert (described.title, described.tags, described.fields) == ("A cat", ("dog",), {"bpm": 120})
    assert described.described(LATER, tags=(), fields={}).tags == ()
    with pytest.raises(Invalid):
        recording.described(LATER, title="")
    with pytest.raises(Invalid):
        recording.described(LATER, tags=("x" * 65,))
    with pytest.raises(Invalid):
        recording.described(LATER, fields={"1": 1})


def test_what_lies_in_the_trash_is_not_described_and_not_trashed_again() -> None:
    trashed = a_recording().trashed(LATER)
    with pytest.raises(IllegalTransition):
        trashed.described(LATER, title="A cat")
    with pytest.raises(IllegalTransition):
        trashed.trashed(LATER)


def test_what_is_not_in_the_trash_is_not_restored() -> None:
    with pytest.raises(IllegalTransition):
        a_recording().restored(LATER)


def test_the_trash_is_kept_for_the_retention_to_the_moment() -> None:
    trashed = a_recording().trashed(NOON)
    week = timedelta(days=7)
    assert not trashed.may_be_purged(NOON + week - timedelta(microseconds=1), week)
    assert trashed.may_be_purged(NOON + week, week)
    assert not trashed.restored(LATER).may_be_purged(NOON + 2 * week, week)


def test_every_status_says_where_it_may_lead() -> None:
    assert TRANSITIONS.keys() == set(Status)
    assert all(Status.TRASHED in targets for status, targets in TRANSITIONS.items() if status is not Status.TRASHED)


class Life(RuleBasedStateMachine):
    """Whatever is asked of a recording, in any order: it refuses, or takes one allowed step and counts it."""

    def __init__(self) -> None:
        super().__init__()
        self.recording = received()
        self.now = NOON

    def take(self, change: Callable[[Recording], Recording]) -> None:
        before = self.recording
        self.now += timedelta(seconds=1)
        try:
            after = change(before)
        except IllegalTransition:
            return
        if after is before:
            return
        assert after.status is before.status or after.status in TRANSITIONS[before.status]
        assert (after.version, after.updated_at) == (before.version + 1, self.now)
        assert (after.id, after.library_id, after.created_at, after.blob_key) == (
            before.id,
            before.library_id,
            before.created_at,
            before.blob_key,
        )
        self.recording = after

    @rule()
    def assemble(self) -> None:
        self.take(lambda recording: recording.assembled(20, a_sha256(1), self.now))

    @rule(judgement=st.sampled_from([Judgement(Verdict.ACCEPT), HELD_BACK, REFUSED]))
    def hear(self, judgement: Judgement) -> None:
        self.take(lambda recording: recording.heard(ANALYSIS, judgement, self.now))

    @rule()
    def release(self) -> None:
        self.take(lambda recording: recording.released("key:1", None, self.now))

    @rule()
    def reject(self) -> None:
        self.take(lambda recording: recording.rejected("key:1", None, self.now))

    @rule()
    def fail(self) -> None:
        self.take(lambda recording: recording.failed(FAILURE, self.now))

    @rule()
    def retry(self) -> None:
        self.take(lambda recording: recording.retried(self.now))

    @rule()
    def trash(self) -> None:
        self.take(lambda recording: recording.trashed(self.now))

    @rule()
    def restore(self) -> None:
        self.take(lambda recording: recording.restored(self.now))

    @rule(title=st.sampled_from(["a", "b"]))
    def describe(self, title: str) -> None:
        self.take(lambda recording: recording.described(self.now, title=title))

    @invariant()
    def only_the_trash_has_a_time_and_a_way_back(self) -> None:
        in_trash = self.recording.status is Status.TRASHED
        assert in_trash == (self.recording.trashed_at is not None) == (self.recording.restore_to is not None)

    @invariant()
    def only_a_live_one_with_known_bytes_claims_them(self) -> None:
        if self.recording.claims_content:
            assert self.recording.sha256 is not None
            assert self.recording.status not in {Status.TRASHED, Status.FAILED}

    @invariant()
    def a_judged_one_stands_where_its_verdict_says(self) -> None:
        judgement = self.recording.judgement
        standing = self.recording.restore_to or self.recording.status
        if judgement is not None and self.recording.failure in {None, judgement.failure}:
            assert standing is JUDGED[judgement.verdict]

    @invariant()
    def a_failed_one_says_why(self) -> None:
        standing = self.recording.restore_to or self.recording.status
        assert (standing is Status.FAILED) == (self.recording.failure is not None)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
