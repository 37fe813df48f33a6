"""The previews: a small mp3 and a smaller opus of the whole recording, from one decode of it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from adapters.audio.blocks import Block, Decoder, share_done
from adapters.audio.claims import Candidate
from adapters.audio.decode import by_either_decoder, guarded
from adapters.audio.ffmpeg import encoding
from adapters.audio.limits import EngineLimits
from domain.analysis import Artefact
from domain.ports.audio import Progress

MP3_BITS_PER_CHANNEL = 64_000
OPUS_BITS = {1: 48_000, 2: 80_000}
OPUS_RATE = 48_000
_MP3_RATES = frozenset({8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000})

# A quarter of lame's default time and half of Opus'; what is lost is not what a preview is for. Bit-exact: the same
# recording has the same previews.
_FAST_MP3 = ("-c:a", "libmp3lame", "-compression_level", "9", "-joint_stereo", "0")
_FAST_OPUS = ("-c:a", "libopus", "-compression_level", "0", "-frame_duration", "60")
_EXACT = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact")


def previews(
    candidate: Candidate, limits: EngineLimits, workspace: Path, progress: Progress, gain_db: float = 0.0
) -> tuple[Artefact, ...]:
    """preview.mp3 and preview.opus, `gain_db` louder than the recording.

    Mono stays mono, everything else becomes stereo; the rate stays where mp3 has it, else 44.1 or 48 kHz; Opus is
    always at 48 kHz.

    Raises UnusableAudio's leaves, EngineFailure, whatever `progress` raises, and OSError when the workspace cannot be
    written.
    """

    def transcode(decoder: Decoder) -> tuple[Artefact, ...]:
        blocks = guarded(decoder, candidate, limits)
        made = _planned(min(decoder.channels, 2), mp3_rate(decoder.rate), workspace)
        factor, frames = np.float32(10 ** (gain_db / 20)), 0
        outputs = [option for artefact, options in made for option in (*options, f"file:{artefact.path}")]
        with encoding(decoder.rate, min(decoder.channels, 2), outputs, workspace / "ffmpeg.log") as write:
            for block in blocks:
                write(folded(block) * factor)
                frames += len(block)
                progress(0.99 * share_done(frames, decoder), "preview")
        return tuple(artefact for artefact, _ in made)

    return by_either_decoder(candidate, transcode)


def _planned(channels: int, rate: int, workspace: Path) -> Sequence[tuple[Artefact, Sequence[str]]]:
    """What will be made, each with ffmpeg's options for it."""
    mp3_bits, opus_bits = MP3_BITS_PER_CHANNEL * channels, OPUS_BITS[channels]
    mp3 = Artefact(
        "preview.mp3",
        workspace / "preview.mp3",
        "audio/mpeg",
        {"bit_rate_bps": mp3_bits, "sample_rate_hz": rate, "channels": channels},
    )
    opus = Artefact(
        "preview.opus",
        workspace / "preview.opus",
        "audio/ogg",
        {"bit_rate_bps": opus_bits, "sample_rate_hz": OPUS_RATE, "channels": channels},
    )
    return (
        (mp3, (*_FAST_MP3, "-b:a", str(mp3_bits), "-ar", str(rate), *_EXACT, "-f", "mp3")),
        (opus, (*_FAST_OPUS, "-b:a", str(opus_bits), "-ar", str(OPUS_RATE), *_EXACT, "-f", "ogg")),
    )


def folded(block: Block) -> Block:
    """To stereo: 5.1 as ITU-R BS.775 has it, without the LFE; unknown layouts by even and odd channels.

    By hand, since the places of more than two channels may not be known to ffmpeg. Mono and stereo are left alone.
    """
    if block.shape[1] <= 2:
        return block
    half = np.float32(0.7071)
    if block.shape[1] in {5, 6}:
        left, right, centre, *_, left_side, right_side = block.T
        return np.stack([left + half * (centre + left_side), right + half * (centre + right_side)], axis=1) * half
    return np.stack([block[:, 0::2].mean(axis=1), block[:, 1::2].mean(axis=1)], axis=1)


def mp3_rate(rate: int) -> int:
    if rate in _MP3_RATES:
        return rate
    return 44100 if rate % 11025 == 0 else 48000
