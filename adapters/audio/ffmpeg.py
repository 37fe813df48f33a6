"""The ffmpeg program that imageio-ffmpeg brings along: our own samples in, files under our own names out.

It never sees a file of a user's. It ends with whoever started it: its samples come through a pipe, and the end of the
pipe is the end of its work; a killed child of the engine takes it along, being the leader of its process group.
"""

import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from domain.errors import EngineFailure

_FULL_SCALE = 32768.0
_END_SECONDS = 60.0
"""For the last frames once the pipe is closed: a moment, unless the machine is very busy."""

_LAST_WORDS = 2000


def program() -> str:
    """Its path. Raises EngineFailure when there is none."""
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise EngineFailure(
            "There is no ffmpeg program. Install requirements.lock again; `audio-backend doctor` says what is missing."
        ) from error


@contextmanager
def encoding(rate: int, channels: int, outputs: Sequence[str], log: Path) -> Iterator[Callable[[Block], None]]:
    """Takes blocks of that rate and number of channels, as 16 bit, and has encoded them when the context ends.

    `outputs` are ffmpeg's options for what it writes. Raises EngineFailure with ffmpeg's own words.
    """
    source = ("-f", "s16le", "-ar", str(rate), "-ac", str(channels))
    with piped(source, outputs, log) as write:
        yield lambda block: write(steps(block).data)


@contextmanager
def piped(source: Sequence[str], outputs: Sequence[str], log: Path) -> Iterator[Callable[[memoryview], None]]:
    """Takes bytes and has encoded them when the context ends: `source` are ffmpeg's options for what they are.

    Raises EngineFailure with ffmpeg's own words.
    """
    behind = ("-protocol_whitelist", "pipe", "-i", "pipe:0")
    command = [program(), "-nostdin", "-hide_banner", "-v", "error", "-y", *source, *behind, *outputs]
    with log.open("wb") as words:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=words, env={})
    try:
        yield lambda data: _write(process, data, log)
        _finish(process, log)
    finally:
        process.kill()
        with suppress(OSError):
            process.communicate()
        log.unlink(missing_ok=True)


def steps(block: Block) -> NDArray[np.int16]:
    """As 16 bit, little-endian; what lies beyond full scale is cut off there."""
    scaled = block * np.float32(_FULL_SCALE)
    np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1, out=scaled)
    np.rint(scaled, out=scaled)
    return scaled.astype("<i2", order="C")


def _write(process: "subprocess.Popen[bytes]", data: memoryview, log: Path) -> None:
    pipe = process.stdin
    if pipe is None:
        raise RuntimeError("the program was started without a pipe")
    try:
        pipe.write(data)
    except BrokenPipeError:
        raise _failure(process.wait(), log) from None


def _finish(process: "subprocess.Popen[bytes]", log: Path) -> None:
    """A timer, since waiting with a timeout looks again every 50 ms: as long as a clip of some seconds takes."""
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(_END_SECONDS, end)
    timer.start()
    try:
        process.communicate()
    finally:
        timer.cancel()
    if late.is_set():
        raise EngineFailure(f"ffmpeg did not end within {_END_SECONDS:.0f} s.")
    if process.returncode:
        raise _failure(process.returncode, log)


def _failure(code: int, log: Path) -> EngineFailure:
    words = log.read_bytes()[-_LAST_WORDS:].decode("utf-8", "replace").strip()
    return EngineFailure(f"ffmpeg ended with {code}: {words}")
