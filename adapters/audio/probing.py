"""The first look: what the header says, whether the first sounds decode, and whether the whole could be a bomb."""

import math
import time
from collections.abc import Iterator
from contextlib import suppress

import av
import av.error

from adapters.audio.blocks import Decoder, Stuck
from adapters.audio.claims import Candidate
from adapters.audio.decode import guarded, open_decoder
from adapters.audio.decode_ffmpeg import open_container
from adapters.audio.limits import EngineLimits
from domain.analysis import AudioFormat
from domain.errors import UndecodableAudio

_FIRST_SECONDS = 2.0
_BLOCK_FRAMES = 1 << 13
_LONGEST_PACKET_SECONDS = 70.0
"""65,535 samples of FLAC at 1 kHz, rounded up."""


def probe(candidate: Candidate, limits: EngineLimits) -> AudioFormat:
    """Raises UnusableAudio's leaves. What it cannot settle in its time is left to `listen`: the limits are the same."""
    try:
        with open_decoder(candidate) as decoder:
            return _first_sounds(decoder, candidate, limits)
    except Stuck:
        pass
    try:
        with open_decoder(candidate, second_choice=True) as decoder:
            return _first_sounds(decoder, candidate, limits)
    except Stuck as stuck:
        raise UndecodableAudio("The file cannot be decoded. Check that it plays, or export it again.") from stuck


def _first_sounds(decoder: Decoder, candidate: Candidate, limits: EngineLimits) -> AudioFormat:
    limits.check_parameters(decoder.rate, decoder.channels)
    _count_packets(decoder, candidate, limits)
    stop = time.thread_time() + limits.probe_cpu_seconds
    heard = 0
    for block in guarded(decoder, candidate, limits, _BLOCK_FRAMES):
        heard += len(block)
        if heard >= _FIRST_SECONDS * decoder.rate or time.thread_time() > stop:
            break
    return AudioFormat(
        container=candidate.container.name,
        codec=decoder.codec,
        sample_rate_hz=decoder.rate,
        channels=decoder.channels,
        bit_depth=decoder.bit_depth,
        declared_duration_seconds=decoder.declared_seconds,
        layout=decoder.layout,
    )


def _count_packets(decoder: Decoder, candidate: Candidate, limits: EngineLimits) -> None:
    """Adds up the durations of packets, undecoded: a header may lie about its length either way, packets hardly can.

    Only where a limit could be broken at all: PCM cannot grow, and a large file reaches the expansion limit only
    beyond the limit of samples.
    """
    if decoder.codec.startswith("pcm_"):
        return
    packet_limit = candidate.size * limits.max_expansion / 2
    if packet_limit > limits.max_decoded_samples and not _claims_too_much(decoder, limits):
        return
    stop = time.thread_time() + limits.probe_cpu_seconds
    seconds = 0.0
    with open_container(candidate) as container, suppress(av.error.FFmpegError):
        # Cut off or damaged: what was counted up to there counts.
        for n, length in enumerate(_packet_seconds(container)):
            seconds += length
            if n % 256 == 0 and time.thread_time() > stop:
                break
    limits.check_decoded(round(seconds * decoder.rate) * decoder.channels, candidate.size)


def _packet_seconds(container: av.container.InputContainer) -> Iterator[float]:
    """The lengths of the packets. Where they have none (raw FLAC), the step from one time stamp to the next.

    What is longer than any packet is a lie or a gap: it is nothing that would be decoded.
    """
    last = None
    for packet in container.demux(container.streams.audio[0]):
        clock = float(packet.time_base or 0)
        seconds = 0.0
        if packet.duration:
            seconds = packet.duration * clock
        elif packet.pts is not None and last is not None:
            seconds = (packet.pts - last) * clock
        yield seconds if 0 < seconds < _LONGEST_PACKET_SECONDS else 0.0
        last = packet.pts


def _claims_too_much(decoder: Decoder, limits: EngineLimits) -> bool:
    declared = decoder.declared_seconds or 0.0
    return math.isfinite(declared) and declared * decoder.rate * decoder.channels > limits.max_decoded_samples
