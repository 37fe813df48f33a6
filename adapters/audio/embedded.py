"""What stands in a file beside its sound, as short plain text: tags, chapters, and whether there is a picture.

Read after the header's limits have passed, by mutagen where it knows the container, by ffmpeg where it knows more, by
ourselves for wav. None of it is ever a reason to refuse the sound: what a reader stumbles over is left out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.audio.claims import Candidate
from adapters.audio.decode_ffmpeg import open_container
from adapters.audio.headers import wav_texts
from adapters.audio.headers.claims import Purse, Source
from adapters.audio.limits import EngineLimits
from adapters.audio.tag_names import COMMON, is_chapter, is_picture, name_of, plain, text_of
from domain.analysis import Chapter, Embedded

MAX_ENTRIES = 64
MAX_CHAPTERS = 256
MAX_TITLE_CHARS = 256

Pairs = Iterable[tuple[object, object]]

_BY_FFMPEG = frozenset({"mp4", "asf", "matroska", "caf"})
"""Whose chapters ffmpeg reads, in a millisecond, and tags and pictures where mutagen does not know the container."""

_ATTACHED_PICTURE = 0x400  # AV_DISPOSITION_ATTACHED_PIC


@dataclass(frozen=True, slots=True)
class _Found:
    pairs: list[tuple[object, object]] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)
    cover: bool = False


def embedded(candidate: Candidate) -> Embedded:
    """Tags by name, the common names first; chapters in order. MemoryError alone is let through."""
    name = candidate.container.name
    found = [_forgiving(_by_mutagen, candidate)]
    if name in {"wav", "rf64", "w64"}:
        found.append(_forgiving(_of_wav, candidate))
    elif name in _BY_FFMPEG or any(is_chapter(key) for key, _ in found[0].pairs):
        found.append(_forgiving(_by_ffmpeg, candidate))
    chapters = next((each.chapters for each in found if each.chapters), [])
    pairs = [pair for each in found for pair in each.pairs]
    return Embedded(_tags(pairs), tuple(chapters[:MAX_CHAPTERS]), any(each.cover for each in found))


def _forgiving(read: Callable[[Candidate], _Found], candidate: Candidate) -> _Found:
    try:
        return read(candidate)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - readers let many kinds of errors through on broken tags
        return _Found()


def _tags(pairs: Pairs) -> Mapping[str, str]:
    found: dict[str, str] = {}
    readable = [(key, value) for key, value in pairs if not is_picture(key) and not is_chapter(key)]
    for key, value in sorted(readable, key=lambda pair: name_of(pair[0]) not in COMMON):
        name, text = name_of(key), text_of(value)
        if name and text and name not in found:
            found[name] = text
        if len(found) == MAX_ENTRIES:
            break
    return found


def _by_mutagen(candidate: Candidate) -> _Found:
    """Tags as they are called in the file, ID3's chapters, and whether there is a picture."""
    from mutagen import File, aiff, asf, flac, mp3, mp4, oggflac, oggopus, oggspeex, oggvorbis, wave

    kinds: dict[str, tuple[type[Any], ...]] = {
        "wav": (wave.WAVE,),
        "aiff": (aiff.AIFF,),
        "flac": (flac.FLAC,),
        "mp3": (mp3.MP3,),
        "ogg": (oggvorbis.OggVorbis, oggopus.OggOpus, oggflac.OggFLAC, oggspeex.OggSpeex),
        "mp4": (mp4.MP4,),
        "asf": (asf.ASF,),
    }
    known = kinds.get(candidate.container.name)
    file = File(candidate.path, options=known) if known else None
    pairs = list(_pairs(getattr(file, "tags", None)))
    cover = bool(getattr(file, "pictures", ())) or any(is_picture(key) and value for key, value in pairs)
    return _Found(pairs, _of_id3(value for _, value in pairs), cover)


def _of_id3(frames: Iterable[Any]) -> list[Chapter]:
    """Times are in milliseconds; the title stands in a frame inside of the frame."""
    return _in_order(
        (
            frame.start_time / 1e3,
            frame.end_time / 1e3,
            plain(text_of(frame.sub_frames.get("TIT2", "")), MAX_TITLE_CHARS),
        )
        for frame in frames
        if hasattr(frame, "sub_frames") and hasattr(frame, "start_time")
    )


def _pairs(tags: object) -> Pairs:
    if isinstance(tags, list):  # Vorbis comments and ASF's are lists of pairs
        return [pair for pair in tags if isinstance(pair, tuple) and len(pair) == 2]
    items = getattr(tags, "items", None)
    return items() if callable(items) else ()


def _by_ffmpeg(candidate: Candidate) -> _Found:
    """Tags, chapters, and whether there is a picture, which ffmpeg takes for a video of one frame."""
    with open_container(candidate) as container:
        chapters = [
            (
                float(said["start"] * said["time_base"]),
                float(said["end"] * said["time_base"]),
                plain(said["metadata"].get("title", ""), MAX_TITLE_CHARS),
            )
            for said in container.chapters()[:MAX_CHAPTERS]
            if said["time_base"]
        ]
        cover = any(int(stream.disposition) & _ATTACHED_PICTURE for stream in container.streams.video)
        # Of the others, mutagen has read the tags under the names that the container gives them.
        tags = container.metadata if candidate.container.name in {"matroska", "caf"} else {}
        return _Found([*tags.items()], _in_order(chapters), cover)


def _in_order(chapters: Iterable[tuple[float, float, str]]) -> list[Chapter]:
    """Those that have a length, by their start; none begins before the sound."""
    kept = sorted((start, end, title) for start, end, title in chapters if 0 <= start <= end)
    return [Chapter(start, end, title) for start, end, title in kept]


def _of_wav(candidate: Candidate) -> _Found:
    """Cue points that have a label begin a chapter; it ends where the next one begins, or with the sound."""
    with candidate.path.open("rb") as file:
        found = wav_texts.read(Source(file, candidate.size), Purse(EngineLimits()))
    rate = candidate.claims.sample_rate_hz or 0.0
    starts = sorted((at / rate, found.labels[cue]) for cue, at in found.cues.items() if cue in found.labels and rate)
    ends = [*(at for at, _ in starts[1:]), candidate.claims.duration_seconds or 0.0]
    spans = [(at, max(at, end), plain(label, MAX_TITLE_CHARS)) for (at, label), end in zip(starts, ends, strict=False)]
    return _Found([*found.tags.items()], _in_order(spans))
