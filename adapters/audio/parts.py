"""The parts of the analyser and their versions.

Raise a part's version whenever the same bytes would give another result of it: what is stored is then known to be
stale, and listening again does that part alone.
"""

from collections.abc import Mapping

PARTS: Mapping[str, str] = {
    "format": "2",
    "identity": "1",
    "loudness": "2",
    "quality": "3",
    "descriptors": "2",
    "waveform": "2",
    "spectrogram": "2",
}
"""`format` is what any pass tells: it is cheap, and listens whenever another part does."""

FORMAT = "format"


def stamp(part: str) -> str:
    """What descriptors, findings and artefacts of the part carry."""
    return f"{part}-{PARTS[part]}"
