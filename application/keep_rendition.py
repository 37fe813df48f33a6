"""Files made of a recording, kept beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

from application.files import chunks_of
from application.purge import EndIfPurged
from domain.analysis import Artefact
from domain.blob_keys import rendition_key
from domain.bulk import KeptArtefact
from domain.ports.blobs import Blobs
from domain.ports.recordings import Renditions
from domain.ports.world import Clock
from domain.recording import Recording
from domain.rendition import Rendition


@dataclass(frozen=True)
class KeepRendition:
    """Stores a file that the engine made, and the record of it. Doing it twice leaves one.

    Raises LeaseLost, and leaves none, when the recording was removed meanwhile.
    """

    blobs: Blobs
    renditions: Renditions
    end_if_purged: EndIfPurged
    clock: Clock

    def __call__(self, recording: Recording, artefact: Artefact, maker: str, fence: str) -> None:
        self.of_bytes(chunks_of(artefact.path), recording, artefact, maker, fence)

    def of_bytes(
        self, chunks: Iterator[bytes], recording: Recording, artefact: Artefact | KeptArtefact, maker: str, fence: str
    ) -> None:
        key = rendition_key(recording.library_id, recording.id, maker, artefact.name)
        stored = self.blobs.put(key, chunks)
        self.renditions.put(
            Rendition(
                library_id=recording.library_id,
                recording_id=recording.id,
                name=artefact.name,
                content_type=artefact.content_type,
                size_bytes=stored.size_bytes,
                blob_key=key,
                content_sha256=recording.sha256 or "",
                maker=maker,
                created_at=self.clock.now(),
                settings=artefact.settings,
                fence=fence,
            )
        )
        self.end_if_purged(recording)
