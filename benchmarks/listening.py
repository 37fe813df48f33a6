"""CPU time of one full listening, in this process, against decoding the same file in blocks and doing nothing."""

import resource
import tempfile
from functools import partial
from pathlib import Path

from adapters.audio.claims import examine
from adapters.audio.decode import open_decoder
from adapters.audio.engine import LibrosaEngine
from adapters.audio.limits import EngineLimits
from benchmarks.measure import medians
from tests import sounds

SECONDS = 300.0


def material(folder: Path) -> list[Path]:
    """Five minutes of stereo noise over a tone, in three formats."""
    signal = sounds.noise(SECONDS, dbfs=-30.0) + sounds.tone(SECONDS, dbfs=-12.0)
    made = []
    for name in ("wav", "flac", "mp3"):
        path = folder / f"{SECONDS:.0f}s.{name}"
        path.write_bytes(sounds.encoded(name, signal))
        made.append(path)
    return made


def decode_only(path: Path) -> None:
    limits = EngineLimits()
    with open_decoder(examine(path, limits)) as decoder:
        for _block in decoder.blocks():
            pass


def rows(files: list[Path]) -> list[tuple[str, str, str]]:
    engine = LibrosaEngine()
    found = []
    for path in files:

        def listen(path: Path = path) -> float:
            with tempfile.TemporaryDirectory() as workspace:
                heard = engine.listen(path, Path(workspace), lambda _share, _stage: None)
            return heard.audio.duration_seconds or 0.0

        seconds = listen()
        full, bare = medians(listen, partial(decode_only, path))
        found.append(
            (
                path.name,
                f"{full / bare:.1f} x",
                f"{full:.2f} s against {bare:.2f} s of CPU for {seconds:.0f} s of sound",
            )
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found.append(("peak memory of this process", "", f"{peak:.0f} MiB"))
    return found
