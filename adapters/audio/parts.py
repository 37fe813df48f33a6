"""The parts of the analyser and their versions.

Raise a part's version whenever the same bytes would give another result of it: what is stored is then known to be
stale, and listening again does that part alone.
"""

from collections.abc import Mapping

PARTS: Mapping[str, str] = {
    "format": "3",
    "identity": "1",
    "loudness": "4",
    "quality": "3",
    "descriptors": "3",
    "waveform": "2",
    "spectrogram": "2",
}
"""`format` is what any pass tells: it is cheap, and listens whenever another part does."""

FORMAT = "format"

RENDERERS: Mapping[str, str] = {"preview": "1", "excerpt": "1", "spectrogram": "1", "process": "1"}
"""What makes files when they are asked for: preview.py, excerpt.py, spectrogram_window.py, process/. Raise a version
whenever the same wish gives another file of the same recording: what was kept of it is then made anew."""


def stamp(part: str) -> str:
    """What descriptors, findings and artefacts of the part carry."""
    return f"{part}-{PARTS[part]}"
