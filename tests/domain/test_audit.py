"""Audit entries: just what changed, as plain JSON, and never a secret."""

import json
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.access import Actor, Role
from domain.audit import AuditEntry
from domain.job import JobStatus
from domain.values import Failure
from tests.builders import LIBRARY, NOON, a_finding, a_job, a_key, a_recording, an_audio_format

ACTOR = Actor(LIBRARY, "key:1", Role.EDITOR, request_id="request-1")


def entry(before: Any, after: Any) -> AuditEntry:
    return AuditEntry.of_change("entry-1", NOON, ACTOR, "recording.describe", before=before, after=after)


def test_an_entry_says_who_did_what_to_which_thing_when() -> None:
    recording = a_recording()
    made = entry(recording, recording.described(NOON, title="A cat"))
    assert (made.id, made.library_id, made.at, made.actor, made.request_id) == (
        "entry-1",
        LIBRARY,
        NOON,
        "key:1",
        "request-1",
    )
    assert (made.action, made.subject_kind, made.subject_id) == ("recording.describe", "recording", recording.id)


def test_just_what_changed_is_kept() -> None:
    recording = a_recording(tags=("dog",))
    made = entry(recording, recording.described(NOON + timedelta(hours=1), title="A cat", tags=("cat",)))
    assert made.before == {"tags": ["dog"], "title": "A dog"}
    assert made.after == {"tags": ["cat"], "title": "A cat"}


def test_what_did_not_change_leaves_nothing() -> None:
    recording = a_recording()
    made = entry(recording, recording)
    assert (made.before, made.after) == ({}, {})


def test_a_creation_has_all_after_it_and_an_end_all_before_it() -> None:
    recording = a_recording()
    created, removed = entry(None, recording), entry(recording, None)
    assert (created.before, removed.after) == ({}, {})
    assert created.after == removed.before
    assert created.after["title"] == recording.title
    assert created.subject_id == removed.subject_id == recording.id


def test_the_hash_of_a_token_is_not_told() -> None:
    key = a_key()
    assert key.token_sha256 not in json.dumps([entry(None, key).after, entry(key, key.revoke(NOON)).after])


def test_another_kind_of_thing_is_named_by_its_kind() -> None:
    job = a_job()
    made = entry(job, job.cancelled(NOON))
    assert made.subject_kind == "job"
    assert made.after["status"] == JobStatus.CANCELLED.value


@given(
    tags=st.lists(st.sampled_from(["a", "b"]), unique=True).map(tuple),
    fields=st.dictionaries(st.sampled_from(["a", "b"]), st.one_of(st.none(), st.booleans(), st.integers())),
    audio=st.one_of(st.none(), st.builds(an_audio_format)),
    findings=st.lists(st.builds(a_finding), max_size=2).map(tuple),
    failure=st.one_of(st.none(), st.just(Failure("x", "y"))),
)
def test_before_and_after_are_plain_json_and_differ_in_every_name(**changes: Any) -> None:
    before, after = a_recording(id="1"), a_recording(id="1", **changes)
    made = entry(before, after)
    assert json.loads(json.dumps([made.before, made.after])) == [made.before, made.after]
    assert made.before.keys() == made.after.keys()
    assert all(made.before[name] != made.after[name] for name in made.before)
