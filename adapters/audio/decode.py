"""From a file to blocks of samples: which decoder, and the guard that stands between it and the taps."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from adapters.audio.blocks import BLOCK_FRAMES, Block, Decoder, Stuck
from adapters.audio.claims import Candidate
from adapters.audio.decode_ffmpeg import FfmpegDecoder
from adapters.audio.decode_soundfile import SoundfileDecoder
from adapters.audio.limits import EngineLimits
from domain.errors import EmptyAudio, NonFiniteSamples, UndecodableAudio, UnsupportedParameters, UnusableAudio

T = TypeVar("T")

LOUDEST = 1e10
"""Times full scale: beyond every integer that was ever written as a float, and far from where its powers overflow."""


def open_decoder(candidate: Candidate, *, second_choice: bool = False) -> Decoder:
    """The decoder that is right for the file; ffmpeg's is the second choice for all.

    libsndfile is faster on wav, flac and mp3 and exact on Vorbis, but gives up at the first damaged piece, believes
    sizes that lie, and keeps Vorbis' own order of channels.

    Raises:
        Stuck: it cannot open the file.
        UndecodableAudio: nobody can.
    """
    claims = candidate.claims
    fit = candidate.container.soundfile and not claims.sizes_lie
    if candidate.container.name == "ogg":
        fit = fit and claims.codec == "vorbis" and (claims.channels or 0) <= 2
    if fit and not second_choice:
        return SoundfileDecoder(candidate)
    return FfmpegDecoder(candidate)


def by_either_decoder(candidate: Candidate, work: Callable[[Decoder], T]) -> T:
    """What the work gives with the file's right decoder, or, where that one gets stuck, anew with the second choice.

    Raises UndecodableAudio when both do, and whatever the work raises.
    """
    for second_choice in (False, True):
        try:
            with open_decoder(candidate, second_choice=second_choice) as decoder:
                return work(decoder)
        except Stuck:
            continue
    raise UndecodableAudio("The file cannot be decoded. Check that it plays, or export it again.")


def guarded(
    decoder: Decoder, candidate: Candidate, limits: EngineLimits, frames: int = BLOCK_FRAMES
) -> Iterator[Block]:
    """The decoder's blocks, as long as they are numbers and not too many.

    Raises:
        UnsupportedParameters, DecodedSizeLimit: see EngineLimits; samples so large that squares of them overflow.
        NonFiniteSamples: NaN or infinity, with the time of the first one.
        EmptyAudio: no samples at all.
        Stuck: see Decoder.
    """
    limits.check_parameters(decoder.rate, decoder.channels)
    heard = 0
    for block in decoder.blocks(frames):
        if not (block.min() >= -LOUDEST and block.max() <= LOUDEST):  # which NaN is not either
            raise _wrong(block, heard, decoder.rate)
        heard += len(block)
        # By the bytes that it took, so that a bomb is found when it goes off, and not by how large it is.
        limits.check_decoded(heard * decoder.channels, min(candidate.size, decoder.consumed))
        yield block
    if not heard:
        raise EmptyAudio("The file holds no samples. Send a recording.")


def _wrong(block: Block, before: int, rate: int) -> UnusableAudio:
    """What to say of a block with samples that are no numbers, or none that a recording holds."""
    finite = np.isfinite(block)
    good = finite & (np.abs(block) <= LOUDEST)
    seconds = (before + int(np.argmin(good.all(axis=1)))) / rate
    if not finite.all():
        return NonFiniteSamples(
            f"The sample at {seconds:.3f} s is not a finite number. Export the recording again.", seconds=seconds
        )
    return UnsupportedParameters(
        f"The sample at {seconds:.3f} s is more than {LOUDEST:g} times full scale. Normalise the recording.",
        seconds=seconds,
    )
