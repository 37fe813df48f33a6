"""Tags for which ffmpeg has no word in a container, written by mutagen once the sound is there."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mutagen.flac import FLAC
from mutagen.mp4 import MP4
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from adapters.audio.claims import examine
from adapters.audio.embedded import embedded
from adapters.audio.limits import EngineLimits

_OPENED: Mapping[str, Callable[[Path], Any]] = {"flac": FLAC, "opus": OggOpus, "ogg": OggVorbis, "m4a": MP4}


def complete(path: Path, form: str, tags: Mapping[str, str]) -> tuple[str, ...]:
    """Writes what is missing where the format has room for any name, and says which tags the engine does not find when
    it reads the file: those of a wav that LIST/INFO has no chunk for."""
    missing = _missing(path, tags)
    if missing and form in _OPENED:
        file = _OPENED[form](path)
        if form == "m4a":
            file.update({f"----:com.apple.iTunes:{name.upper()}": tags[name].encode() for name in missing})
        else:
            if "comment" in missing and "description" not in tags:
                del file["description"]  # what ffmpeg calls a comment there
            file.update({name: tags[name] for name in {*missing, *({"description"} & tags.keys())}})
        file.save()
        missing = _missing(path, tags)
    return missing


def _missing(path: Path, tags: Mapping[str, str]) -> tuple[str, ...]:
    found = embedded(examine(path, EngineLimits())).tags
    return tuple(name for name in tags if name not in found)
