"""Decoding just a stretch of a file."""

from collections.abc import Iterator

from adapters.audio.blocks import Block, Decoder
from adapters.audio.claims import Candidate
from adapters.audio.decode import guarded
from adapters.audio.limits import EngineLimits
from domain.errors import EmptyAudio


def window(decoder: Decoder, candidate: Candidate, limits: EngineLimits, first: int, stop: int) -> Iterator[Block]:
    """The frames from `first` up to `stop`, fewer where the sound ends before; the guard's exceptions, see there.

    What lies between the place that the decoder can go to and the first frame is decoded and dropped.
    Raises EmptyAudio when the sound ends before the first frame.
    """
    at, told = decoder.seek(max(0, first)), False
    for block in guarded(decoder, candidate, limits):
        part = block[max(0, first - at) : max(0, stop - at)]
        at += len(block)
        if len(part):
            told = True
            yield part
        if at >= stop:
            break
    if not told:
        raise EmptyAudio("The sound ends before this stretch begins.")
