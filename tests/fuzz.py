"""A fuzzer for all that reads files before any decoder does: sniffing, headers, claims, tags.

    python -m tests.fuzz --seconds 600 --seed 7

Takes good and hostile files, changes them, and demands of the code that it answers or refuses, in bounded time, having
read a bounded number of bytes inside of the file. Every input is made of the seed and its number alone.
"""

import argparse
import io
import random
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from adapters.audio import embedded
from adapters.audio.claims import Candidate, read_claims
from adapters.audio.headers import wav_texts
from adapters.audio.headers.claims import Purse, Source
from adapters.audio.limits import EngineLimits
from adapters.audio.sniff import HEAD_BYTES, sniff
from domain.errors import AudioBackendError
from tests import sounds
from tests.hostile import CASES

LIMITS = EngineLimits()
CPU_SECONDS, TRIES = 0.5, 3
READ_FACTOR, READ_BYTES = 4, 4 << 20
"""What may be read of a file: so many times its size, and so much more."""

LARGEST = 200_000
NUMBERS = (0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF,
           0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF)  # fmt: skip
WORDS = (b"RIFF", b"data", b"fmt ", b"LIST", b"ID3\x04", b"TXXX", b"APETAGEX", b"OggS", b"fLaC", b"moov", b"stsz",
         b"meta", b"ilst", b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff",
         b"\xff\xfb\x90\xc4", b"CHAP", b"chpl", b"cue ", b"\xff" * 8, bytes(8))  # fmt: skip


class Watched(io.BytesIO):
    """A file that knows what was read of it, and where."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size >= 0, "all of the file was asked for at once"
        assert self.tell() <= len(self.getbuffer()), "something was asked for that lies behind the end"
        got = super().read(size)
        self.count += len(got)
        return got


@cache
def corpus() -> Sequence[bytes]:
    good = [sounds.encoded(fmt, sounds.tone(0.05)) for fmt in (*sounds.FORMATS, *sounds.MORE_FORMATS)]
    tagged = [sounds.encoded(fmt, sounds.tone(0.05), tags={"title": "x"}) for fmt in sounds.FORMATS]
    hostile = [data for case in CASES if 0 < len(data := case.make()) <= LARGEST]
    return [*good * 8, *tagged * 8, *hostile]


def mutated(seed: int, number: int) -> bytes:
    """The input of that number; the first bytes of a file, where its header is, are changed most."""
    draw = random.Random(f"{seed}:{number}")
    data = bytearray(draw.choice(corpus()))
    for _ in range(draw.choice((1, 1, 2, 4, 8, 32))):
        if data:
            draw.choice(_MUTATIONS)(data, draw)
    return bytes(data[:LARGEST])


def _place(data: bytearray, draw: random.Random) -> int:
    return draw.randrange(min(len(data), draw.choice((64, 512, 4096, len(data)))))


def _flip(data: bytearray, draw: random.Random) -> None:
    data[_place(data, draw)] ^= 1 << draw.randrange(8)


def _number(data: bytearray, draw: random.Random) -> None:
    at, size, order = _place(data, draw), draw.choice((1, 2, 3, 4, 8)), draw.choice(("little", "big"))
    value = draw.choice((*NUMBERS, len(data), len(data) - at, draw.getrandbits(64))) + draw.choice((-1, 0, 0, 1))
    data[at : at + size] = struct.pack(">Q", value % (1 << 64))[8 - size :][:: -1 if order == "little" else 1]


def _insert(data: bytearray, draw: random.Random) -> None:
    data[(at := _place(data, draw)) : at] = draw.choice((draw.randbytes(draw.randrange(1, 64)), draw.choice(WORDS)))


def _delete(data: bytearray, draw: random.Random) -> None:
    at = _place(data, draw)
    del data[at : at + draw.choice((1, 2, 4, 8, 100, 5000))]


def _repeat(data: bytearray, draw: random.Random) -> None:
    at = _place(data, draw)
    data[at:at] = data[at : at + draw.choice((4, 8, 32, 200))] * draw.choice((2, 10, 500))


def _splice(data: bytearray, draw: random.Random) -> None:
    other = draw.choice(corpus())
    start = draw.randrange(len(other))
    at = _place(data, draw)
    data[at : at + draw.choice((0, 50, len(data)))] = other[start : start + draw.choice((20, 500, len(other)))]


_MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip, _number, _number, _number, _insert, _delete, _repeat, _splice,
)  # fmt: skip


def attempt(data: bytes, path: Path) -> None:
    """All that reads the file. Raises whatever is not a refusal, and AssertionError for what costs too much.

    What costs too much does so every time: a busy machine slows down one try.
    """
    spent = min(_until_quick(data, path))
    assert spent <= CPU_SECONDS, f"{spent:.2f} s of CPU"


def _until_quick(data: bytes, path: Path) -> Iterator[float]:
    for _ in range(TRIES):
        start = time.process_time()
        _read(data, path)
        spent = time.process_time() - start
        yield spent
        if spent <= CPU_SECONDS:
            return


def _read(data: bytes, path: Path) -> None:
    file = Watched(data)
    try:
        sniff(data[:HEAD_BYTES])
        container, claims = read_claims(Source(file, len(data)), LIMITS)
    except AudioBackendError:
        container, claims = None, None
    assert file.count <= READ_FACTOR * len(data) + READ_BYTES, f"{file.count} bytes were read of {len(data)}"
    if container is not None and claims is not None:
        if container.name in {"wav", "rf64", "w64"}:
            wav_texts.read(Source(Watched(data), len(data)), Purse(LIMITS))
        path.write_bytes(data)
        candidate = Candidate(path, len(data), container, claims)
        # mutagen may stumble over anything; what we make of what it has read must stand.
        found = embedded._forgiving(embedded._by_mutagen, candidate)
        embedded._tags(found.pairs)


def fuzz(seed: int, numbers: Sequence[int], seconds: float | None = None) -> int:
    """How many inputs were tried. Raises AssertionError, with what made it, for the first one that is not survived."""
    end = None if seconds is None else time.monotonic() + seconds
    corpus()  # before the clock of the first input runs
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        attempt(sounds.tone_wav(0.05), path)  # loads mutagen
        for done, number in enumerate(numbers):
            if end is not None and time.monotonic() > end:
                return done
            data = mutated(seed, number)
            try:
                attempt(data, path)
            except Exception as error:
                raise AssertionError(f"seed {seed}, number {number}: {error!r}\n{_kept(seed, number, data)}") from error
    return len(numbers)


def _kept(seed: int, number: int, data: bytes) -> str:
    """The input, in hex where that can be read, else where it was saved."""
    if len(data) <= 2048:
        return data.hex()
    path = Path(tempfile.gettempdir()) / f"fuzz-{seed}-{number}"
    path.write_bytes(data)
    return str(path)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--number", type=int, help="this input alone")
    given = options.parse_args()
    numbers = range(sys.maxsize) if given.number is None else range(given.number, given.number + 1)
    tried = fuzz(given.seed, numbers, given.seconds)
    sys.stdout.write(f"seed {given.seed}: {tried} inputs, all answered or refused\n")


if __name__ == "__main__":
    main()
