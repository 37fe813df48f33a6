"""What belongs to a recording, taken away when the recording goes for good."""

from dataclasses import dataclass

from domain.blob_keys import on_request_prefix, recording_prefix
from domain.errors import LeaseLost, NotFound
from domain.listing import Field, Filter, Op, RecordingQuery
from domain.ports.blobs import Blobs
from domain.ports.fingerprints import Fingerprints
from domain.ports.models import Predictions
from domain.ports.recordings import Analyses, Recordings, Renditions
from domain.ports.regions import Regions
from domain.ports.work import Jobs
from domain.recording import Recording, Status


@dataclass(frozen=True)
class RemoveBelongings:
    """All that is stored of a recording but its record; analyses stay where another recording has the same bytes.

    Doing it again removes what is left.
    """

    recordings: Recordings
    analyses: Analyses
    renditions: Renditions
    fingerprints: Fingerprints
    predictions: Predictions
    regions: Regions
    jobs: Jobs
    blobs: Blobs

    def __call__(self, recording: Recording) -> None:
        if recording.sha256 is not None and not self._is_shared(recording):
            for analysis in self.analyses.of_content(recording.library_id, recording.sha256):
                self.analyses.remove(recording.library_id, analysis.key)
        self.jobs.remove_of_recording(recording.library_id, recording.id)
        self.fingerprints.remove(recording.library_id, recording.id)
        self.predictions.remove_all(recording.library_id, recording.id)
        self.regions.remove_all(recording.library_id, recording.id)
        self.renditions.remove_all(recording.library_id, recording.id)
        for prefix in (recording_prefix, on_request_prefix):
            for blob in self.blobs.list(prefix(recording.library_id, recording.id)):
                self.blobs.delete(blob.key)

    def _is_shared(self, recording: Recording) -> bool:
        """Whether another recording, in the trash or out of it, has the same bytes and so the same analysis."""
        same = Filter(Field.SHA256, Op.EQ, recording.sha256 or "")
        trashed = Filter(Field.STATUS, Op.EQ, Status.TRASHED)
        return any(
            other.id != recording.id
            for filters in ((same,), (same, trashed))
            for other in self.recordings.search(recording.library_id, RecordingQuery(filters, limit=2)).items
        )


@dataclass(frozen=True)
class EndIfPurged:
    """Called after something was stored of a recording that may have been purged meanwhile: takes it away again.

    A purge gives the recording up before it removes anything. So what was stored either lay there in time to be removed
    with the rest, or is found here to belong to nobody.
    """

    recordings: Recordings
    remove_belongings: RemoveBelongings

    def __call__(self, recording: Recording) -> None:
        """Raises LeaseLost when the recording is gone or going: there is nothing left to work for."""
        try:
            is_there = self.recordings.get(recording.library_id, recording.id).standing is not None
        except NotFound:
            is_there = False
        if not is_there:
            self.remove_belongings(recording)
            raise LeaseLost("The recording was removed for good while it was worked on.", recording_id=recording.id)
