"""What parent and child say to each other: JSON in frames, never pickles. What a child says is checked, not trusted."""

import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, cast

from domain import errors
from domain.analysis import Artefact, AudioFormat, Chapter, Descriptor, Embedded, Finding, Heard, Severity
from domain.errors import AudioBackendError, EngineFailure
from domain.stretch import Excerpt, ExcerptFormat, FrequencyScale, SpectrogramWindow, Stretch
from domain.values import Scalar

MAX_FRAME = 16 << 20
HEAD = struct.Struct(">I")

Message = dict[str, Any]

REFUSALS: dict[str, type[AudioBackendError]] = {
    refusal.code: refusal
    for refusal in (
        errors.EmptyAudio,
        errors.UnsupportedParameters,
        errors.DecodedSizeLimit,
        errors.MetadataLimit,
        errors.NonFiniteSamples,
        errors.UndecodableAudio,
        errors.Unsupported,
        errors.Invalid,
        errors.InvalidStretch,
        errors.NotMeasured,
        errors.NotFound,
    )
}
"""What a child may refuse a file with; anything else that it says is a failure of the engine."""

_EXCERPTS = frozenset(f"excerpt.{form}" for form in ExcerptFormat)
_ZOOMS = frozenset(f"{band}-{each}.dat" for band in ("waveform", "rms") for each in (256, 4096, 65536))

_SINGLE = frozenset(
    {
        "fingerprint.bin",
        "loudness.dat",
        "waveform.dat",
        "waveform.json",
        "frames.npz",
        "spectrogram.png",
        "mono.wav",
        "preview.mp3",
        "preview.opus",
        "spectrogram-window.png",
    }
)

ARTEFACTS = _SINGLE | _ZOOMS | _EXCERPTS

_DESCRIPTOR = tuple(field.name for field in fields(Descriptor))


@contextmanager
def understood() -> Iterator[None]:
    """What does not have the shape that our code gives it was not said by our code: EngineFailure."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EngineFailure("The audio engine answered nonsense for this file.") from error


def packed(message: Message) -> bytes:
    body = json.dumps(message, separators=(",", ":"), allow_nan=False).encode()
    return HEAD.pack(len(body)) + body


def unpacked(body: bytes) -> Message:
    """Raises ValueError."""
    message = json.loads(body)
    if not isinstance(message, dict):
        raise ValueError("no object")
    return message


def refusal(code: str, detail: str, data: Mapping[str, object]) -> AudioBackendError:
    kind = REFUSALS.get(code)
    if kind is None:
        return EngineFailure(f"The audio engine failed on this file ({code[:64]}). Try again; then check the file.")
    return kind(detail[:1000], **{key: value for key, value in data.items() if key.isidentifier() and key != "detail"})


def format_to(audio: AudioFormat) -> Message:
    return asdict(audio)


def format_from(said: Message) -> AudioFormat:
    return AudioFormat(**said)


def artefact_to(artefact: Artefact) -> Message:
    return {
        "name": artefact.name,
        "content_type": artefact.content_type,
        "settings": dict(artefact.settings),
        "version": artefact.version,
    }


def artefact_from(said: Message, workspace: Path) -> Artefact:
    """The file must be there under a name of ours, and be a file: a link could lead anywhere."""
    name = said["name"]
    path = workspace / name if name in ARTEFACTS else None
    if path is None or path.is_symlink() or not path.is_file():
        raise ValueError(f"no artefact {name!r}")
    settings = cast("dict[str, Scalar]", {str(key): value for key, value in said["settings"].items()})
    return Artefact(name, path, str(said["content_type"]), settings, str(said["version"]))


def heard_to(heard: Heard) -> Message:
    return {
        "audio": format_to(heard.audio),
        "descriptors": [_descriptor_to(descriptor) for descriptor in heard.descriptors],
        "findings": [asdict(finding) for finding in heard.findings],
        "embedded": asdict(heard.embedded),
        "artefacts": [artefact_to(artefact) for artefact in heard.artefacts],
        "parts": dict(heard.parts),
    }


def heard_from(said: Message, workspace: Path) -> Heard:
    return Heard(
        audio=format_from(said["audio"]),
        descriptors=tuple(_descriptor_from(each) for each in said["descriptors"]),
        findings=tuple(_finding(each) for each in said["findings"]),
        embedded=_embedded(said["embedded"]),
        artefacts=tuple(artefact_from(each, workspace) for each in said["artefacts"]),
        parts=_texts(said["parts"]),
    )


def _descriptor_to(descriptor: Descriptor) -> Message:
    """Field by field, which takes a tenth of `asdict`'s time: there are eighty of them."""
    return {name: getattr(descriptor, name) for name in _DESCRIPTOR}


def _descriptor_from(said: Message) -> Descriptor:
    value, (low, high) = said["value"], said["range"]
    return Descriptor(**{**said, "value": tuple(value) if isinstance(value, list) else value, "range": (low, high)})


def _finding(said: Message) -> Finding:
    ranges = tuple((float(start), float(end)) for start, end in said["ranges"])
    return Finding(**{**said, "severity": Severity(said["severity"]), "ranges": ranges})


def _embedded(said: Message) -> Embedded:
    chapters = (Chapter(float(one["start"]), float(one["end"]), str(one["title"])) for one in said["chapters"])
    return Embedded(_texts(said["tags"]), tuple(chapters), bool(said["cover"]))


def _texts(said: Message) -> dict[str, str]:
    return {str(key): str(value) for key, value in said.items()}


def excerpt_to(asked: Excerpt) -> Message:
    return asdict(asked)


def excerpt_from(said: Message) -> Excerpt:
    return Excerpt(**{**said, "stretch": Stretch(**said["stretch"]), "format": ExcerptFormat(said["format"])})


def spectrogram_to(asked: SpectrogramWindow) -> Message:
    return asdict(asked)


def spectrogram_from(said: Message) -> SpectrogramWindow:
    return SpectrogramWindow(**{**said, "stretch": Stretch(**said["stretch"]), "scale": FrequencyScale(said["scale"])})
