"""Listening in bulk, apart from any library: one file after the other, on as many machines as there are."""

from dataclasses import dataclass
from pathlib import Path

from application.analyse import analysis_of
from application.files import sha256_of
from domain.bulk import BulkResult, KeptArtefact
from domain.errors import AudioBackendError, Unavailable
from domain.ports.audio import AudioEngine
from domain.ports.blobs import Workspaces
from domain.ports.bulk import BulkResults
from domain.ports.world import Clock
from domain.values import Failure

HEAD_BYTES = 4096


@dataclass(frozen=True)
class AnalyseFile:
    """What is heard in a file. One that cannot be heard is a result too, with the reason; only what may pass is raised.

    With `keep`, a folder of results, the files that are made in the same pass are kept there, so that whoever takes
    over the result has no cause to decode the file again.
    """

    engine: AudioEngine
    workspaces: Workspaces
    bulk_results: BulkResults
    clock: Clock

    def __call__(self, path: Path, name: str, keep: Path | None = None) -> BulkResult:
        """`name` is the file's path relative to the folder that is gone through, with slashes."""
        name = name.encode("utf-8", "backslashreplace").decode()  # of bytes that are no text
        size, sha256 = 0, None
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                self.engine.sniff(file.read(HEAD_BYTES))
            sha256 = sha256_of(path)
            return self._heard(path, name, size, sha256, keep)
        except Unavailable:
            raise
        except AudioBackendError as error:
            return BulkResult(name, size, sha256, failure=Failure.from_error(error))
        except OSError as error:
            return BulkResult(name, size, sha256, failure=Failure("unreadable-file", str(error.strerror)))

    def _heard(self, path: Path, name: str, size: int, sha256: str, keep: Path | None) -> BulkResult:
        with self.workspaces.open() as workspace:
            heard = self.engine.listen(path, workspace, lambda _share, _stage: None)
            analysis = analysis_of(self.engine, heard, sha256, self.clock.now())
            if keep is None:
                return BulkResult(name, size, sha256, analysis)
            self.bulk_results.keep(keep, sha256, heard.artefacts)
        kept = tuple(KeptArtefact(a.name, a.content_type, a.settings, a.version) for a in heard.artefacts)
        return BulkResult(name, size, sha256, analysis, artefacts=kept)
