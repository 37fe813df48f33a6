"""Taking back what the items of another batch did."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from application.change_work import DESCRIBE
from application.changes import ChangeRecording
from application.curate import RestoreRecording
from application.item_work import Foreseen, ItemWork, Outcome
from application.recipe_work import MADE
from domain.access import Actor, Permission, system_actor
from domain.batch import Batch, Item, ItemStatus, Work
from domain.change import Action, Change, Diff
from domain.errors import Conflict, NotFound
from domain.parameter import Setting
from domain.ports.audio import Progress
from domain.ports.batches import Batches
from domain.ports.blobs import Blobs
from domain.ports.recordings import Recordings, Renditions
from domain.ports.work import Jobs
from domain.recipe_rule import Into
from domain.recording import Recording, Status
from domain.values import JobId, LibraryId, RecordingId

UNDONE = frozenset({Work.CHANGE, Work.MOVE, Work.RECIPE})


@dataclass(frozen=True)
class UndoWork(ItemWork):
    """What somebody else has changed since is left, and said. `settings` of each item name the other's item as `n`."""

    batches: Batches
    jobs: Jobs
    recordings: Recordings
    change_recording: ChangeRecording
    restore_recording: RestoreRecording
    renditions: Renditions
    blobs: Blobs

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
            back = self._restore(actor, done.recording_id)  # first: where it cannot come back, it stays where it is
            if done.result.get("made"):
                theirs = system_actor(LibraryId(str(done.result["library"])), f"job:{batch.id}")
                self._trash(theirs, RecordingId(str(done.result["recording"])))
            return back
        change = Change.of({**other.settings, **done.settings})
        if change.action is Action.DESCRIBE:
            return self._described(actor, done)
        if change.action is Action.RESTORE:
            return self._trash(actor, done.recording_id)
        return self._restore(actor, done.recording_id)

    def _made(self, actor: Actor, done: Item) -> Outcome:
        """Takes away what the item made, and nothing that somebody else has made since under its names."""
        if not done.before:
            return Outcome(ItemStatus.SKIPPED)
        made = json.loads(done.before)
        if made["into"] == Into.RECORDING:
            for recording_id in made[MADE]:
                self._trash(actor, RecordingId(recording_id))
            return Outcome()
        for rendition in self.renditions.of_recording(actor.library_id, done.recording_id):
            if rendition.name in made[MADE] and rendition.settings.get("asked_by") == f"{done.batch_id}:{done.n}":
                self.renditions.remove(rendition)
                self.blobs.delete(rendition.blob_key)
        return Outcome()

    def _described(self, actor: Actor, done: Item) -> Outcome:
        diff = Diff.read(done.before)
        before = self.recordings.get(actor.library_id, done.recording_id)
        after = self.change_recording(actor, done.recording_id, DESCRIBE, diff.taken_back)
        return Outcome(ItemStatus.SUCCEEDED if after.version != before.version else ItemStatus.SKIPPED)

    def _trash(self, actor: Actor, recording_id: RecordingId) -> Outcome:
        def trashed(current: Recording, now: datetime) -> Recording:
            return current if current.status is Status.TRASHED else current.trashed(now)

        try:
            self.change_recording(actor, recording_id, "recording.trash", trashed)
        except NotFound:
            return Outcome(ItemStatus.SKIPPED)  # it is gone for good
        return Outcome()

    def _restore(self, actor: Actor, recording_id: RecordingId) -> Outcome:
        recording = self.recordings.get(actor.library_id, recording_id)
        if recording.status is not Status.TRASHED:
            return Outcome(ItemStatus.SKIPPED)
        self.restore_recording(actor, recording_id, recording.version)
        return Outcome()
