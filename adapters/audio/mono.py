"""The sound as models take it: one channel of 16-bit PCM at a rate of their choice, the whole recording."""

from pathlib import Path

from adapters.audio.blocks import Decoder, share_done
from adapters.audio.claims import Candidate
from adapters.audio.decode import by_either_decoder, guarded
from adapters.audio.ffmpeg import encoding
from adapters.audio.limits import EngineLimits
from domain.analysis import Artefact
from domain.ports.audio import Progress

# Bit-exact: nothing but the samples and a header of 44 bytes, so that the size is known before it is written.
_PLAIN_WAV = ("-c:a", "pcm_s16le", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-f", "wav")


def mono(
    candidate: Candidate, limits: EngineLimits, workspace: Path, progress: Progress, sample_rate_hz: int
) -> Artefact:
    """mono.wav: the mean of the channels, resampled by ffmpeg.

    Raises UnusableAudio's leaves, EngineFailure, whatever `progress` raises, and OSError when the workspace cannot be
    written.
    """
    path = workspace / "mono.wav"

    def transcode(decoder: Decoder) -> Artefact:
        outputs = [*_PLAIN_WAV, "-ar", str(sample_rate_hz), f"file:{path}"]
        frames = 0
        with encoding(decoder.rate, 1, outputs, workspace / "ffmpeg.log") as write:
            for block in guarded(decoder, candidate, limits):
                write(block.mean(axis=1, keepdims=True))
                frames += len(block)
                progress(0.99 * share_done(frames, decoder), "decoding")
        return Artefact(path.name, path, "audio/wav", {"sample_rate_hz": sample_rate_hz, "channels": 1})

    return by_either_decoder(candidate, transcode)
