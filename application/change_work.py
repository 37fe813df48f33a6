"""Changes to what is said of many recordings, and the trash: as items of a batch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from application.changes import ChangeRecording
from application.curate import RestoreRecording, into_trash
from application.item_work import Foreseen, ItemWork, Outcome
from application.traces import DESCRIBE, RESTORE, TRASH, Traces
from domain.access import Actor, system_actor
from domain.batch import Batch, Item, ItemStatus
from domain.blob_keys import tables_prefix
from domain.change import Action, Change, Diff
from domain.errors import CallersFault
from domain.parameter import Setting
from domain.ports.audio import Progress
from domain.ports.recordings import Recordings
from domain.ports.world import Clock
from domain.recording import Recording, Status
from domain.values import Failure, RecordingId

_SKIPPED = Outcome(ItemStatus.SKIPPED)


@dataclass(frozen=True)
class ChangeWork(ItemWork):
    """What an item's own settings say goes before what the batch says: rows of a table differ."""

    recordings: Recordings
    change_recording: ChangeRecording
    restore_recording: RestoreRecording
    traces: Traces
    clock: Clock

    @property
    def is_quick(self) -> bool:
        return True

    def settled(self, actor: Actor, asked: Mapping[str, object]) -> dict[str, Setting]:
        if str(asked.get("rows", "")).startswith(tables_prefix(actor.library_id)):
            return {"rows": str(asked["rows"])}  # each says by itself what changes
        return Change.checked(asked).settings

    def foreseen(self, settings: Mapping[str, Setting], recording: Recording) -> Foreseen:
        try:
            return Foreseen(bytes_out=0, changes=Change.of(settings).foreseen(recording, self.clock.now()))
        except CallersFault as error:
            return Foreseen(Failure.from_error(error))

    def __call__(self, batch: Batch, item: Item, fence: str, progress: Progress) -> Outcome:
        change = Change.of({**batch.settings, **item.settings})
        actor = system_actor(batch.library_id, f"job:{batch.id}")
        if change.action is Action.DESCRIBE:
            return self._describe(actor, batch, item.recording_id, change)
        recording = self.recordings.get(batch.library_id, item.recording_id)
        if change.action is Action.RESTORE:
            return self._restore(actor, batch, recording)
        return self._trash(actor, batch, recording)

    def _describe(self, actor: Actor, batch: Batch, recording_id: RecordingId, change: Change) -> Outcome:
        diffs: list[Diff] = []

        def described(current: Recording, now: datetime) -> Recording:
            after = change.described(current, now)
            diffs[:] = [Diff.between(current, after)]
            return after

        self.change_recording(actor, recording_id, DESCRIBE, described)
        diff = diffs[0]
        if not diff.told:
            diff = self.traces.diff(batch, recording_id)  # of a run that was cut off
        return Outcome(before=diff.written()) if diff.told else _SKIPPED

    def _trash(self, actor: Actor, batch: Batch, recording: Recording) -> Outcome:
        if recording.status is Status.TRASHED:
            return self._outcome(batch, recording, TRASH)

        self.change_recording(actor, recording.id, TRASH, into_trash)
        return Outcome()

    def _restore(self, actor: Actor, batch: Batch, recording: Recording) -> Outcome:
        if recording.status is not Status.TRASHED:
            return self._outcome(batch, recording, RESTORE)
        self.restore_recording(actor, recording.id, recording.version)
        return Outcome()

    def _outcome(self, batch: Batch, recording: Recording, action: str) -> Outcome:
        """Of one that is already where it should be: brought there by this batch, or by somebody else."""
        return Outcome() if self.traces.of(batch, recording.id, action) else _SKIPPED
