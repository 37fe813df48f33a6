"""From a path to what its header claims: the container by content, the header by bounded readers, the limits."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from adapters.audio.formats import CONTAINERS, Container
from adapters.audio.headers import asf, ebml, flac, iff, mp3, mp4, mpeg, ogg, riff
from adapters.audio.headers.claims import Claims, Purse, Source
from adapters.audio.headers.tags import MAX_STACKED
from adapters.audio.limits import EngineLimits
from adapters.audio.sniff import HEAD_BYTES, sniff
from domain.errors import Unsupported

_READERS: dict[str, Callable[[Source, Purse], Claims]] = {
    "wav": riff.read,
    "rf64": riff.read,
    "w64": riff.read,
    "aiff": iff.read_aiff,
    "caf": iff.read_caf,
    "flac": flac.read,
    "mp3": mp3.read,
    "aac": mp3.read_adts,
    "ogg": ogg.read,
    "mp4": mp4.read,
    "asf": asf.read,
    "matroska": ebml.read,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be opened by a decoder: its header has been read and found bearable."""

    path: Path
    size: int
    container: Container
    claims: Claims


def examine(path: Path, limits: EngineLimits) -> Candidate:
    """Reads the header without any decoder.

    Raises:
        EmptyAudio, Unsupported, UndecodableAudio, UnsupportedParameters, MetadataLimit: see there.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        return Candidate(path, size, *read_claims(Source(file, size), limits))


def read_claims(source: Source, limits: EngineLimits) -> tuple[Container, Claims]:
    """What `examine` finds in the bytes. Raises as it does."""
    container = CONTAINERS[_container(source)]
    try:
        claims = _READERS[container.name](source, Purse(limits))
    except (struct.error, IndexError, OverflowError) as error:
        # A header so short or odd that our reader stumbles: nothing that a decoder should see.
        raise Unsupported(f"The {container.name} header is broken. Export the file again.") from error
    if claims.channels is not None and claims.sample_rate_hz is not None:
        limits.check_parameters(claims.sample_rate_hz, claims.channels)
    return container, claims


def _container(source: Source) -> str:
    """As `sniff` says, or, where a tag hides the sound from it, what stands behind the tags."""
    head = source.read(0, HEAD_BYTES)
    if not mpeg.id3_end(head, 0):
        return sniff(head)
    at, behind = 0, head
    for _ in range(MAX_STACKED):
        at += mpeg.id3_end(behind, 0)
        behind = source.read(at, HEAD_BYTES)
    if behind.startswith(b"fLaC"):
        return "flac"
    return "aac" if mpeg.adts_agrees(behind, 0) else "mp3"  # whose reader looks further, past padding and junk
