"""The same sound in one library: what a recording is known by, and the others that are known by the same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from application.browse import stored_bytes
from application.purge import EndIfPurged
from domain.access import Actor, Permission
from domain.analysis import Analysis, Descriptor
from domain.errors import CorruptBlob, NotFound
from domain.fingerprint import MAX_BYTES, Fingerprint, Identity, Match
from domain.listing import Field, Filter, Op, RecordingQuery
from domain.ports.blobs import Blobs
from domain.ports.fingerprints import Fingerprints
from domain.ports.recordings import Analyses, Recordings, Renditions
from domain.recording import Recording, Status
from domain.values import LibraryId, RecordingId

PCM_HASH = "pcm_sha256"
FINGERPRINT = "acoustic_fingerprint"
FINGERPRINT_FILE = "fingerprint.bin"

MOST_EXACT = 100
MOST_CANDIDATES = 20
"""Recordings whose fingerprints are compared bit by bit: 3 ms each for three minutes of sound, 0.1 s for an hour."""


@dataclass(frozen=True)
class ExactDuplicate:
    """The same samples; and the same file, down to its tags, where `same_file`."""

    recording: Recording
    same_file: bool


@dataclass(frozen=True)
class NearDuplicate:
    recording: Recording
    match: Match


@dataclass(frozen=True)
class Duplicates:
    """By id, and the most alike first. `reason` says why nothing that is near can be found, None where it can."""

    exact: tuple[ExactDuplicate, ...]
    near: tuple[NearDuplicate, ...]
    reason: str | None = None


@dataclass(frozen=True)
class ReadFingerprint:
    """The fingerprint that was kept of a recording; None where there is none."""

    renditions: Renditions
    blobs: Blobs

    def __call__(self, library_id: LibraryId, recording_id: RecordingId) -> Fingerprint | None:
        try:
            rendition = self.renditions.get(library_id, recording_id, FINGERPRINT_FILE)
        except NotFound:
            return None
        if rendition.size_bytes > MAX_BYTES:
            raise CorruptBlob("The stored fingerprint is damaged. Analyse the recording again.")
        return Fingerprint(b"".join(stored_bytes(self.blobs, rendition.blob_key, None)))


@dataclass(frozen=True)
class KeepIdentity:
    """Puts into the index what a recording is known by, once its analysis and its files are stored.

    Doing it again changes nothing. Raises LeaseLost, and leaves nothing, when the recording was removed meanwhile.
    """

    fingerprints: Fingerprints
    read_fingerprint: ReadFingerprint
    end_if_purged: EndIfPurged

    def __call__(self, recording: Recording, analysis: Analysis) -> None:
        fingerprint = None
        if FINGERPRINT_FILE in analysis.artefacts:
            fingerprint = self.read_fingerprint(recording.library_id, recording.id)
        terms: frozenset[int] = fingerprint.terms() if fingerprint else frozenset()
        self.fingerprints.put(Identity(recording.library_id, recording.id, _pcm_hash(analysis), terms))
        self.end_if_purged(recording)


@dataclass(frozen=True)
class ListDuplicates:
    """Those of the same library that are not in the trash. It looks only at what the index gives."""

    recordings: Recordings
    analyses: Analyses
    fingerprints: Fingerprints
    read_fingerprint: ReadFingerprint

    def __call__(self, actor: Actor, recording_id: RecordingId) -> Duplicates:
        actor.require(Permission.READ)
        recording = self.recordings.get(actor.library_id, recording_id)
        analysis = None
        if recording.analysis_key is not None:
            analysis = self.analyses.find(recording.library_id, recording.analysis_key)
        exact = tuple(self._exact(recording, analysis))
        reason = _why_none_near(recording, analysis)
        if reason is not None:
            return Duplicates(exact, (), reason)
        known = {recording.id, *(duplicate.recording.id for duplicate in exact)}
        near = sorted(self._near(recording, known), key=lambda one: (-one.match.similarity, one.recording.id))
        return Duplicates(exact, tuple(near))

    def _exact(self, recording: Recording, analysis: Analysis | None) -> Iterator[ExactDuplicate]:
        found: dict[RecordingId, Recording] = {}
        if recording.sha256 is not None:
            same_bytes = Filter(Field.SHA256, Op.EQ, recording.sha256)
            page = self.recordings.search(recording.library_id, RecordingQuery((same_bytes,), limit=MOST_EXACT))
            found = {other.id: other for other in page.items}
        pcm_sha256 = analysis and _pcm_hash(analysis)
        if pcm_sha256:
            ids = self.fingerprints.of_samples(recording.library_id, pcm_sha256, MOST_EXACT)
            same_samples = self._there(recording.library_id, (other for other in ids if other not in found))
            found |= {other.id: other for other in same_samples if _plays_alike(other, recording)}
        found.pop(recording.id, None)
        for _, other in sorted(found.items()):
            yield ExactDuplicate(other, same_file=other.sha256 == recording.sha256)

    def _near(self, recording: Recording, known: set[RecordingId]) -> Iterator[NearDuplicate]:
        fingerprint = self.read_fingerprint(recording.library_id, recording.id)
        if fingerprint is None:
            return
        shared = self.fingerprints.sharing(recording.library_id, fingerprint.terms(), MOST_CANDIDATES + len(known))
        candidates = [other for other, _ in shared if other not in known][:MOST_CANDIDATES]
        for other in self._there(recording.library_id, candidates):
            theirs = self.read_fingerprint(other.library_id, other.id)
            match = theirs and fingerprint.similarity(theirs)
            if match and match.is_near:
                yield NearDuplicate(other, match)

    def _there(self, library_id: LibraryId, recording_ids: Iterable[RecordingId]) -> Iterator[Recording]:
        """Without those in the trash, and those that the index alone still knows."""
        for recording_id in recording_ids:
            try:
                recording = self.recordings.get(library_id, recording_id)
            except NotFound:
                continue
            if recording.status is not Status.TRASHED:
                yield recording


def _plays_alike(one: Recording, other: Recording) -> bool:
    """The same samples at another rate, or dealt out to other channels, are another sound."""
    return (
        one.audio is not None
        and other.audio is not None
        and (one.audio.sample_rate_hz, one.audio.channels) == (other.audio.sample_rate_hz, other.audio.channels)
    )


def _pcm_hash(analysis: Analysis) -> str | None:
    descriptor = _descriptor(analysis, PCM_HASH)
    return descriptor.value if descriptor and isinstance(descriptor.value, str) else None


def _why_none_near(recording: Recording, analysis: Analysis | None) -> str | None:
    if analysis is None:
        return f"it has not been listened to: the recording is {recording.status}"
    descriptor = _descriptor(analysis, FINGERPRINT)
    if descriptor is None:
        return "its analysis is from before fingerprints were taken: analyse it again"
    return descriptor.reason


def _descriptor(analysis: Analysis, name: str) -> Descriptor | None:
    return next((descriptor for descriptor in analysis.descriptors if descriptor.name == name), None)
