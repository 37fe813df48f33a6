"""Listening again: what has not changed is not heard twice, and what a person decided stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.analysis import Analysis
from domain.errors import Conflict, Forbidden, Invalid, LeaseLost, NotFound, Unavailable
from domain.job import Job, JobStatus
from domain.job_kind import JobKind
from domain.policy import Policy, Rule, Verdict
from domain.ports.access import AuditQuery
from domain.recording import Recording, Status
from domain.values import RecordingId
from tests import sounds
from tests.application.conftest import House
from tests.engines import Upgraded
from tests.faults import Faulty, raising


@pytest.fixture
def ready(house: House, tone: bytes) -> Recording:
    sent = house.send(tone)
    house.work()
    return house.recording(sent.id)


def upgrade(house: House, **versions: str) -> Upgraded:
    engine = Upgraded(house.ports.engine(), **versions)
    house.replace("engine", engine)
    return engine


def reanalyse(house: House, *recordings: Recording) -> tuple[Job, ...]:
    ids = [recording.id for recording in recordings]
    jobs: tuple[Job, ...] = house.use.reanalyse()(house.editor, "listen", ids)
    house.work()
    return tuple(house.job(job.id) for job in jobs)


def analysis_of(house: House, recording: Recording) -> Analysis:
    analysis: Analysis = house.use.get_analysis()(house.viewer, recording.id)[1]
    return analysis


def makers(house: House, recording: Recording) -> dict[str, str]:
    found = house.use.list_renditions()(house.viewer, recording.id)
    return {rendition.name: rendition.maker for rendition in found}


def test_what_is_current_is_not_heard_again(house: House, ready: Recording) -> None:
    engine = upgrade(house)
    (job,) = reanalyse(house, ready)
    assert (job.kind, job.status) == (JobKind.ANALYSE, JobStatus.SUCCEEDED)
    assert engine.asked == []
    assert house.recording(ready.id) == ready


def test_only_what_has_changed_is_heard(house: House, ready: Recording) -> None:
    before, made = analysis_of(house, ready), makers(house, ready)
    engine = upgrade(house, waveform="99", loudness="99")
    house.clock.advance(60)
    reanalyse(house, ready)
    assert engine.asked == [frozenset({"waveform", "loudness"})]
    after = analysis_of(house, ready)
    assert after.parts == engine.parts
    assert after.analyser_version == engine.version
    # The sound is the same and so is what was heard, but for the versions of two parts.
    assert [d.name for d in after.descriptors] == [d.name for d in before.descriptors]
    assert [d.value for d in after.descriptors] == [d.value for d in before.descriptors]
    told = {descriptor.version for descriptor in after.descriptors}
    assert "loudness-99" in told
    assert told - {"loudness-99"} == {d.version for d in before.descriptors if not d.version.startswith("loudness")}
    assert after.artefacts.keys() == before.artefacts.keys()
    now = makers(house, ready)
    assert {name: maker for name, maker in now.items() if name in after.artefacts} == after.artefacts
    assert (now["waveform.dat"], now["loudness.dat"]) == ("waveform-99", "loudness-99")
    assert now["spectrogram.png"] == made["spectrogram.png"]
    assert house.recording(ready.id).analysis_key == after.key


def test_versions_stand_side_by_side(house: House, ready: Recording) -> None:
    before = analysis_of(house, ready)
    upgrade(house, quality="99")
    house.clock.advance(60)
    reanalyse(house, ready)
    recording, stored = house.use.list_analyses()(house.viewer, ready.id)
    assert [analysis.key for analysis in stored] == [recording.analysis_key, before.key]
    _, older = house.use.get_analysis()(house.viewer, ready.id, before.analyser_version)
    assert older == before
    with pytest.raises(NotFound):
        house.use.get_analysis()(house.viewer, ready.id, "0")


def test_doing_it_twice_changes_nothing(house: House, ready: Recording) -> None:
    engine = upgrade(house, quality="99")
    (first,) = reanalyse(house, ready)
    before = (house.recording(ready.id), house.blob_keys())
    (second,) = reanalyse(house, ready)
    assert (second.id, second.status) == (first.id, JobStatus.SUCCEEDED)
    assert (house.recording(ready.id), house.blob_keys()) == before
    assert len(engine.asked) == 1


def test_what_waits_already_is_not_started_twice(house: House, ready: Recording) -> None:
    use = house.use.reanalyse()
    (first,), (second,) = use(house.editor, "listen", [ready.id]), use(house.editor, "listen", [ready.id, ready.id])
    assert (second.id, second.claims) == (first.id, 0)


@pytest.mark.parametrize(("port", "method"), [("renditions", "put"), ("analyses", "put"), ("recordings", "save")])
def test_what_was_cut_short_is_finished_by_the_next_attempt(
    house: House, ready: Recording, port: str, method: str
) -> None:
    upgrade(house, waveform="99", quality="99")
    real = getattr(house.ports, port)()
    house.replace(port, Faulty(real, after=raising(method, Unavailable("dying"))))
    reanalyse(house, ready)
    house.replace(port, real)
    house.clock.advance(timedelta(minutes=15))
    house.work()
    after = analysis_of(house, ready)
    assert {maker for name, maker in makers(house, ready).items() if name in after.artefacts} == {
        "waveform-99",
        *(maker for maker in after.artefacts.values() if not maker.startswith("waveform")),
    }
    assert house.recording(ready.id).analysis_key == after.key
    assert {job.status for job in house.jobs()} == {JobStatus.SUCCEEDED}


def test_of_two_recordings_of_the_same_bytes_each_gets_its_files(house: House, ready: Recording, tone: bytes) -> None:
    """The second one's numbers are there from the first; its own waveform is not."""
    second = house.send(tone, keep_duplicate=True)
    house.work()
    engine = upgrade(house, waveform="99", quality="99")
    reanalyse(house, ready)
    reanalyse(house, second)
    assert engine.asked == [frozenset({"waveform", "quality"}), frozenset({"waveform"})]
    assert makers(house, second)["waveform.dat"] == "waveform-99"
    assert house.recording(second.id).analysis_key == house.recording(ready.id).analysis_key


def test_a_recording_that_was_heard_before_there_were_parts_is_heard_whole(house: House, ready: Recording) -> None:
    analyses, before = house.ports.analyses(), analysis_of(house, ready)
    analyses.put(replace(before, parts={}, artefacts=dict.fromkeys(before.artefacts, "listen-1")))
    engine = upgrade(house, quality="99")
    reanalyse(house, ready)
    assert engine.asked == [frozenset(engine.parts)]
    assert analysis_of(house, ready).parts == engine.parts


def test_a_failure_leaves_the_recording_as_it_was(house: House, ready: Recording) -> None:
    engine = upgrade(house, quality="99")
    house.replace("engine", Faulty(engine, before=raising("listen", LeaseLost("lost"))))
    reanalyse(house, ready)
    assert house.recording(ready.id) == ready


def test_what_is_trashed_meanwhile_stays_there_with_what_was_heard(house: House, ready: Recording) -> None:
    upgrade(house, quality="99")
    (job,) = house.use.reanalyse()(house.editor, "listen", [ready.id])
    trashed = house.use.trash_recording()(house.editor, ready.id, ready.version)
    house.work()
    in_trash = house.recording(ready.id)
    assert house.job(job.id).status is JobStatus.SUCCEEDED
    assert (in_trash.status, in_trash.restore_to) == (Status.TRASHED, Status.READY)
    assert in_trash.analysis_key != trashed.analysis_key


def test_it_is_judged_anew_by_the_policy_of_now(house: House) -> None:
    sent = house.send(sounds.silent_wav())
    house.work()
    house.use.set_policy()(house.admin, Policy((Rule("all-silence", Verdict.QUARANTINE),)), 1)
    engine = upgrade(house)
    reanalyse(house, sent)
    assert engine.asked == []
    assert house.recording(sent.id).status is Status.QUARANTINED


def test_what_a_person_decided_stays(house: House) -> None:
    house.use.set_policy()(house.admin, Policy((Rule("all-silence", Verdict.QUARANTINE),)), 1)
    sent = house.send(sounds.silent_wav())
    house.work()
    released = house.use.release_recording()(house.editor, sent.id, house.recording(sent.id).version)
    upgrade(house, quality="99")
    reanalyse(house, sent)
    after = house.recording(sent.id)
    assert (after.status, after.judgement) == (Status.READY, released.judgement)
    assert after.analysis_key != released.analysis_key


SILENCE_IS_REJECTED = Policy((Rule("all-silence", Verdict.REJECT),))


@pytest.fixture
def rejected(house: House) -> Recording:
    """By a policy that the library has no more."""
    house.use.set_policy()(house.admin, SILENCE_IS_REJECTED, 1)
    sent = house.send(sounds.silent_wav())
    house.work()
    rejected = house.recording(sent.id)
    assert rejected.failure is not None
    assert (rejected.status, rejected.failure.code) == (Status.FAILED, "rejected-by-policy")
    house.use.set_policy()(house.admin, Policy(), 2)
    return rejected


@pytest.mark.parametrize(
    ("rules", "status"),
    [((), Status.READY), ((Rule("all-silence", Verdict.QUARANTINE),), Status.QUARANTINED)],
)
def test_what_a_policy_rejected_comes_into_use_by_a_milder_one(
    house: House, rejected: Recording, rules: tuple[Rule, ...], status: Status
) -> None:
    house.use.set_policy()(house.admin, Policy(rules), 3)
    (job,) = reanalyse(house, rejected)
    assert job.status is JobStatus.SUCCEEDED
    after = house.recording(rejected.id)
    assert (after.status, after.failure) == (status, None)
    assert "preview.mp3" in makers(house, rejected)
    (entry,) = house.use.search_audit()(house.admin, AuditQuery(action="recording.analyse")).items
    assert (entry.before["status"], entry.after["status"]) == ("failed", status)


def test_what_a_policy_rejected_stays_so_by_the_same_one(house: House, rejected: Recording) -> None:
    house.use.set_policy()(house.admin, SILENCE_IS_REJECTED, 3)
    reanalyse(house, rejected)
    assert house.recording(rejected.id) == rejected
    assert "preview.mp3" not in makers(house, rejected)


def test_all_of_a_library_is_judged_anew_but_for_what_a_person_rejected(house: House, rejected: Recording) -> None:
    house.use.set_policy()(house.admin, Policy((Rule("all-silence", Verdict.QUARANTINE),)), 3)
    held_back = house.send(sounds.silent_wav(seconds=2.0))
    house.work()
    refused = house.use.reject_recording()(house.editor, held_back.id, house.recording(held_back.id).version)
    with pytest.raises(Conflict):
        house.use.reanalyse()(house.editor, "listen", [refused.id])
    assert house.use.reanalyse_library()(house.editor, stale_only=False) == 1
    house.work()
    assert house.recording(refused.id) == refused
    assert house.recording(rejected.id).status is Status.QUARANTINED


def test_what_lies_in_the_trash_is_not_listened_to_again(house: House, ready: Recording) -> None:
    house.use.trash_recording()(house.editor, ready.id, ready.version)
    with pytest.raises(Conflict):
        house.use.reanalyse()(house.editor, "listen", [ready.id])


def test_of_two_with_the_same_bytes_the_rejected_one_stays_rejected(house: House, rejected: Recording) -> None:
    newer = house.send(sounds.silent_wav())
    house.work()
    (job,) = reanalyse(house, rejected)
    assert job.failure is not None
    assert (job.status, job.failure.code) == (JobStatus.FAILED, "duplicate-recording")
    assert house.recording(rejected.id) == rejected
    assert house.recording(newer.id).status is Status.READY


@pytest.mark.parametrize(("port", "method"), [("jobs", "add"), ("recordings", "save")])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_judgement_that_was_cut_short_is_finished_with_previews(
    house: House, rejected: Recording, port: str, method: str, when: str
) -> None:
    (job,) = house.use.reanalyse()(house.editor, "listen", [rejected.id])
    real = getattr(house.ports, port)()
    fault = raising(method, Unavailable("dying"))
    house.replace(port, Faulty(real, before=fault) if when == "before" else Faulty(real, after=fault))
    house.work()
    assert house.job(job.id).status is JobStatus.QUEUED
    house.replace(port, real)
    house.clock.advance(timedelta(minutes=15))
    house.use.sweep()()
    house.work()
    assert house.recording(rejected.id).status is Status.READY
    assert "preview.mp3" in makers(house, rejected)


def test_a_request_that_is_wrong_in_part_starts_nothing(house: House, ready: Recording, tone: bytes) -> None:
    waiting = house.send(sounds.tone_wav(seconds=0.2))
    jobs = house.jobs()
    reanalyse_ = house.use.reanalyse()
    with pytest.raises(NotFound) as refused:
        reanalyse_(house.editor, "listen", [ready.id, RecordingId("nothing")])
    assert refused.value.data["unknown"] == ["nothing"]
    with pytest.raises(Conflict) as refused_too:
        reanalyse_(house.editor, "listen", [ready.id, waiting.id])
    assert refused_too.value.data["recordings"] == [waiting.id]
    for analyser, ids in (("other", [ready.id]), ("listen", []), ("listen", [ready.id] * 1001)):
        with pytest.raises(Invalid):
            reanalyse_(house.editor, analyser, ids)
    with pytest.raises(NotFound):
        reanalyse_(house.stranger(), "listen", [ready.id])
    with pytest.raises(Forbidden):
        reanalyse_(house.viewer, "listen", [ready.id])
    assert house.jobs() == jobs


def test_a_library_is_analysed_again_where_it_is_stale_or_all_of_it(house: House, ready: Recording) -> None:
    upgrade(house, quality="99")
    fresh = house.send(sounds.tone_wav(seconds=0.2))
    house.work()
    use = house.use.reanalyse_library()
    assert use(house.editor, stale_only=True) == 1
    house.work()
    assert (use(house.editor, stale_only=True), use(house.editor, stale_only=False)) == (0, 2)
    assert {job.recording_id for job in house.jobs() if job.kind is JobKind.ANALYSE} == {ready.id, fresh.id}
    assert use(house.stranger(), stale_only=False) == 0
    with pytest.raises(Forbidden):
        use(house.viewer, stale_only=True)


def test_the_trash_takes_all_analyses_along(house: House, ready: Recording) -> None:
    upgrade(house, quality="99")
    reanalyse(house, ready)
    assert len(house.use.list_analyses()(house.viewer, ready.id)[1]) == 2
    house.use.trash_recording()(house.editor, ready.id, house.recording(ready.id).version)
    house.clock.advance(timedelta(days=31))
    house.use.empty_trash()()
    assert house.ports.analyses().of_content(ready.library_id, ready.sha256) == ()
