"""Whether a recording may be used: by the library's policy, and by a person where the policy holds it back."""

from dataclasses import dataclass

from application.changes import ChangeRecording
from application.notices import Notices
from application.recipe_rules import FollowRules
from application.work import StartJob
from domain.access import Actor, Library, Permission
from domain.analysis import Analysis
from domain.audit import AuditEntry
from domain.errors import VersionMismatch
from domain.job_kind import JobKind
from domain.policy import Judgement, Policy
from domain.ports.access import Libraries
from domain.ports.world import Clock, Ids
from domain.recording import Recording
from domain.values import LibraryId, RecordingId


@dataclass(frozen=True)
class Judge:
    """By the library's policy as it is now."""

    libraries: Libraries

    def __call__(self, library_id: LibraryId, analysis: Analysis) -> Judgement:
        policy = self.libraries.get(library_id).policy
        return policy.judge(analysis.findings, analysis.audio.duration_seconds or 0.0)


@dataclass(frozen=True)
class SetPolicy:
    """For what is heard from now on; what has been judged stays so until it is analysed again."""

    libraries: Libraries
    notices: Notices
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, policy: Policy, version: int) -> Library:
        actor.require(Permission.ADMINISTER)
        library = self.libraries.get(actor.library_id)
        if library.version != version:
            raise VersionMismatch("The library has changed. Load its policy again, then repeat the change.")
        governed = library.governed(policy)
        if governed is not library:
            entry = AuditEntry.of_change(
                self.ids.next(), self.clock.now(), actor, "library.govern", before=library, after=governed
            )
            events = self.notices.of_library(governed)
            self.libraries.save(governed, replaces=library.version, audit=entry, events=events)
            self.notices.hand_on(events)
        return governed


@dataclass(frozen=True)
class ReleaseRecording:
    """A person lets through what the policy holds back. The same decision again changes nothing."""

    change_recording: ChangeRecording
    start_job: StartJob
    follow_rules: FollowRules

    def __call__(self, actor: Actor, recording_id: RecordingId, version: int, note: str | None = None) -> Recording:
        actor.require(Permission.WRITE)
        recording = self.change_recording(
            actor,
            recording_id,
            "recording.release",
            lambda current, now: current.released(actor.name, note, now),
            version=version,
        )
        self.start_job(actor, JobKind.PREVIEW, recording.id)  # what was rejected at once has none
        self.follow_rules(actor, recording)
        return recording


@dataclass(frozen=True)
class RejectRecording:
    """A person refuses what lies in quarantine. The same decision again changes nothing."""

    change_recording: ChangeRecording

    def __call__(self, actor: Actor, recording_id: RecordingId, version: int, note: str | None = None) -> Recording:
        actor.require(Permission.WRITE)
        return self.change_recording(
            actor,
            recording_id,
            "recording.reject",
            lambda current, now: current.rejected(actor.name, note, now),
            version=version,
        )


@dataclass(frozen=True)
class ReopenRecording:
    """Takes back what a person has decided: it waits in quarantine again. What the decision has started stays."""

    change_recording: ChangeRecording

    def __call__(self, actor: Actor, recording_id: RecordingId, version: int) -> Recording:
        actor.require(Permission.WRITE)
        return self.change_recording(
            actor, recording_id, "recording.reopen", lambda current, now: current.reopened(now), version=version
        )
