"""The recording: an original that never changes, what is known of it, and its lifecycle."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.analysis import Analysis, AudioFormat, Finding
from domain.blob_keys import original_key, reference_key
from domain.errors import IllegalTransition
from domain.fixity import Fixity
from domain.lineage import Lineage
from domain.policy import Judgement, Verdict
from domain.source import Source
from domain.values import (
    Failure,
    LibraryId,
    RecordingId,
    Scalar,
    checked_fields,
    checked_tags,
    display_name,
    plain_text,
)

MAX_TITLE_CHARS = 255
MAX_NOTE_CHARS = 1000


class Status(StrEnum):
    RECEIVING = "receiving"  # its bytes are being put together
    PROCESSING = "processing"  # its bytes are safe; it waits to be heard or is being heard
    READY = "ready"
    QUARANTINED = "quarantined"  # heard, and held back until somebody decides
    FAILED = "failed"
    TRASHED = "trashed"


TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.RECEIVING: frozenset({Status.PROCESSING, Status.FAILED, Status.TRASHED}),
    Status.PROCESSING: frozenset({Status.READY, Status.QUARANTINED, Status.FAILED, Status.TRASHED}),
    Status.READY: frozenset({Status.PROCESSING, Status.QUARANTINED, Status.FAILED, Status.TRASHED}),
    Status.QUARANTINED: frozenset({Status.PROCESSING, Status.READY, Status.FAILED, Status.TRASHED}),
    Status.FAILED: frozenset(set(Status) - {Status.FAILED}),
    Status.TRASHED: frozenset(set(Status) - {Status.TRASHED}),
}

JUDGED: Mapping[Verdict, Status] = {
    Verdict.ACCEPT: Status.READY,
    Verdict.QUARANTINE: Status.QUARANTINED,
    Verdict.REJECT: Status.FAILED,
}
"""What a recording becomes that was heard."""

_DECIDABLE = {
    "release": "Only one that a verdict holds back can be released.",
    "reject": "Only one in quarantine can be rejected.",
    "reopen": "No person's decision has made it so.",
}


@dataclass(frozen=True, slots=True)
class Recording:
    """Every change gives a new value with the next version; `sha256` is None only until the bytes are complete.

    `keep_duplicate` says that its owner wants it although the library has the same bytes elsewhere.
    `judgement` is what was made of what was heard, by the library's policy or by a person; None until then.
    `restore_to` is the status that a trashed recording goes back to, None once it is being removed for good.
    `upload_id` is set while the bytes still lie in the parts of an upload. `source` is the object that an import made
    it of, `lineage` the recording that a recipe made it of. `fixity` is what was found of its bytes, None until then.
    `loudness_lufs` is its integrated loudness, None until it is heard and where there is none to measure.
    """

    id: RecordingId
    library_id: LibraryId
    title: str
    filename: str
    content_type: str
    blob_key: str
    size_bytes: int
    status: Status
    created_at: datetime
    updated_at: datetime
    sha256: str | None = None
    version: int = 1
    tags: tuple[str, ...] = ()
    fields: Mapping[str, Scalar] = field(default_factory=dict)
    audio: AudioFormat | None = None
    findings: tuple[Finding, ...] = ()
    analysis_key: str | None = None
    judgement: Judgement | None = None
    failure: Failure | None = None
    keep_duplicate: bool = False
    upload_id: str | None = None
    trashed_at: datetime | None = None
    restore_to: Status | None = None
    source: Source | None = None
    lineage: Lineage | None = None
    fixity: Fixity | None = None
    loudness_lufs: float | None = None

    @classmethod
    def receive(
        cls,
        recording_id: RecordingId,
        library_id: LibraryId,
        *,
        filename: str,
        content_type: str,
        size_bytes: int,
        now: datetime,
        sha256: str | None = None,
        audio: AudioFormat | None = None,
        keep_duplicate: bool = False,
        tags: tuple[str, ...] = (),
        upload_id: str | None = None,
        source: Source | None = None,
        lineage: Lineage | None = None,
    ) -> "Recording":
        """A new recording: processing when its bytes are all there (`sha256` known), receiving otherwise."""
        name, own_key = display_name(filename), original_key(library_id, recording_id)
        return cls(
            id=recording_id,
            library_id=library_id,
            title=name.rpartition(".")[0] or name,
            filename=name,
            content_type=content_type,
            blob_key=reference_key(source.url, source.etag) if source and source.by_reference else own_key,
            size_bytes=size_bytes,
            status=Status.RECEIVING if sha256 is None else Status.PROCESSING,
            created_at=now,
            updated_at=now,
            sha256=sha256,
            audio=audio,
            keep_duplicate=keep_duplicate,
            tags=tags,
            upload_id=upload_id,
            source=source,
            lineage=lineage,
        )

    @property
    def claims_content(self) -> bool:
        """Whether no other recording of the library that claims its content may have the same bytes."""
        return self.sha256 is not None and not self.keep_duplicate and self.is_live

    @property
    def is_live(self) -> bool:
        return self.status not in {Status.TRASHED, Status.FAILED}

    @property
    def standing(self) -> Status | None:
        """Its status, or in the trash the one that it would come back with."""
        return self.restore_to if self.status is Status.TRASHED else self.status

    def assembled(self, size_bytes: int, sha256: str, now: datetime) -> "Recording":
        """Its uploaded parts have become one original. One that was trashed meanwhile stays in the trash."""
        changed = self._reached(Status.PROCESSING, now)
        return replace(changed, size_bytes=size_bytes, sha256=sha256, upload_id=None, judgement=None, failure=None)

    @property
    def is_heard(self) -> bool:
        """It can be listened to, whether or not it may be used."""
        return self.standing in {Status.READY, Status.QUARANTINED}

    @property
    def may_be_judged(self) -> bool:
        """It was heard, and what became of it is the policy's to say, or was let through by a person."""
        told = self.judgement
        by_policy = told is not None and told.verdict is Verdict.REJECT and told.decided_by is None
        return self.is_heard or (self.standing is Status.FAILED and by_policy)

    def heard(self, analysis: Analysis, judgement: Judgement, now: datetime) -> "Recording":
        """What was heard in it, for the first time or anew, and what becomes of it; what a person has decided stays.
        In the trash it stays there, and comes back as it was judged. What it says already changes nothing."""
        if self.standing is not Status.PROCESSING and not self.may_be_judged:
            raise IllegalTransition(f"The recording is {self.status} and not to be heard.", status=str(self.status))
        if self.judgement is not None and self.judgement.decided_by is not None:
            judgement = self.judgement
        heard = replace(
            self._judged(judgement, now),
            audio=analysis.audio,
            findings=analysis.findings,
            analysis_key=analysis.key,
            loudness_lufs=analysis.number("integrated_loudness"),
        )
        return self if replace(heard, version=self.version, updated_at=self.updated_at) == self else heard

    @property
    def decisions(self) -> tuple[str, ...]:
        """What a person can do about its verdict."""
        if self.status is Status.QUARANTINED:
            return ("release", "reject")
        was_rejected = self.judgement is not None and self.judgement.verdict is Verdict.REJECT
        releasable = ("release",) if self.status is Status.FAILED and was_rejected else ()
        return (*releasable, "reopen") if any(map(self._was_decided, Verdict)) else releasable

    def released(self, by: str, note: str | None, now: datetime) -> "Recording":
        """Ready, since a person says so, whatever made the policy hold it back. Releasing it again changes nothing."""
        return self._decided("release", Verdict.ACCEPT, by, note, now)

    def rejected(self, by: str, note: str | None, now: datetime) -> "Recording":
        """Failed, since a person says so. Rejecting it again changes nothing."""
        return self._decided("reject", Verdict.REJECT, by, note, now)

    def reopened(self, now: datetime) -> "Recording":
        """Back in quarantine, as if nobody had decided: the decision was a mistake. What it has started stays."""
        return self._judged(Judgement(Verdict.QUARANTINE, self._reasons_to("reopen")), now)

    def _was_decided(self, verdict: Verdict) -> bool:
        told = self.judgement
        return told is not None and told.decided_by is not None and self.status is JUDGED[verdict]

    def _decided(self, decision: str, verdict: Verdict, by: str, note: str | None, now: datetime) -> "Recording":
        if self._was_decided(verdict):
            return self
        note = None if note is None else plain_text(note, "note", MAX_NOTE_CHARS)
        return self._judged(Judgement(verdict, self._reasons_to(decision), by, note), now)

    def _reasons_to(self, decision: str) -> tuple[str, ...]:
        if decision not in self.decisions:
            raise IllegalTransition(f"The recording is {self.status}. {_DECIDABLE[decision]}", status=str(self.status))
        return self.judgement.reasons if self.judgement else ()

    def _judged(self, judgement: Judgement, now: datetime) -> "Recording":
        target = JUDGED[judgement.verdict]
        changed = self._next(now) if self.standing is target else self._reached(target, now)
        return replace(changed, judgement=judgement, failure=judgement.failure)

    def failed(self, failure: Failure, now: datetime) -> "Recording":
        return replace(self._reached(Status.FAILED, now), failure=failure)

    def retried(self, now: datetime) -> "Recording":
        """A failed one goes back to where its bytes stand."""
        if self.status is not Status.FAILED:
            raise IllegalTransition(f"The recording is {self.status} and has not failed.", status=str(self.status))
        target = Status.RECEIVING if self.sha256 is None else Status.PROCESSING
        return replace(self._to(target, now), failure=None, judgement=None)

    def described(
        self,
        now: datetime,
        *,
        title: str | None = None,
        tags: tuple[str, ...] | None = None,
        fields: Mapping[str, Scalar] | None = None,
    ) -> "Recording":
        """With another title, tags or fields; None leaves one as it is."""
        if self.status is Status.TRASHED:
            raise IllegalTransition("The recording is in the trash. Restore it first.", status=str(self.status))
        return self._next(
            now,
            title=self.title if title is None else plain_text(title, "title", MAX_TITLE_CHARS),
            tags=self.tags if tags is None else checked_tags(tags),
            fields=self.fields if fields is None else checked_fields(fields),
        )

    def sourced(self, source: Source, now: datetime) -> "Recording":
        """Known as made of that object, whose bytes it has. What it says already changes nothing."""
        return self if source == self.source else self._next(now, source=source)

    def checked(self, fixity: Fixity) -> "Recording":
        """After its bytes were looked at. That all is well is no change of its own: `updated_at` stays what it is."""
        at = self.updated_at if fixity.is_as_good_as(self.fixity) else fixity.checked_at
        return self._next(at, fixity=fixity) if fixity.is_news_to(self.fixity) else self

    def trashed(self, now: datetime) -> "Recording":
        return replace(self._to(Status.TRASHED, now), trashed_at=now, restore_to=self.status)

    def restored(self, now: datetime) -> "Recording":
        if self.status is not Status.TRASHED or self.restore_to is None:
            raise IllegalTransition("The recording is not in the trash, or not any more.", status=str(self.status))
        return replace(self._to(self.restore_to, now), trashed_at=None, restore_to=None)

    def purging(self, now: datetime) -> "Recording":
        """Given up for good: from here on it cannot be restored, and what belongs to it may be taken away."""
        if self.status is not Status.TRASHED:
            raise IllegalTransition("Only what is in the trash can be removed.", status=str(self.status))
        return self._next(now, restore_to=None)

    def may_be_purged(self, now: datetime, retention: timedelta) -> bool:
        return self.trashed_at is not None and self.trashed_at + retention <= now

    def _reached(self, target: Status, now: datetime) -> "Recording":
        """What background work has come to. One that was trashed meanwhile stays there, and will come back so."""
        if self.status is not Status.TRASHED:
            return self._to(target, now)
        if self.restore_to is None:
            raise IllegalTransition("The recording is being removed.", status=str(self.status))
        return self._next(now, restore_to=target)

    def _to(self, target: Status, now: datetime) -> "Recording":
        if target not in TRANSITIONS[self.status]:
            words = f"A recording that is {self.status} cannot become {target}."
            raise IllegalTransition(words, status=str(self.status), target=str(target))
        return self._next(now, status=target)

    def _next(self, now: datetime, **changes: object) -> "Recording":
        return replace(self, updated_at=now, version=self.version + 1, **changes)  # type: ignore[arg-type]  # names checked by replace
