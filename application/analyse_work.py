"""Listening again to the recordings of a batch."""

from collections.abc import Mapping
from dataclasses import dataclass

from application.analyse import RunAnalyse, current_key
from application.item_work import Foreseen, Outcome
from application.predict_work import NOT_IN_USE, is_in_use, require_in_use, seconds_of
from domain.access import Actor, system_actor
from domain.batch import Batch, Item, ItemStatus
from domain.errors import Invalid
from domain.parameter import Setting
from domain.ports.audio import AudioEngine, Progress
from domain.ports.recordings import Recordings
from domain.recording import Recording


@dataclass(frozen=True)
class AnalyseWork:
    """Asked for by `analyser`. Judges all of them by the policy of now, and decodes those alone whose analysis is not
    current; the others are skipped."""

    recordings: Recordings
    engine: AudioEngine
    run_analyse: RunAnalyse

    is_quick = False

    def settled(self, actor: Actor, asked: Mapping[str, object]) -> dict[str, Setting]:
        if asked.get("analyser") != self.engine.analyser:
            raise Invalid(f"There is no such analyser. Known is {self.engine.analyser}.", field="analyser")
        return {"analyser": self.engine.analyser, "version": self.engine.version}

    def foreseen(self, settings: Mapping[str, Setting], recording: Recording) -> Foreseen:
        if not is_in_use(recording):
            return Foreseen(NOT_IN_USE)
        is_stale = recording.analysis_key != current_key(self.engine, recording)
        return Foreseen(changes={"analysis": self.engine.version} if is_stale else {})

    def __call__(self, batch: Batch, item: Item, fence: str, progress: Progress) -> Outcome:
        recording = self.recordings.get(item.library_id, item.recording_id)
        require_in_use(recording)
        is_stale = recording.analysis_key != current_key(self.engine, recording)
        actor = system_actor(item.library_id, f"job:{batch.id}")
        self.run_analyse.bring_up_to_date(actor, recording, fence, progress)
        return Outcome(
            ItemStatus.SUCCEEDED if is_stale else ItemStatus.SKIPPED,
            {"analysis": current_key(self.engine, recording)},
            audio_seconds=seconds_of(recording) if is_stale else 0.0,
        )
