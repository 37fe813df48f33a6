"""No machines but this one: what would run in bulk elsewhere is run here by hand."""

from domain.bulk import BulkRun, RunStatus
from domain.errors import Conflict
from domain.ports.bulk import BulkRuns


class NoRuns(BulkRuns):
    def start(self, run: BulkRun) -> None:
        raise _nobody()

    def find(self, name: str) -> RunStatus:
        raise _nobody()


def _nobody() -> Conflict:
    return Conflict(
        "This profile has no other machines. Run `audio-backend processing run` here, or set AUDIO_PROFILE=aws."
    )
