"""The preview: a small mp3 of the whole recording, transcoded in blocks."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from adapters.audio.blocks import Block, Decoder, Stuck, share_done
from adapters.audio.claims import Candidate
from adapters.audio.decode import guarded, open_decoder
from adapters.audio.limits import EngineLimits
from domain.analysis import Artefact
from domain.errors import UndecodableAudio
from domain.ports.audio import Progress
from domain.values import Scalar

NAME = "preview.mp3"
BITS_PER_CHANNEL = 64_000
_MP3_RATES = frozenset({8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000})
_FASTEST = "9"
"""lame's -q: a third of the default's time; what is lost is not what a preview is for."""


def preview(candidate: Candidate, limits: EngineLimits, workspace: Path, progress: Progress) -> Artefact:
    """Mono stays mono, everything else becomes stereo; the rate stays where mp3 has it, else 44.1 or 48 kHz.

    Raises UnusableAudio's leaves, whatever `progress` raises, and OSError when the workspace cannot be written.
    """
    for second_choice in (False, True):
        try:
            with open_decoder(candidate, second_choice=second_choice) as decoder:
                limits.check_parameters(decoder.rate, decoder.channels)
                return _transcode(decoder, guarded(decoder, candidate, limits), workspace / NAME, progress)
        except Stuck:
            continue
    raise UndecodableAudio("The file cannot be decoded. Check that it plays, or export it again.")


def _transcode(decoder: Decoder, blocks: Iterable[Block], path: Path, progress: Progress) -> Artefact:
    channels = min(decoder.channels, 2)
    rate = _mp3_rate(decoder.rate)
    layout = "mono" if channels == 1 else "stereo"
    frames = 0
    with av.open(f"file:{path}", "w", format="mp3", options={"write_xing": "1"}) as container:
        stream = container.add_stream(
            "libmp3lame", rate=rate, options={"compression_level": _FASTEST, "joint_stereo": "0"}
        )
        context = stream.codec_context
        context.layout = layout
        context.bit_rate = BITS_PER_CHANNEL * channels
        context.open()
        resampler = av.AudioResampler(context.format, layout, rate, context.frame_size)
        for block in blocks:
            for frame in resampler.resample(_frame(block, decoder.rate, frames)):
                container.mux(context.encode(frame))
            frames += len(block)
            progress(0.99 * share_done(frames, decoder), "preview")
        for last in [*resampler.resample(None), None]:
            container.mux(context.encode(last))
    settings: dict[str, Scalar] = {
        "bit_rate_bps": BITS_PER_CHANNEL * channels,
        "sample_rate_hz": rate,
        "channels": channels,
    }
    return Artefact(NAME, path, "audio/mpeg", settings)


def _frame(block: Block, rate: int, at: int) -> av.AudioFrame:
    """A block as ffmpeg takes it; more than two channels are folded here, since their places may not be known."""
    if block.shape[1] > 2:
        block = _folded(block)
    packed = np.ascontiguousarray(block, np.float32).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(packed, "flt", "mono" if block.shape[1] == 1 else "stereo")
    frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), at
    return frame


def _folded(block: Block) -> Block:
    """To stereo: 5.1 as ITU-R BS.775 has it, without the LFE; unknown layouts by even and odd channels."""
    half = np.float32(0.7071)
    if block.shape[1] in {5, 6}:
        left, right, centre, *_, left_side, right_side = block.T
        return np.stack([left + half * (centre + left_side), right + half * (centre + right_side)], axis=1) * half
    return np.stack([block[:, 0::2].mean(axis=1), block[:, 1::2].mean(axis=1)], axis=1)


def _mp3_rate(rate: int) -> int:
    if rate in _MP3_RATES:
        return rate
    return 44100 if rate % 11025 == 0 else 48000
