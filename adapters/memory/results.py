"""Analyses and renditions, in memory."""

import threading

from adapters import refusals
from domain.analysis import Analysis
from domain.ports.recordings import Analyses, Renditions
from domain.rendition import Rendition
from domain.values import LibraryId, RecordingId


class MemoryAnalyses(Analyses):
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._analyses: dict[tuple[LibraryId, str], Analysis] = {}

    def put(self, analysis: Analysis) -> None:
        with self._lock:
            stored = self._analyses.get((analysis.library_id, analysis.key))
            if stored is not None and stored.fence > analysis.fence:
                raise refusals.fenced_off("analysis", analysis.key)
            self._analyses[analysis.library_id, analysis.key] = analysis

    def find(self, library_id: LibraryId, key: str) -> Analysis | None:
        with self._lock:
            return self._analyses.get((library_id, key))

    def of_content(self, library_id: LibraryId, sha256: str) -> tuple[Analysis, ...]:
        with self._lock:
            own = [a for a in self._analyses.values() if a.library_id == library_id and a.content_sha256 == sha256]
        return tuple(sorted(own, key=lambda analysis: (analysis.created_at, analysis.key), reverse=True))

    def remove(self, library_id: LibraryId, key: str) -> None:
        with self._lock:
            self._analyses.pop((library_id, key), None)


class MemoryRenditions(Renditions):
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._renditions: dict[tuple[LibraryId, RecordingId, str], Rendition] = {}

    def put(self, rendition: Rendition) -> None:
        key = (rendition.library_id, rendition.recording_id, rendition.name)
        with self._lock:
            stored = self._renditions.get(key)
            if stored is not None and stored.fence > rendition.fence:
                raise refusals.fenced_off("rendition", rendition.name)
            self._renditions[key] = rendition

    def get(self, library_id: LibraryId, recording_id: RecordingId, name: str) -> Rendition:
        with self._lock:
            rendition = self._renditions.get((library_id, recording_id, name))
        if rendition is None:
            raise refusals.unknown("rendition", name)
        return rendition

    def of_recording(self, library_id: LibraryId, recording_id: RecordingId) -> tuple[Rendition, ...]:
        with self._lock:
            own = [r for r in self._renditions.values() if _belongs(r, library_id, recording_id)]
        return tuple(sorted(own, key=lambda rendition: rendition.name))

    def remove(self, rendition: Rendition) -> None:
        key = (rendition.library_id, rendition.recording_id, rendition.name)
        with self._lock:
            stored = self._renditions.get(key)
            if stored is not None and stored.fence == rendition.fence:
                del self._renditions[key]

    def remove_all(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        with self._lock:
            kept = {k: r for k, r in self._renditions.items() if not _belongs(r, library_id, recording_id)}
            self._renditions = kept


def _belongs(rendition: Rendition, library_id: LibraryId, recording_id: RecordingId) -> bool:
    return rendition.library_id == library_id and rendition.recording_id == recording_id
