"""The index of what sounds the same, in SQLite."""

import heapq
from collections import Counter
from collections.abc import Set

from adapters.local.database import Database
from domain.fingerprint import Identity
from domain.ports.fingerprints import Fingerprints
from domain.values import LibraryId, RecordingId

_MOST_OF_A_TERM = 1000


class SqliteFingerprints(Fingerprints):
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, identity: Identity) -> None:
        key = (identity.library_id, identity.recording_id)
        with self._database.writing() as connection:
            connection.execute("DELETE FROM fingerprints WHERE library_id = ? AND recording_id = ?", key)
            added = connection.execute(
                "INSERT INTO fingerprints (library_id, recording_id, pcm_sha256) VALUES (?, ?, ?)",
                (*key, identity.pcm_sha256),
            )
            connection.executemany(
                "INSERT INTO fingerprint_terms (library_id, term, fingerprint) VALUES (?, ?, ?)",
                [(identity.library_id, term, added.lastrowid) for term in identity.terms],
            )

    def of_samples(self, library_id: LibraryId, pcm_sha256: str, limit: int) -> tuple[RecordingId, ...]:
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT recording_id FROM fingerprints WHERE library_id = ? AND pcm_sha256 = ?"
                " ORDER BY recording_id LIMIT ?",
                (library_id, pcm_sha256, limit),
            )
            return tuple(RecordingId(recording_id) for (recording_id,) in found)

    def sharing(self, library_id: LibraryId, terms: Set[int], limit: int) -> tuple[tuple[RecordingId, int], ...]:
        counts: Counter[RecordingId] = Counter()
        with self._database.reading() as connection:
            for term in terms:
                found = connection.execute(
                    "SELECT recording_id FROM fingerprint_terms JOIN fingerprints ON seq = fingerprint"
                    " WHERE fingerprint_terms.library_id = ? AND term = ? LIMIT ?",
                    (library_id, term, _MOST_OF_A_TERM),
                )
                counts.update(RecordingId(recording_id) for (recording_id,) in found)
        return tuple(heapq.nsmallest(limit, counts.items(), key=lambda pair: (-pair[1], pair[0])))

    def remove(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM fingerprints WHERE library_id = ? AND recording_id = ?", (library_id, recording_id)
            )
