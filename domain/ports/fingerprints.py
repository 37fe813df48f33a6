"""Finding the recordings that sound the same."""

from abc import abstractmethod
from collections.abc import Set
from typing import Protocol

from domain.fingerprint import Identity
from domain.values import LibraryId, RecordingId


class Fingerprints(Protocol):
    """An index over identities, asked by key alone. It is derived from the analyses, and may be made of them anew.

    It may know recordings that are not there any more: whoever asks looks.
    """

    @abstractmethod
    def put(self, identity: Identity) -> None:
        """Store it in the place of what was stored of the recording."""
        ...

    @abstractmethod
    def of_samples(self, library_id: LibraryId, pcm_sha256: str, limit: int) -> tuple[RecordingId, ...]:
        """At most `limit` recordings whose samples have that hash, by id."""
        ...

    @abstractmethod
    def sharing(self, library_id: LibraryId, terms: Set[int], limit: int) -> tuple[tuple[RecordingId, int], ...]:
        """At most `limit` recordings that have some of the terms, and how many: those with most first, then by id.

        Of a term that more recordings have than a store can count in a moment, it may leave some out.
        """
        ...

    @abstractmethod
    def remove(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        """What is not there is removed already."""
        ...
