"""A recipe over one recording; what came of it becomes recordings of its own, with a parent."""

from dataclasses import dataclass
from pathlib import Path

from application.apply_recipe import Applied, stem_of
from application.files import chunks_of, sha256_of
from application.ingest import PutOnRecord
from application.intake import Intake
from application.render import PROCESS, Render, require_ready
from application.work import StartJob
from domain.access import Actor
from domain.analysis import Artefact
from domain.blob_keys import original_key
from domain.errors import Conflict, DuplicateContent, NotFound
from domain.job_kind import JobKind
from domain.lineage import Lineage, child_id
from domain.policy import Verdict
from domain.ports.audio import AudioEngine, Progress
from domain.ports.blobs import Blobs, Workspaces
from domain.ports.recordings import Recordings
from domain.recipe import Recipe
from domain.recording import Recording, Status
from domain.values import RecordingId


@dataclass(frozen=True)
class MakeRecordings:
    """Each file that the recipe makes comes in like any other: it is listened to and judged.

    Their ids follow from what makes them, so that neither a second run nor a second batch makes any twice. Bytes that
    the library has already are the answer themselves. What lies in the trash, or could not be heard, is made anew, once
    for each that asks. What was heard and rejected is the answer: the same sound would be rejected again.
    """

    recordings: Recordings
    blobs: Blobs
    workspaces: Workspaces
    engine: AudioEngine
    render: Render
    put_on_record: PutOnRecord
    start_job: StartJob

    def __call__(
        self,
        actor: Actor,
        parent: Recording,
        recipe: Recipe,
        asked_by: str,
        progress: Progress,
        *,
        allow_long_trim: bool = False,
    ) -> Applied:
        """Raises ProofFailed, Conflict when the parent is not ready, and what the engine raises."""
        require_ready(parent)
        key = self.render.key(parent, recipe.steps)
        there = self._there(actor, parent, key, asked_by)
        if there:
            return _applied(there, key, asked_by, reused=True)
        with self.workspaces.open() as workspace:
            made = self.render(
                parent, recipe.steps, stem_of(recipe), workspace, progress, allow_long_trim=allow_long_trim
            )
            children = []
            for n, file in enumerate(made.files):
                lineage = Lineage(
                    parent=parent.id,
                    content_sha256=parent.sha256 or "",
                    recipe=recipe.ref,
                    steps_digest=recipe.digest,
                    engine_version=self.engine.renderers[PROCESS],
                    key=key,
                    asked_by=asked_by,
                    n=n,
                    outputs=len(made.files),
                )
                children.append(self._child(actor, parent, lineage, file.artefact))
        return _applied(children, key, asked_by, seconds=made.input_seconds, long_trim=made.long_trim)

    def _there(self, actor: Actor, parent: Recording, key: str, asked_by: str) -> list[Recording]:
        """All recordings that were made so already, or none."""
        found: list[Recording] = []
        while not found or found[0].lineage is None or len(found) < found[0].lineage.outputs:
            child = self._known(parent, key, len(found), asked_by)
            if child is None:
                return []
            found.append(child)
        for child in found:
            self._listen(actor, child)
        return found

    def _known(self, parent: Recording, key: str, n: int, asked_by: str) -> Recording | None:
        known = (self._find(parent, each) for each in _ids(key, n, parent, asked_by))
        return next((child for child in known if child is not None and _is_answer(child)), None)

    def _find(self, parent: Recording, recording_id: RecordingId) -> Recording | None:
        try:
            return self.recordings.get(parent.library_id, recording_id)
        except NotFound:
            return None

    def _child(self, actor: Actor, parent: Recording, lineage: Lineage, artefact: Artefact) -> Recording:
        known = self._known(parent, lineage.key, lineage.n, lineage.asked_by)
        same = known or self.recordings.find_by_content(parent.library_id, sha256_of(artefact.path))
        if same is not None:
            self._listen(actor, same)
            return same
        free = (
            each for each in _ids(lineage.key, lineage.n, parent, lineage.asked_by) if self._find(parent, each) is None
        )
        recording_id = next(free, None)
        if recording_id is None:
            raise Conflict(
                "What the recipe makes of it lies in the trash or could not be heard. Restore it, retry its job, or "
                "remove it for good."
            )
        child = self._received(actor, recording_id, parent, lineage, artefact)
        self._listen(actor, child)
        return child

    def _received(
        self, actor: Actor, recording_id: RecordingId, parent: Recording, lineage: Lineage, artefact: Artefact
    ) -> Recording:
        path: Path = artefact.path
        intake = Intake(chunks_of(path), max_bytes=path.stat().st_size, look_at_head=self.engine.sniff)
        key = original_key(actor.library_id, recording_id)
        self.blobs.put(key, intake)  # over the same bytes, where a run was cut short before they were on record
        name = f"{parent.title.replace('/', '-')} {artefact.name}"
        try:
            return self.put_on_record(
                actor, recording_id, path, intake, filename=name, content_type=artefact.content_type, lineage=lineage
            )
        except DuplicateContent as error:
            # Somebody was faster: this very item in other hands, or a file of the same bytes.
            other = RecordingId(str(error.data["recording_id"]))
            if other != recording_id:
                self.blobs.delete(key)
            return self.recordings.get(actor.library_id, other)
        except Conflict:
            return self.recordings.get(actor.library_id, recording_id)

    def _listen(self, actor: Actor, child: Recording) -> None:
        if child.status is Status.PROCESSING:
            self.start_job(actor, JobKind.INGEST, child.id)


def _is_answer(child: Recording) -> bool:
    was_rejected = child.judgement is not None and child.judgement.verdict is Verdict.REJECT
    return child.is_live or (child.status is Status.FAILED and was_rejected)


def _ids(key: str, n: int, parent: Recording, asked_by: str) -> tuple[RecordingId, ...]:
    """First the one that is the same for all who ask, then one of their own."""
    return child_id(key, n, parent.id), child_id(key, n, asked_by)


def _applied(children: list[Recording], key: str, asked_by: str, **more: object) -> Applied:
    own = tuple(str(each.id) for each in children if each.lineage is not None and each.lineage.asked_by == asked_by)
    return Applied(tuple(str(each.id) for each in children), key, own, **more)  # type: ignore[arg-type]  # as named
