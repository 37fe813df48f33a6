"""Taking back what the items of another batch did."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from application.changes import ChangeRecording
from application.curate import RestoreRecording, into_trash
from application.item_work import Foreseen, ItemWork, Outcome
from application.move import moved_id
from application.traces import DESCRIBE, RESTORE, TRASH, Traces
from domain.access import Actor, Permission, system_actor
from domain.batch import Batch, Item, ItemStatus, Work
from domain.change import Action, Change, Diff
from domain.errors import Conflict, NotFound
from domain.listing import MAX_LIMIT, Field, Filter, Op, RecordingQuery
from domain.parameter import Setting
from domain.ports.audio import Progress
from domain.ports.batches import Batches
from domain.ports.blobs import Blobs
from domain.ports.recordings import Recordings, Renditions
from domain.ports.work import Jobs
from domain.recording import Recording, Status
from domain.values import JobId, LibraryId, RecordingId

_SKIPPED = Outcome(ItemStatus.SKIPPED)
UNDONE = frozenset({Work.CHANGE, Work.MOVE, Work.RECIPE})


@dataclass(frozen=True)
class UndoWork(ItemWork):
    """What somebody else has changed since is left, and said. `settings` of each item name the other's item as `n`.

    An item that the other batch has left open was done, or not: the trail and what was made tell.
    """

    batches: Batches
    jobs: Jobs
    recordings: Recordings
    change_recording: ChangeRecording
    restore_recording: RestoreRecording
    renditions: Renditions
    blobs: Blobs
    traces: Traces

    @property
    def is_quick(self) -> bool:
        return True

    def settled(self, actor: Actor, asked: Mapping[str, object]) -> dict[str, Setting]:
        """What only an administrator may do, only an administrator may take back."""
        actor.require(Permission.WRITE)
        other = self.batches.get(actor.library_id, JobId(str(asked["batch"])))
        if other.work is Work.MOVE:
            actor.require(Permission.ADMINISTER)
        if other.work not in UNDONE:
            raise Conflict(f"What {other.work} does cannot be taken back.", work=str(other.work))
        job = self.jobs.get(actor.library_id, other.id)
        if not job.is_settled:
            raise Conflict("The batch has not ended. Cancel it, or wait for its end, before it is taken back.")
        return {"batch": other.id, "of": str(other.work)}

    def foreseen(self, settings: Mapping[str, Setting], recording: Recording) -> Foreseen:
        return Foreseen(bytes_out=0, changes={"undo": str(settings["of"])})

    def __call__(self, batch: Batch, item: Item, fence: str, progress: Progress) -> Outcome:
        other = self.batches.get(batch.library_id, JobId(str(batch.settings["batch"])))
        done = self.batches.item(batch.library_id, other.id, int(str(item.settings["n"])))
        actor = system_actor(batch.library_id, f"job:{batch.id}")
        if other.work is Work.RECIPE:
            return self._made(actor, done)
        if other.work is Work.MOVE:
            return self._moved(actor, other, done)
        change = Change.of({**other.settings, **done.settings})
        if change.action is Action.DESCRIBE:
            return self._described(actor, other, done)
        is_trash = change.action is Action.TRASH
        if not done.has_ended and self.traces.of(other, done.recording_id, TRASH if is_trash else RESTORE) is None:
            return _SKIPPED
        return self._restore(actor, done.recording_id) if is_trash else self._trash(actor, done.recording_id)

    def _made(self, actor: Actor, done: Item) -> Outcome:
        """Takes away what the item made, and nothing that somebody else has made since under its names."""
        asked_by = f"{done.batch_id}:{done.n}"
        of_it = self.renditions.of_recording(actor.library_id, done.recording_id)
        own = [rendition for rendition in of_it if rendition.settings.get("asked_by") == asked_by]
        children = self._children(actor.library_id, done.recording_id, asked_by)
        for child in children:
            self._require_untouched(actor.library_id, child)
        for child in children:
            self._trash(actor, child)
        for rendition in own:
            self.renditions.remove(rendition)
            self.blobs.delete(rendition.blob_key)
        return Outcome() if own or children else _SKIPPED

    def _children(self, library_id: LibraryId, parent: RecordingId, asked_by: str) -> list[RecordingId]:
        query = RecordingQuery((Filter(Field.PARENT, Op.EQ, parent),), limit=MAX_LIMIT)
        found: list[RecordingId] = []
        while True:
            page = self.recordings.search(library_id, query)
            found += [child.id for child in page.items if child.lineage and child.lineage.asked_by == asked_by]
            if page.next_cursor is None:
                return found
            query = replace(query, cursor=page.next_cursor)

    def _moved(self, actor: Actor, other: Batch, done: Item) -> Outcome:
        theirs = system_actor(LibraryId(str(other.settings["library"])), actor.name.removeprefix("system:"))
        moved = moved_id(done)
        was_moved = self._is_there(theirs.library_id, moved)
        if was_moved:
            self._require_untouched(theirs.library_id, moved)
        if not done.has_ended and not was_moved and self.traces.of(other, done.recording_id, TRASH) is None:
            return _SKIPPED
        back = self._restore(actor, done.recording_id)  # first: where it cannot come back, it stays where it is
        if was_moved:
            self._trash(theirs, moved)
        return back

    def _is_there(self, library_id: LibraryId, recording_id: RecordingId) -> bool:
        try:
            self.recordings.get(library_id, recording_id)
        except NotFound:
            return False
        return True

    def _require_untouched(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        if self.traces.touched_by_people(library_id, recording_id):
            raise Conflict(
                f"The recording {recording_id} has been changed since by somebody, and is left. Trash it by itself.",
                recording_id=recording_id,
            )

    def _described(self, actor: Actor, other: Batch, done: Item) -> Outcome:
        diff = Diff.read(done.before) if done.before else self.traces.diff(other, done.recording_id)
        if not diff.told:
            return _SKIPPED
        before = self.recordings.get(actor.library_id, done.recording_id)
        after = self.change_recording(actor, done.recording_id, DESCRIBE, diff.taken_back)
        return Outcome() if after.version != before.version else _SKIPPED

    def _trash(self, actor: Actor, recording_id: RecordingId) -> Outcome:
        try:
            self.change_recording(actor, recording_id, TRASH, into_trash)
        except NotFound:
            return _SKIPPED  # it is gone for good
        return Outcome()

    def _restore(self, actor: Actor, recording_id: RecordingId) -> Outcome:
        recording = self.recordings.get(actor.library_id, recording_id)
        if recording.status is not Status.TRASHED:
            return _SKIPPED
        self.restore_recording(actor, recording_id, recording.version)
        return Outcome()
