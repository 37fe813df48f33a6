"""What a batch would do, before it is started."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from application.batches import work_of
from application.crews import CallCrews
from application.item_work import ItemWork
from application.predict_work import seconds_of
from application.selecting import CheckSelection, Selected, SelectRecordings
from domain.access import Actor, Permission
from domain.batch import Batch, Counts, Selection, Work
from domain.errors import NotFound
from domain.job_kind import JobKind
from domain.parameter import Setting
from domain.ports.batches import Batches
from domain.ports.recordings import Recordings
from domain.ports.work import JobQuery, Jobs
from domain.ports.world import Clock
from domain.recording import Recording
from domain.values import Failure, LibraryId, Page, RecordingId, Scalar

MAX_RECORDINGS = 20_000
WITHIN = timedelta(seconds=20)
"""Somebody waits for the answer."""

NAMED = 5
SHOWN = 20
LOOKED_BACK = 50  # jobs of batches, newest first, for one that tells how long the work takes
NAMES = ("recipe", "model", "analyser", "action")
"""Settings that make it another work: how long one takes says nothing of how long another does."""


@dataclass
class Refusals:
    """Recordings that would be refused for one reason; `detail` is of the first, and `recordings` are some of them."""

    code: str
    detail: str
    count: int = 0
    recordings: list[RecordingId] = field(default_factory=list)


@dataclass
class Plan:
    """`recordings` are all that were looked at, refused ones too; the sums are of the others. `complete` is false where
    there are more. `bytes_out` is what can be told; of `bytes_out_unknown` recordings it cannot.

    `changes` are those of the first recordings. `seconds` None: `no_estimate` says why.
    """

    settings: Mapping[str, Setting]
    recordings: int = 0
    refused: int = 0
    audio_seconds: float = 0.0
    bytes_in: int = 0
    bytes_out: int = 0
    bytes_out_unknown: int = 0
    refusals: dict[str, Refusals] = field(default_factory=dict)
    changes: dict[RecordingId, Mapping[str, Scalar]] = field(default_factory=dict)
    complete: bool = True
    seconds: float | None = None
    no_estimate: str | None = None

    def refuse(self, recording_id: RecordingId, refusal: Failure) -> None:
        self.refused += 1
        found = self.refusals.setdefault(refusal.code, Refusals(refusal.code, refusal.detail))
        found.count += 1
        if len(found.recordings) < NAMED:
            found.recordings.append(recording_id)


@dataclass(frozen=True)
class PlanBatch:
    """Goes through what is selected, up to 20,000 recordings or for 20 s, and asks of each what would become of it.

    How long it takes is reckoned by the latest batch that did the same work: null with a reason where there is none.
    """

    batches: Batches
    jobs: Jobs
    recordings: Recordings
    works: Mapping[Work, ItemWork]
    check_selection: CheckSelection
    select_recordings: SelectRecordings
    call_crews: CallCrews
    clock: Clock

    def __call__(self, actor: Actor, work: Work, asked: Mapping[str, object], selection: Selection) -> Plan:
        actor.require(Permission.WRITE)
        does = work_of(self.works, work)
        plan = Plan(does.settled(actor, asked))
        self.check_selection(actor, selection)
        self._look(plan, does, actor.library_id, replace(selection, before=self.clock.now()))
        return self._estimated(plan, actor.library_id, work)

    def _look(self, plan: Plan, work: ItemWork, library_id: LibraryId, selection: Selection) -> None:
        until, cursor = self.clock.now() + WITHIN, None
        while plan.complete:
            page: Page[Selected] = self.select_recordings(library_id, selection, cursor)
            for selected in page.items:
                if plan.recordings >= MAX_RECORDINGS or self.clock.now() >= until:
                    plan.complete = False
                    return
                plan.recordings += 1
                self._foresee(plan, work, library_id, selected)
            if page.next_cursor is None:
                return
            cursor = page.next_cursor
            plan.complete = self.clock.now() < until  # nothing of a page may be in a sample

    def _foresee(self, plan: Plan, work: ItemWork, library_id: LibraryId, selected: Selected) -> None:
        try:
            recording: Recording = selected.recording or self.recordings.get(library_id, selected.recording_id)
        except NotFound as error:
            plan.refuse(selected.recording_id, Failure.from_error(error))
            return
        foreseen = work.foreseen({**plan.settings, **selected.settings}, recording)
        if foreseen.refusal is not None:
            plan.refuse(recording.id, foreseen.refusal)
            return
        plan.audio_seconds += seconds_of(recording)
        plan.bytes_in += recording.size_bytes
        plan.bytes_out += foreseen.bytes_out or 0
        plan.bytes_out_unknown += foreseen.bytes_out is None
        if foreseen.changes and len(plan.changes) < SHOWN:
            plan.changes[recording.id] = foreseen.changes

    def _estimated(self, plan: Plan, library_id: LibraryId, work: Work) -> Plan:
        counts = self._latest(library_id, work, plan.settings)
        if counts is None:
            plan.no_estimate = "No batch has done this work in the library yet, so nobody knows how long it takes."
        elif counts.audio_seconds and not self.works[work].is_quick:
            plan.seconds = plan.audio_seconds * counts.busy_seconds / counts.audio_seconds / self.call_crews.slots(work)
        else:
            each = counts.busy_seconds / counts.ended
            plan.seconds = (plan.recordings - plan.refused) * each / self.call_crews.slots(work)
        return plan

    def _latest(self, library_id: LibraryId, work: Work, settings: Mapping[str, Setting]) -> Counts | None:
        """Of the latest batch with the same work that has done something that took time."""
        for job in self.jobs.search(library_id, JobQuery(kind=JobKind.BATCH, limit=LOOKED_BACK)).items:
            if job.parameters.get("work") != work:
                continue
            batch: Batch = self.batches.get(library_id, job.id)
            if all(batch.settings.get(name) == settings.get(name) for name in NAMES):
                counts = self.batches.counts(library_id, job.id)
                if counts.ended and counts.busy_seconds > 0:
                    return counts
        return None
