"""A stretch of a recording as a file of its own: decoded in blocks, cut, faded and written by pydub."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block, Decoder
from adapters.audio.claims import Candidate
from adapters.audio.decode import by_either_decoder
from adapters.audio.limits import EngineLimits
from adapters.audio.preview import OPUS_RATE, folded, mp3_rate
from adapters.audio.segments import export, faded, segment
from adapters.audio.window import window
from domain.analysis import Artefact
from domain.errors import UnsupportedParameters
from domain.stretch import Excerpt, ExcerptFormat
from domain.values import Scalar

MAX_FLAC_CHANNELS = 8
_MAX_VORBIS_RATE = 96_000


@dataclass(frozen=True, slots=True)
class _Written:
    """How a format is written. `exact` formats keep the original's rate, channels and depth (up to 24 bits)."""

    exact: bool = False
    codec: str | None = None
    options: tuple[str, ...] = ()


_FORMATS = {
    ExcerptFormat.WAV: _Written(exact=True),
    ExcerptFormat.FLAC: _Written(exact=True, codec="flac"),
    ExcerptFormat.MP3: _Written(codec="libmp3lame", options=("-b:a", "192k")),
    ExcerptFormat.OPUS: _Written(codec="libopus", options=("-b:a", "128k")),
    ExcerptFormat.OGG: _Written(codec="libvorbis", options=("-q:a", "6")),
}


def excerpt(candidate: Candidate, limits: EngineLimits, workspace: Path, asked: Excerpt) -> Artefact:
    """Left in the workspace as excerpt.wav, .flac, …; lossy formats are mono or stereo.

    Raises UnusableAudio's leaves, EngineFailure, and OSError when the workspace cannot be written.
    """
    written = _FORMATS[asked.format]

    def cut(decoder: Decoder) -> Artefact:
        rate = decoder.rate
        wide = written.exact and (decoder.bit_depth or 16) > 16
        if asked.format is ExcerptFormat.FLAC and decoder.channels > MAX_FLAC_CHANNELS:
            raise UnsupportedParameters(f"flac holds at most {MAX_FLAC_CHANNELS} channels. Ask for wav.")
        factor = np.float32(10 ** (asked.gain_db / 20))
        first, stop = round(asked.stretch.start * rate), round(asked.stretch.end * rate)
        parts = []
        for block in window(decoder, candidate, limits, first, stop):
            sound = block if written.exact else folded(block)
            parts.append(_integers(sound * factor, wide=wide).tobytes())
        channels = decoder.channels if written.exact else min(decoder.channels, 2)
        whole = segment(b"".join(parts), 4 if wide else 2, rate, channels)
        del parts  # the samples are held once
        path = workspace / f"excerpt.{asked.format}"
        out_rate = _rate(asked.format, rate)
        options = (*written.options, "-ar", str(out_rate)) if written.codec else ()
        whole = faded(whole, fade_in=asked.fade_in, fade_out=asked.fade_out)
        export(whole, path, str(asked.format), written.codec, options)
        settings: dict[str, Scalar] = {"sample_rate_hz": out_rate, "channels": channels}
        return Artefact(path.name, path, asked.format.content_type, settings)

    return by_either_decoder(candidate, cut)


def _integers(sound: Block, *, wide: bool) -> NDArray[np.signedinteger]:
    """As 16 or 32 bit, little-endian; what lies beyond full scale is cut off there."""
    full_scale = 2.0**31 if wide else 2.0**15
    steps = sound.astype(np.float64) * full_scale
    np.clip(np.rint(steps, out=steps), -full_scale, full_scale - 1, out=steps)
    return steps.astype("<i4" if wide else "<i2", order="C")


def _rate(form: ExcerptFormat, rate: int) -> int:
    if form is ExcerptFormat.MP3:
        return mp3_rate(rate)
    if form is ExcerptFormat.OPUS or (form is ExcerptFormat.OGG and rate > _MAX_VORBIS_RATE):
        return OPUS_RATE
    return rate
