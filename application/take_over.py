"""What was heard in bulk is taken over into a library, so that nothing of it need be heard again."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from application.analyse import current_key
from application.changes import ChangeRecording
from application.duplicates import KeepIdentity
from application.import_plan import ImportMode
from application.import_source import Became, ImportObject
from application.judge import Judge
from application.keep_rendition import KeepRendition
from application.work import StartJob
from domain.access import Actor, Permission
from domain.analysis import Analysis
from domain.bulk import BulkResult, KeptArtefact, artefact_name
from domain.errors import AudioBackendError, LeaseLost, NotFound, Unavailable
from domain.job_kind import JobKind
from domain.listing import Field, Filter, Op, RecordingQuery
from domain.ports.audio import AudioEngine
from domain.ports.blobs import Workspaces
from domain.ports.bulk import BulkResults
from domain.ports.recordings import Analyses, Recordings, Renditions
from domain.ports.sources import Sources
from domain.ports.world import Ids
from domain.recording import Recording, Status
from domain.source import SourceObject, Step, StepKind, checked_address
from domain.values import Failure

MOST_SAME = 100
"""Recordings of the same bytes that take over one result; a library has more only where duplicates are kept."""


class Taken(StrEnum):
    STORED = "stored"  # a recording of these bytes stands on it now, or has it beside its own
    KNOWN = "known"  # they stood on it already
    UNKNOWN = "unknown"  # no recording of the library has these bytes
    FAILED = "failed"  # it could not be heard, or not be taken over


@dataclass(frozen=True)
class TakenResult:
    path: str
    taken: Taken
    failure: Failure | None = None


@dataclass(frozen=True)
class Creation:
    """From where recordings are made of results that no recording has the bytes of: results' paths lie below it."""

    address: str
    mode: ImportMode


@dataclass(frozen=True)
class TakeOverResults:
    """All parts in a folder of results, row after row. What is stored stays: doing it again changes nothing."""

    sources: Sources
    bulk_results: BulkResults
    workspaces: Workspaces
    take_over_result: "TakeOverResult"

    def __call__(self, actor: Actor, address: str, creation: Creation | None = None) -> Iterator[TakenResult]:
        actor.require(Permission.WRITE)
        folder = checked_address(address.rstrip("/") + "/")
        for part in self.sources.list(folder):
            if "/" in part.url.removeprefix(folder) or not part.url.endswith(self.bulk_results.suffix):
                continue
            with self.workspaces.open() as workspace:
                for result in self.bulk_results.read(self._fetched(part, workspace)):
                    yield self.take_over_result(actor, folder, result, creation)

    def _fetched(self, part: SourceObject, workspace: Path) -> Path:
        path = workspace / f"part{self.bulk_results.suffix}"
        with path.open("wb") as file:
            for chunk in self.sources.read(part):
                file.write(chunk)
        return path


@dataclass(frozen=True)
class TakeOverResult:
    recordings: Recordings
    sources: Sources
    engine: AudioEngine
    import_object: ImportObject
    keep_result: "KeepResult"

    def __call__(self, actor: Actor, folder: str, result: BulkResult, creation: Creation | None) -> TakenResult:
        analysis = result.analysis
        if analysis is None:
            return TakenResult(result.path, Taken.FAILED, result.failure)
        try:
            recordings = self._of_content(actor, analysis.content_sha256)
            if not recordings and creation is not None:
                failure = self._create(actor, result, creation)
                if failure is not None:
                    return TakenResult(result.path, Taken.FAILED, failure)
                recordings = self._of_content(actor, analysis.content_sha256)
            if not recordings:
                return TakenResult(result.path, Taken.UNKNOWN)
            kept = [self.keep_result(actor, recording, analysis, result.artefacts, folder) for recording in recordings]
        except Unavailable:
            raise
        except AudioBackendError as error:
            return TakenResult(result.path, Taken.FAILED, Failure.from_error(error))
        return TakenResult(result.path, Taken.STORED if any(kept) else Taken.KNOWN)

    def _of_content(self, actor: Actor, sha256: str) -> tuple[Recording, ...]:
        same = RecordingQuery((Filter(Field.SHA256, Op.EQ, sha256),), limit=MOST_SAME)
        return self.recordings.search(actor.library_id, same).items

    def _create(self, actor: Actor, result: BulkResult, creation: Creation) -> Failure | None:
        found = self.sources.find(checked_address(creation.address) + result.path)
        made = self.import_object(actor, Step(StepKind.NEW, found, None), creation.mode)
        return None if made.became is Became.ADDED else made.failure


@dataclass(frozen=True)
class KeepResult:
    """The analysis and the files of one recording. It comes to stand on them when the analyser is the one of now, as
    its job would have had it; an older analysis is kept beside its own.

    What it writes has a fence of its own, later than those of all jobs that there are.
    """

    analyses: Analyses
    renditions: Renditions
    sources: Sources
    engine: AudioEngine
    keep_rendition: KeepRendition
    keep_identity: KeepIdentity
    judge: Judge
    change_recording: ChangeRecording
    start_job: StartJob
    ids: Ids

    def __call__(
        self,
        actor: Actor,
        recording: Recording,
        analysis: Analysis,
        artefacts: tuple[KeptArtefact, ...],
        folder: str,
    ) -> bool:
        """Whether anything is other than before."""
        fence = f"{self.ids.next()}:{0:06d}"
        analysis = replace(analysis, library_id=recording.library_id, fence=fence)
        stored = self.analyses.find(recording.library_id, analysis.key)
        is_current = analysis.key == current_key(self.engine, recording)
        if stored is not None and (not is_current or recording.analysis_key == analysis.key):
            return False
        if is_current:
            for artefact in artefacts:
                url = f"{folder}{artefact_name(analysis.content_sha256, artefact.name)}"
                self._keep(recording, artefact, url, fence)
        if stored is None:
            self.analyses.put(analysis)
        if is_current:
            self._stand_on(actor, recording, stored or analysis)
        return True

    def _keep(self, recording: Recording, artefact: KeptArtefact, url: str, fence: str) -> None:
        """What an earlier run or a job has made stays, and what was not kept is made when the recording is heard."""
        maker = artefact.version
        try:
            made = self.renditions.get(recording.library_id, recording.id, artefact.name)
            if made.maker == maker and made.content_sha256 == recording.sha256:
                return
        except NotFound:
            pass
        try:
            found = self.sources.find(url)
        except NotFound:
            return
        with suppress(LeaseLost):  # a later job has just made it, or the recording was removed
            self.keep_rendition.of_bytes(self.sources.read(found), recording, artefact, maker, fence)

    def _stand_on(self, actor: Actor, recording: Recording, analysis: Analysis) -> None:
        self.keep_identity(recording, analysis)
        judgement = self.judge(recording.library_id, analysis)

        def change(current: Recording, now: datetime) -> Recording:
            waits = current.standing is Status.PROCESSING
            return current.heard(analysis, judgement, now) if waits or current.may_be_judged else current

        if self.change_recording(actor, recording.id, "recording.hear", change).is_heard:
            self.start_job(actor, JobKind.PREVIEW, recording.id)
