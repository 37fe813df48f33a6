"""The index of what sounds the same, in memory."""

import heapq
import threading
from collections.abc import Set

from domain.fingerprint import Identity
from domain.ports.fingerprints import Fingerprints
from domain.values import LibraryId, RecordingId


class MemoryFingerprints(Fingerprints):
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._identities: dict[tuple[LibraryId, RecordingId], Identity] = {}

    def put(self, identity: Identity) -> None:
        with self._lock:
            self._identities[identity.library_id, identity.recording_id] = identity

    def of_samples(self, library_id: LibraryId, pcm_sha256: str, limit: int) -> tuple[RecordingId, ...]:
        same = (identity.recording_id for identity in self._of(library_id) if identity.pcm_sha256 == pcm_sha256)
        return tuple(heapq.nsmallest(limit, same))

    def sharing(self, library_id: LibraryId, terms: Set[int], limit: int) -> tuple[tuple[RecordingId, int], ...]:
        counted = ((identity.recording_id, len(identity.terms & terms)) for identity in self._of(library_id))
        some = (pair for pair in counted if pair[1])
        return tuple(heapq.nsmallest(limit, some, key=lambda pair: (-pair[1], pair[0])))

    def remove(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        with self._lock:
            self._identities.pop((library_id, recording_id), None)

    def _of(self, library_id: LibraryId) -> tuple[Identity, ...]:
        with self._lock:
            return tuple(one for (library, _), one in self._identities.items() if library == library_id)
