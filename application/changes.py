"""How a stored recording is changed: load, ask the entity, store with its audit entry, tell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from application.notices import Notices
from domain.access import Actor
from domain.audit import AuditEntry
from domain.errors import VersionMismatch
from domain.ports import Clock, Ids, Recordings
from domain.recording import Recording
from domain.values import RecordingId

Change = Callable[[Recording, datetime], Recording]
TRIES = 10


@dataclass(frozen=True)
class ChangeRecording:
    """With `version`, the change holds for that version only. Without, it is one that is right whatever else changed,
    and is made anew when somebody was faster. A change that returns the same recording stores nothing."""

    recordings: Recordings
    notices: Notices
    clock: Clock
    ids: Ids

    def __call__(
        self, actor: Actor, recording_id: RecordingId, action: str, change: Change, *, version: int | None = None
    ) -> Recording:
        for tries_left in reversed(range(TRIES)):
            before = self.recordings.get(actor.library_id, recording_id)
            if version is not None and before.version != version:
                raise VersionMismatch("The recording has changed. Load it again, then repeat the change.")
            now = self.clock.now()
            after = change(before, now)
            if after is before:
                return before
            entry = AuditEntry.of_change(self.ids.next(), now, actor, action, before=before, after=after)
            try:
                self.recordings.save(after, replaces=before.version, audit=entry)
            except VersionMismatch:
                if version is not None or not tries_left:
                    raise
                continue
            self.notices.recording(after)
            return after
        raise AssertionError("the last try returns or raises")
