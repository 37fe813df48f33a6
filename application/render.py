"""A recording's sound, changed by the steps of a recipe and listened to: nothing comes out of here unproven."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from application.correct import corrected
from domain.analysis import Analysis, Artefact
from domain.errors import Conflict
from domain.ports.audio import AudioEngine, Progress
from domain.ports.blobs import Blobs
from domain.ports.recordings import Analyses, Recordings
from domain.processing import Known, LongTrim, Processed, Processing, Produced
from domain.proof import Measured, Proof, clipping_seconds
from domain.recipe import steps_digest
from domain.recording import Recording, Status
from domain.step import Step
from domain.stretch import Stretch
from domain.values import LibraryId, RecordingId

MEASURES = frozenset({"loudness", "quality"})
"""The parts of the analyser that a proof needs: loudness and true peak, and clipping."""

PROCESS = "process"  # the renderer's name
_PROCESS_SHARE = 0.75  # of the time, where nothing has to be done twice


@dataclass(frozen=True, slots=True)
class Proven:
    artefact: Artefact
    proof: Proof
    measured: Measured


@dataclass(frozen=True, slots=True)
class Rendered:
    """One file or several; none where a person has to be asked (`long_trim`). `notes` as the engine wrote them."""

    files: tuple[Proven, ...]
    input_seconds: float
    notes: Mapping[str, float | str]
    long_trim: LongTrim | None = None


@dataclass(frozen=True)
class Render:
    """Where an encoder has pushed a file over its ceiling or off its loudness, once more with that made up for.

    Files are left in the workspace. Raises ProofFailed when one of them is not what was promised, Conflict when a
    recording that is joined is not ready, and what the engine raises.
    """

    recordings: Recordings
    analyses: Analyses
    blobs: Blobs
    engine: AudioEngine

    def key(self, recording: Recording, steps: Sequence[Step]) -> str:
        """Names the result by all that makes it."""
        joined = [other.sha256 for other in self.joined(recording.library_id, steps)]
        made_by = [recording.sha256, steps_digest(steps), self.engine.renderers[PROCESS], joined]
        return hashlib.sha256(json.dumps(made_by, separators=(",", ":")).encode()).hexdigest()

    def joined(self, library_id: LibraryId, steps: Sequence[Step]) -> tuple[Recording, ...]:
        """The recordings that steps name."""
        ids = dict.fromkeys(RecordingId(each) for step in steps for each in _joined_ids(step))
        return tuple(require_ready(self.recordings.get(library_id, each)) for each in ids)

    def __call__(
        self,
        recording: Recording,
        steps: tuple[Step, ...],
        stem: str,
        workspace: Path,
        progress: Progress,
        *,
        allow_long_trim: bool = False,
    ) -> Rendered:
        with self.blobs.as_file(recording.blob_key) as path:
            made = self.trial(
                path, recording, steps, stem, workspace, progress=progress, allow_long_trim=allow_long_trim
            )
        for file in made.files:
            file.proof.require(file.artefact.name)
        return made

    def trial(
        self,
        path: Path,
        recording: Recording,
        steps: tuple[Step, ...],
        stem: str,
        workspace: Path,
        *,
        progress: Progress,
        allow_long_trim: bool = False,
        excerpt: Stretch | None = None,
    ) -> Rendered:
        """The same of an excerpt, or of all, whether or not it is as it was promised: not to be kept. `path` has the
        recording's bytes."""
        clipped = clipping_seconds(recording.findings)
        with ExitStack() as files:
            others = {}
            for other in self.joined(recording.library_id, steps):
                others[str(other.id)] = files.enter_context(self.blobs.as_file(other.blob_key))
                clipped += clipping_seconds(other.findings)
            asked = Processing(
                steps,
                stem,
                known=Known() if excerpt else self._known(recording),
                others=others,
                excerpt=excerpt,
                allow_long_trim=allow_long_trim,
                keep_tags=self._tags(recording, steps),
            )
            return self._rendered(path, workspace, asked, clipped * _slowed(steps), progress)

    def _rendered(self, path: Path, workspace: Path, asked: Processing, clipped: float, progress: Progress) -> Rendered:
        made = self.engine.process(path, workspace, asked, part_of(progress, 0.0, _PROCESS_SHARE))
        files = self._heard(made.outputs, workspace, clipped, part_of(progress, _PROCESS_SHARE, 1.0))
        again = corrected(asked.steps, [file.proof for file in files])
        if again is not None:
            for file in files:
                file.artefact.path.unlink()  # takes no room beside the one that is made anew
            second = self.engine.process(path, workspace, replace(asked, steps=again), progress)
            files = self._heard(_promised_as(second, made), workspace, clipped, progress)
            made = replace(second, notes={**second.notes, "corrected": "for what the encoder did"})
        return Rendered(files, made.input_seconds, made.notes, made.long_trim)

    def _heard(
        self, outputs: Sequence[Produced], workspace: Path, clipped: float, progress: Progress
    ) -> tuple[Proven, ...]:
        files = []
        for place, output in enumerate(outputs):
            told = part_of(progress, place / len(outputs), (place + 1) / len(outputs))
            measured = self.measure(output.artefact.path, workspace, told)
            files.append(Proven(output.artefact, Proof.of(output.promise, measured, clipped), measured))
        return tuple(files)

    def _analysis(self, recording: Recording) -> Analysis | None:
        return self.analyses.find(recording.library_id, recording.analysis_key) if recording.analysis_key else None

    def measure(self, path: Path, workspace: Path, progress: Progress) -> Measured:
        heard = self.engine.listen(path, workspace, progress, MEASURES)
        return Measured.of(heard.audio, heard.descriptors, heard.findings)

    def measured(self, recording: Recording) -> Measured | None:
        """What an analysis has measured, unless the analyser would measure otherwise by now."""
        analysis = self._analysis(recording)
        if analysis is None or "loudness" in analysis.stale_parts(self.engine.parts):
            return None
        return Measured.of(analysis.audio, analysis.descriptors, analysis.findings)

    def _known(self, recording: Recording) -> Known:
        measured = self.measured(recording)
        return Known(measured.loudness_lufs, measured.true_peak_dbtp) if measured else Known()

    def _tags(self, recording: Recording, steps: Sequence[Step]) -> Mapping[str, str]:
        wanted = any(step.kind == "tags" and step.parameters.get("mode") == "keep" for step in steps)
        analysis = self._analysis(recording) if wanted else None
        return analysis.embedded.tags if analysis else {}


def require_ready(recording: Recording) -> Recording:
    if recording.status is not Status.READY:
        raise Conflict(
            f"The recording {recording.id} is {recording.status}; a recipe takes what is ready.",
            status=str(recording.status),
        )
    return recording


def part_of(progress: Progress, start: float, end: float) -> Progress:
    """Tells a piece of work's progress as the part of a longer one's that it is."""
    return lambda share, stage: progress(start + (end - start) * share, stage)


def _promised_as(second: Processed, first: Processed) -> tuple[Produced, ...]:
    """What was promised stays what was asked for, of every file: only the way there is another one."""
    asked = first.outputs[0].promise
    return tuple(
        replace(new, promise=replace(new.promise, target_lufs=asked.target_lufs, ceiling_dbtp=asked.ceiling_dbtp))
        for new in second.outputs
    )


def _slowed(steps: Sequence[Step]) -> float:
    """How many times longer what is clipped may last."""
    slowed = 1.0
    for step in steps:
        if step.kind == "speed":
            slowed /= min(1.0, float(str(step.parameters["factor"])))
    return slowed


def _joined_ids(step: Step) -> tuple[str, ...]:
    listed = step.parameters.get("recordings") if step.kind == "concatenate" else None
    return tuple(str(each) for each in listed) if isinstance(listed, tuple) else ()
