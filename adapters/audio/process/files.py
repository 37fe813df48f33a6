"""The files that are made: one writer for wav, the encoders for all else."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from adapters.audio.blocks import Block
from adapters.audio.ffmpeg import piped
from adapters.audio.limits import EngineLimits
from adapters.audio.process.forms import FORMS, Form
from adapters.audio.process.mp3_length import tell_length
from adapters.audio.process.pcm import Pcm
from adapters.audio.process.stage import Shape
from adapters.audio.process.steps.settings import optional_number, texts, word
from adapters.audio.process.tagging import complete
from adapters.audio.process.wav import WavWriter
from domain.analysis import Artefact
from domain.errors import EngineFailure, Invalid, UnsupportedParameters
from domain.processing import Produced, Promise
from domain.step import Step
from domain.values import Scalar

_EXACT = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact")

_FFMPEG_TAGS = {"albumartist": "album_artist", "tracknumber": "track", "discnumber": "disc"}
"""Where ffmpeg's common name, which it translates for each container, is another than ours."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the steps `transcode` and `tags` say of the files. Rates in Hz; None where they leave it open."""

    form: Form
    depth: int | None = None
    rate: int | None = None
    kbps: float | None = None
    compression: int = 5
    tags: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, steps: Iterable[Step], keep_tags: Mapping[str, str]) -> "Target":
        by_kind = {step.kind: step for step in steps}
        tags = _tags(by_kind.get("tags"), keep_tags)
        step = by_kind.get("transcode")
        if step is None:
            return cls(FORMS["wav"], tags=tags)
        depth, rate = step.parameters.get("bit_depth"), optional_number(step, "sample_rate_hz")
        return cls(
            FORMS[word(step, "format")],
            depth=int(str(depth)) if depth else None,
            rate=int(rate) if rate else None,
            kbps=optional_number(step, "bit_rate_kbps"),
            compression=int(optional_number(step, "compression") or 0),
            tags=tags,
        )


def _tags(step: Step | None, keep: Mapping[str, str]) -> Mapping[str, str]:
    if step is None:
        return {}
    tags = dict(keep) if word(step, "mode") == "keep" else {}
    for text in texts(step, "write"):
        name, said, value = text.partition("=")
        if not said or not name.strip():
            raise Invalid(f"A tag is written as name=value; {text[:64]!r} is not.", field="write")
        tags[name.strip().casefold()] = value.strip()
    return {name: value for name, value in tags.items() if value}


def write(sound: Iterable[Block], shape: Shape, target: Target, path: Path, limits: EngineLimits) -> Produced:
    """All of the sound as one file at `path`, and what it promises to be but for its loudness. The target's depth is
    settled.

    Raises UnsupportedParameters, DecodedSizeLimit, EngineFailure, and OSError where it cannot be written.
    """
    form, depth = target.form, target.depth
    bits = form.bit_rate(shape.rate, shape.channels, target.kbps)
    pcm, frames, makeup = Pcm(depth, wide=form.name == "flac"), 0, np.float32(form.makeup(bits))
    try:
        with _writer(path, shape, target, depth, bits, pcm) as put:
            for block in sound:
                frames += len(block)
                limits.check_made(frames * shape.channels)
                taken = pcm.taken(block)
                put((taken if makeup == 1 else taken * makeup).data)
    except EngineFailure:
        if frames >= form.shortest:
            raise
    if frames < form.shortest:
        raise UnsupportedParameters(
            f"{frames} frames are too few for {form.name}; it holds {form.shortest} or more. Use wav.", frames=frames
        )
    container, codec = form.container, form.codec
    if form.name == "mp3":
        tell_length(path, frames)
    if form.name == "wav":
        with path.open("rb") as file:
            container = "rf64" if file.read(4) == b"RF64" else "wav"
        codec = {16: "pcm_s16le", 24: "pcm_s24le"}.get(depth or 0, "pcm_f32le")
    promise = Promise(container, codec, shape.rate, shape.channels, frames, pcm.cut_off, depth)
    settings: dict[str, Scalar] = {"sample_rate_hz": shape.rate, "channels": shape.channels}
    settings |= {"bit_depth": depth} if depth else {}
    settings |= {"bit_rate_bps": bits} if bits else {}
    if left_out := complete(path, form.name, target.tags):
        settings["tags_left_out"] = ", ".join(left_out)
    return Produced(Artefact(path.name, path, form.content_type, settings), promise)


@contextmanager
def _writer(  # noqa: PLR0917 - what a file is written of, in its order
    path: Path, shape: Shape, target: Target, depth: int | None, bits: int | None, pcm: Pcm
) -> Iterator[Callable[[memoryview], None]]:
    """Takes what `pcm` makes of the blocks."""
    tags = target.tags
    layout = target.form.layout(shape.channels, shape.layout)
    if target.form.name == "wav":
        with WavWriter(path, shape.rate, shape.channels, depth or 24, layout, tags) as wav:
            yield wav.write
        return
    options = [*target.form.options, *(("-b:a", str(bits)) if bits else ())]
    if target.form.name == "flac":
        wide = depth == 24
        kind = ("-sample_fmt", "s32", "-bits_per_raw_sample", "24") if wide else ("-sample_fmt", "s16")
        options += ["-compression_level", str(target.compression), *kind]
    for name, value in tags.items():
        options += ["-metadata", f"{_FFMPEG_TAGS.get(name, name)}={value}"]
    source = ["-f", pcm.ffmpeg_name, "-ar", str(shape.rate)]
    source += ["-ch_layout", layout] if layout else ["-ac", str(shape.channels)]
    with piped(source, [*options, *_EXACT, f"file:{path}"], path.with_name("ffmpeg.log")) as put:
        yield put
