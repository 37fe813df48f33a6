"""The recipes that ship: they belong to no library, and no library can make one of such a name."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from domain.recipe import Recipe
from domain.step import Step
from domain.values import LibraryId

_SHIPPED_AT = datetime(2026, 11, 23, tzinfo=UTC)
_SHIPPED_BY = "system:builtin"

_SHELF: tuple[tuple[str, str, tuple[dict[str, Any], ...]], ...] = (
    (
        "ebu-r128",
        "Broadcast in Europe: -23 LUFS with true peaks of -1 dBTP at most, as wav of 24 bits (EBU R 128).",
        ({"step": "loudness", "preset": "ebu-r128"}, {"step": "transcode", "format": "wav", "bit_depth": "24"}),
    ),
    (
        "atsc-a85",
        "Broadcast in the USA: -24 LKFS with true peaks of -2 dBTP at most, as wav of 24 bits (ATSC A/85).",
        ({"step": "loudness", "preset": "atsc-a85"}, {"step": "transcode", "format": "wav", "bit_depth": "24"}),
    ),
    (
        "podcast",
        "A finished podcast: -16 LUFS with true peaks of -1 dBTP at most, as mp3; the channels stay.",
        (
            {"step": "loudness", "preset": "podcast", "limiter": True},
            {"step": "transcode", "format": "mp3", "bit_rate_kbps": 128},
        ),
    ),
    (
        "podcast-voice",
        "A voice for a podcast: silence cut off the ends, rumble out, one channel, -16 LUFS, as opus.",
        (
            {"step": "trim", "profile": "speech"},
            {"step": "high_pass", "frequency_hz": 80},
            {"step": "channels", "mode": "mono"},
            {"step": "loudness", "preset": "podcast", "limiter": True},
            {"step": "transcode", "format": "opus", "bit_rate_kbps": 64},
        ),
    ),
    (
        "streaming",
        "For music services: -14 LUFS with true peaks of -1 dBTP at most, as flac of 24 bits.",
        ({"step": "loudness", "preset": "streaming"}, {"step": "transcode", "format": "flac", "bit_depth": "24"}),
    ),
    (
        "replaygain-2",
        "All as loud as one another in a player: -18 LUFS, the reference of ReplayGain 2, as flac.",
        ({"step": "loudness", "preset": "replaygain-2"}, {"step": "transcode", "format": "flac"}),
    ),
    (
        "speech-16k",
        "Input of speech models: one channel of 16 kHz, as wav of 16 bits. What is so loud that its peaks would be cut "
        "off at that rate is refused: put a step gain or loudness before.",
        (
            {"step": "channels", "mode": "mono"},
            {"step": "resample", "sample_rate_hz": 16_000},
            {"step": "transcode", "format": "wav", "bit_depth": "16"},
        ),
    ),
    (
        "archive-flac",
        "The same samples, up to 24 bits of each, in less space and with the tags that are there: flac.",
        ({"step": "transcode", "format": "flac", "compression": 8}, {"step": "tags", "mode": "keep"}),
    ),
    (
        "web-opus",
        "To be played on a web page: opus of 96 kbit/s, without tags. What is so loud that its peaks would be cut off "
        "at 48 kHz is refused: put a step gain or loudness before.",
        (
            {"step": "transcode", "format": "opus", "bit_rate_kbps": 96},
            {"step": "tags", "mode": "strip"},
        ),
    ),
    (
        "clean-voice",
        "A noisy voice made clear: hum, rumble and steady noise out, -16 LUFS, as wav of 24 bits.",
        (
            {"step": "hum_removal"},
            {"step": "high_pass", "frequency_hz": 80},
            {"step": "denoise"},
            {"step": "loudness", "preset": "podcast", "limiter": True},
            {"step": "transcode", "format": "wav", "bit_depth": "24"},
        ),
    ),
    (
        "trim-silence",
        "Silence cut off the start and the end, and nothing else.",
        ({"step": "trim", "profile": "speech"},),
    ),
    (
        "split-on-silence",
        "Each stretch of sound between pauses of half a second or more as a file of its own.",
        ({"step": "split", "by": "silence", "min_silence_seconds": 0.5},),
    ),
    (
        "split-on-speech",
        "Each stretch in which somebody speaks as a file of its own.",
        ({"step": "split", "by": "speech"},),
    ),
    (
        "split-30s",
        "Pieces of 30 seconds, as data sets have them.",
        ({"step": "split", "by": "time", "every_seconds": 30},),
    ),
    (
        "strip-tags",
        "The same samples, up to 24 bits of each, as flac that says nothing of itself.",
        ({"step": "transcode", "format": "flac"}, {"step": "tags", "mode": "strip"}),
    ),
)


def _shipped() -> Iterator[Recipe]:
    for name, about, chain in _SHELF:
        steps = [Step.of(said["step"], {k: v for k, v in said.items() if k != "step"}) for said in chain]
        yield Recipe.first(LibraryId(""), name, about, steps, now=_SHIPPED_AT, by=_SHIPPED_BY)


BUILTIN_RECIPES: Mapping[str, Recipe] = MappingProxyType({recipe.name: recipe for recipe in _shipped()})
"""By name, in the order of the shelf."""
