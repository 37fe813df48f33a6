"""Decoding by libsndfile, in blocks: wav, aiff, caf, flac, mp3 and Ogg Vorbis."""

import os
import sys
from collections.abc import Iterator
from typing import Self

import numpy as np
import soundfile

from adapters.audio import layouts
from adapters.audio.blocks import BLOCK_FRAMES, Block, Stuck
from adapters.audio.claims import Candidate
from adapters.audio.formats import BIT_DEPTHS, codec_of_soundfile

_LEFT_OVER_BYTES = 4096
"""What may be left behind the sound, e.g. a tag that we do not know."""

_STEP = np.float32(2**-15)
"""Of 16 bits, full scale being 1."""


class SoundfileDecoder:
    """See `blocks.Decoder`. What libsndfile promises about the length is never believed."""

    damaged, breaks_off = 0, False

    def __init__(self, candidate: Candidate) -> None:
        """Raises Stuck when libsndfile cannot open it or takes it for something else than we do."""
        self._descriptor = os.open(candidate.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._file = soundfile.SoundFile(self._descriptor, closefd=False)
        except (soundfile.LibsndfileError, RuntimeError, ValueError) as error:
            os.close(self._descriptor)
            raise Stuck from error
        container = candidate.container
        if self._file.format not in container.soundfile:
            self.__exit__()
            raise Stuck(self._file.format)
        self.rate: int = self._file.samplerate
        self.channels: int = self._file.channels
        self.codec = codec_of_soundfile(container.name, self._file.subtype, self._big_endian(container.name))
        self.layout = layouts.of_mask(candidate.claims.channel_mask, self.channels)
        self.bit_depth = BIT_DEPTHS.get(self._file.subtype)
        self.declared_seconds = candidate.claims.duration_seconds
        # In these, libsndfile stops where the header says, or at the end of the first of several streams.
        framed = container.name in {"flac", "mp3", "ogg"}
        self._sound_ends = candidate.claims.starts_at + (candidate.claims.payload_bytes or 0) if framed else 0

    def _big_endian(self, container: str) -> bool:
        endian = {"LITTLE": "little", "BIG": "big", "CPU": sys.byteorder}.get(self._file.endian)
        return (endian or ("big" if container in {"aiff", "caf"} else "little")) == "big"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        os.close(self._descriptor)

    @property
    def consumed(self) -> int:
        return os.lseek(self._descriptor, 0, os.SEEK_CUR)

    def seek(self, frame: int) -> int:
        """Exact, for mp3 and Vorbis as well: libsndfile walks through their frames."""
        try:
            return int(self._file.seek(frame))
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise Stuck from error

    def blocks(self, frames: int = BLOCK_FRAMES) -> Iterator[Block]:
        room = np.empty((frames, self.channels), np.float32)
        # Where there are 16 bits libsndfile copies them, and takes six times as long to make floats of them.
        bits = np.empty_like(room, np.int16) if self.codec.startswith("pcm_s16") else None
        while True:
            try:
                block = self._file.read(out=room if bits is None else bits)
            except (soundfile.LibsndfileError, RuntimeError) as error:
                raise Stuck from error
            if not len(block):
                break
            yield block if bits is None else np.multiply(block, _STEP, out=room[: len(block)])
        if self.consumed < self._sound_ends - max(_LEFT_OVER_BYTES, self._sound_ends // 100):
            raise Stuck("more sound than it says")
