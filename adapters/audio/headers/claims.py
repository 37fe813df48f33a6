"""What a header claims, and the purse out of which reading it is paid."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from adapters.audio.limits import EngineLimits
from domain.errors import MetadataLimit


@dataclass(frozen=True, slots=True)
class Claims:
    """What a file says of itself; None where it says nothing that we read. Nothing of it is known to be true.

    `codec` is a hint for the choice of the decoder. `sizes_lie` says that chunk sizes contradict the file's own, and
    `missing_bytes` how much of the sound they promise beyond its end; 0 also where the format has no such sizes.
    `channel_mask` has a bit for each place that has a channel, as in WAVEFORMATEXTENSIBLE; channels come in its order.
    `pcm_md5` is the checksum of the samples, zeros where the encoder wrote none.
    `starts_at` is where the sound starts if what stands before it would confuse a decoder.
    """

    sample_rate_hz: float | None = None
    channels: int | None = None
    duration_seconds: float | None = None
    payload_bytes: int | None = None
    codec: str | None = None
    bit_depth: int | None = None
    sizes_lie: bool = False
    missing_bytes: int = 0
    starts_at: int = 0
    channel_mask: int | None = None
    pcm_md5: bytes | None = None


_MAX_PIECES = 200_000  # 24 h in pieces of half a second, looked at in about a second


class Purse:
    """Counts what the header of one file costs and raises MetadataLimit when it is too much."""

    def __init__(self, limits: EngineLimits) -> None:
        self._limits = limits
        self._tag_bytes = 0
        self._tag_frames = 0
        self._steps = 0
        self._pieces = 0

    @property
    def most_frames(self) -> int:
        """Counting tag frames beyond this is a waste."""
        return self._limits.max_tag_frames + 1

    def sound(self) -> None:
        """One more piece of sound, of which long files have many; each costs a look."""
        self._pieces += 1
        if self._pieces > _MAX_PIECES:
            raise MetadataLimit(f"The file is cut into more than {_MAX_PIECES} pieces. Remux it.")

    def step(self) -> None:
        """One more chunk, block, box or page."""
        self._steps += 1
        if self._steps > self._limits.max_chunks:
            raise MetadataLimit(
                f"The file is cut into more than {self._limits.max_chunks} chunks. Rewrite it with a common tool.",
                max_chunks=self._limits.max_chunks,
            )

    def tag_bytes(self, count: int) -> None:
        self._tag_bytes += count
        if self._tag_bytes > self._limits.max_tag_bytes:
            raise MetadataLimit(
                f"The file's tags take more than {self._limits.max_tag_bytes} bytes. Remove tags or pictures.",
                max_tag_bytes=self._limits.max_tag_bytes,
            )

    def tag_frames(self, count: int = 1) -> None:
        self._tag_frames += count
        if self._tag_frames > self._limits.max_tag_frames:
            raise MetadataLimit(
                f"The file's tags have more than {self._limits.max_tag_frames} entries. Remove tags.",
                max_tag_frames=self._limits.max_tag_frames,
            )


class Source:
    """A file as headers read it: at places, in small pieces, never past its end."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.size = size

    def read(self, at: int, count: int) -> bytes:
        """Up to `count` bytes from that place; fewer, or none, at the end."""
        if not 0 <= at < self.size:
            return b""
        self._file.seek(at)
        return self._file.read(count)


def chunks(
    source: Source, purse: Purse, at: int, end: int, order: str, *, size_bytes: int = 4, align: int = 2
) -> Iterator[tuple[bytes, int, int]]:
    """(id, start of the payload, size as written) of chunks in a row, as IFF and its children have them.

    Walks by what is written until it leads outside; `order` is struct's `<` or `>`.
    """
    code = {4: "I", 8: "q"}[size_bytes]
    while at + 4 + size_bytes <= end:
        purse.step()
        head = source.read(at, 4 + size_bytes)
        if len(head) < 4 + size_bytes:
            return
        name, size = head[:4], int(struct.unpack(order + code, head[4:])[0])
        start = at + 4 + size_bytes
        yield name, start, size
        if size < 0:
            return
        at = start + size + (-size % align)
