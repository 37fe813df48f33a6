"""What the formats that files are written in can hold, whatever the sound: refused before anything is run."""

from collections.abc import Mapping
from types import MappingProxyType

_TO_48K = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)

RATES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"mp3": _TO_48K, "opus": (48000,), "ogg": _TO_48K, "m4a": (*_TO_48K, 64000, 88200, 96000)}
)
"""Sample rates in Hz; any of those that are not here."""

CHANNELS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    # More than two channels of Vorbis lose their last block in ffmpeg's decoder, and libsndfile has another order.
    {"flac": (1, 2, 3, 4, 5, 6, 7, 8), "mp3": (1, 2), "opus": (1, 2, 5, 6), "ogg": (1, 2), "m4a": (1, 2, 5, 6)}
)
"""Numbers of channels; any of those that are not here."""
