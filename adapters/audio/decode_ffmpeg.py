"""Decoding by ffmpeg (through PyAV), in blocks: what libsndfile cannot read, and what it gives up on."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, Self

import av
import av.error
import numpy as np

from adapters.audio import layouts
from adapters.audio.blocks import BLOCK_FRAMES, Block
from adapters.audio.claims import Candidate
from adapters.audio.formats import codec_of_ffmpeg
from domain.errors import EmptyAudio, UndecodableAudio, UnsupportedParameters

_SCALES = {"u8": 1 / 128, "s16": 1 / 32768, "s32": 1 / 2147483648, "flt": 1.0, "dbl": 1.0}
_INDEXED = frozenset({"wav", "rf64", "w64", "aiff", "caf", "flac", "ogg", "mp4", "matroska"})
_PREROLL_SECONDS = 0.5
"""Decoded before the sound that is wanted, so that codecs which lean on what came before have found their feet."""

_TRIES = 1_000
"""Damaged packets in front of the first sound that is waited for."""

_STRANGERS = 8
"""Frames in a row with another rate or other channels: fewer are broken headers, more are another recording."""

# Tags may be in any encoding. PyAV 18, the last for Python 3.11, wants to be told; later ones forgive by themselves.
_FORGIVING: dict[str, Any] = {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}

_FEW_PLANES = 8
"""From here on PyAV reads past the end of a frame's planes when it counts them (18.1), and the process dies."""

_NOT_OURS = (av.error.FFmpegError, UnicodeError, ValueError)


def open_container(candidate: Candidate) -> av.container.InputContainer:
    """The file in ffmpeg's hands: one demuxer, local files only, nothing that a playlist or reference could reach.

    Raises UndecodableAudio when there is no such thing in it.
    """
    try:
        container: av.container.InputContainer = av.open(
            f"file:{candidate.path}",
            format=candidate.container.demuxer,
            # An mp3's count of its samples is found only where the file, for ffmpeg, starts with it.
            options={"protocol_whitelist": "file", "skip_initial_bytes": str(candidate.claims.starts_at)},
            **_FORGIVING,
        )
    except _NOT_OURS as error:
        raise UndecodableAudio("The file cannot be decoded. Check that it plays, or export it again.") from error
    return container


class FfmpegDecoder:
    """See `blocks.Decoder`. A damaged packet is left out and counted, as players do."""

    def __init__(self, candidate: Candidate) -> None:
        """Decodes up to the first sound, which alone knows the rate (of HE-AAC) and the channels (of ADTS).

        Raises UndecodableAudio when there is none for lack of anything decodable, EmptyAudio when nothing is there.
        """
        self.damaged, self.breaks_off = 0, False
        self.consumed = 0
        self._strangers = 0
        self._interleaving: av.AudioResampler | None = None
        self._container = open_container(candidate)
        try:
            self._start(candidate)
        except BaseException:
            self._container.close()
            raise

    def _start(self, candidate: Candidate) -> None:
        self._candidate = candidate
        self._skipped = 0
        if not self._container.streams.audio:
            raise UndecodableAudio("The file holds no stream of sound.")
        self._stream = self._container.streams.audio[0]
        context = self._stream.codec_context
        if context is None:
            raise UndecodableAudio("The file's codec is not known here. Convert it to a common one.")
        context.thread_count = 1
        frames = self._decoded()
        first = next(frames, None)
        if first is None:
            if self.damaged:
                raise UndecodableAudio("Nothing in the file can be decoded. Check that it plays, or export it again.")
            raise EmptyAudio("The file holds no samples. Send a recording.")
        self._frames = chain((first,), frames)
        self._origin = first.pts
        self.rate = first.sample_rate
        self.channels = first.layout.nb_channels
        self.codec = codec_of_ffmpeg(context.name)
        self.layout = layouts.named(first.layout.name, self.channels)
        self.bit_depth = _bit_depth(self.codec, context, candidate)
        self._says_exactly = candidate.container.name == "mp4"
        self.declared_seconds = candidate.claims.duration_seconds or self._declared(candidate)

    def _declared(self, candidate: Candidate) -> float | None:
        """The index' word. Where ffmpeg reckons a duration from the file's size, it is nobody's word."""
        if candidate.container.name not in {"mp4", "matroska"}:
            return None
        if self._stream.duration is not None and self._stream.time_base is not None:
            return float(self._stream.duration * self._stream.time_base)
        return self._container.duration / av.time_base if self._container.duration else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def seek(self, frame: int) -> int:
        """By the time stamps of the first sound decoded after the jump, counted from the file's first sound.

        They are the container's word, exact but for those in milliseconds (matroska). Where they are guessed from the
        bit rate or missing, nothing is skipped.
        """
        clock, wanted = self._stream.time_base, frame - round(_PREROLL_SECONDS * self.rate)
        if self._candidate.container.name not in _INDEXED or wanted <= 0 or clock is None or self._origin is None:
            return 0
        frames = self._decoded()
        try:
            self._container.seek(self._origin + int(wanted / self.rate / clock), stream=self._stream)
            first = next(frames, None)
        except av.error.FFmpegError:
            first = None
        if first is not None and first.pts is not None:
            self._skipped = round((first.pts - self._origin) * clock * self.rate)
            if 0 <= self._skipped <= frame:
                self._frames = chain((first,), frames)
                return self._skipped
        self._container.close()
        self._container = open_container(self._candidate)
        self._start(self._candidate)
        return 0

    def _decoded(self) -> Iterator[av.AudioFrame]:
        packets = self._container.demux(self._stream)
        heard = False
        while heard or self.damaged < _TRIES:
            try:
                packet = next(packets, None)
            except av.error.FFmpegError:
                self.damaged, self.breaks_off = self.damaged + 1, True  # the container ends in the middle of something
                return
            if packet is None:
                return
            self.consumed += packet.size
            try:
                for frame in packet.decode():
                    heard, self.breaks_off = True, False
                    yield frame
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, ValueError):  # the latter is PyAV's own, where the codec could not be opened
                self.damaged, self.breaks_off = self.damaged + 1, True

    def blocks(self, frames: int = BLOCK_FRAMES) -> Iterator[Block]:
        room, filled = np.empty((frames, self.channels), np.float32), 0
        for sound in self._trimmed():
            rest = sound
            while len(rest):
                taken = min(len(rest), frames - filled)
                room[filled : filled + taken] = rest[:taken]
                rest, filled = rest[taken:], filled + taken
                if filled == frames:
                    yield room
                    filled = 0
        if filled:
            yield room[:filled]

    def _trimmed(self) -> Iterator[Block]:
        """The samples, without the padding of the last frame where the index says how much is sound."""
        said, at, held = self._samples_said(), self._skipped, None
        for frame in self._frames:
            if not self._fits(frame):
                continue
            if held is not None:
                at += len(held)
                yield held
            held = self._samples(frame)
        if held is not None:
            yield held[: said - at] if at < said else held

    def _samples_said(self) -> int:
        """Only mp4 says it exactly; its encoders fill the last frame up."""
        return round((self.declared_seconds or 0) * self.rate) if self._says_exactly else 0

    def _fits(self, frame: av.AudioFrame) -> bool:
        """Whether it goes on as it began. A few frames that do not are damage.

        Raises UnsupportedParameters when they stay that way.
        """
        if frame.sample_rate == self.rate and frame.layout.nb_channels == self.channels:
            self._strangers = 0
            return True
        self._strangers += 1
        self.damaged += 1
        if self._strangers > _STRANGERS:
            raise UnsupportedParameters("The sample rate or the channels change in the middle. Split the recording.")
        return False

    def _packer(self, frame: av.AudioFrame) -> av.AudioResampler:
        """Interleaves the planes, and changes nothing else."""
        if self._interleaving is None:
            self._interleaving = av.AudioResampler(frame.format.packed.name, frame.layout, frame.sample_rate)
        return self._interleaving

    def _samples(self, frame: av.AudioFrame) -> Block:
        if frame.format.is_planar and self.channels >= _FEW_PLANES:
            (frame,) = self._packer(frame).resample(frame)
        name = frame.format.name
        values = frame.to_ndarray()
        values = values.T if frame.format.is_planar else values.reshape(-1, self.channels)
        scale = _SCALES[name.removesuffix("p")]
        if name.startswith("u8"):
            return (values.astype(np.float32) - 128) * np.float32(scale)
        return values.astype(np.float32) * np.float32(scale) if scale != 1 else values.astype(np.float32, copy=False)


def _bit_depth(codec: str, context: av.AudioCodecContext, candidate: Candidate) -> int | None:
    if codec.startswith("pcm_"):
        digits = "".join(char for char in codec[4:] if char.isdigit())
        return int(digits) if digits else 8  # pcm_mulaw, pcm_alaw
    if codec in {"flac", "wmalossless"}:
        return candidate.claims.bit_depth
    if codec == "alac" and len(context.extradata or b"") > 17:
        return (context.extradata or b"")[17]  # in ALACSpecificConfig, behind the box' head and four bytes of length
    return None
