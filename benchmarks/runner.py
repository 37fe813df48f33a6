"""One way of listening, once, in a process of its own that is warm: `python -m benchmarks.runner WAY FILE` tells what
it cost, as JSON."""

import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from adapters.audio.claims import examine
from adapters.audio.decode import open_decoder
from adapters.audio.engine import LibrosaEngine
from adapters.audio.limits import EngineLimits
from benchmarks import ways
from benchmarks.measure import NOT_INSTALLED
from benchmarks.programs import Programs, peak_mib
from tests import sounds

Way = Callable[[Path, Path], object]


def engine(path: Path, folder: Path) -> None:
    LibrosaEngine().listen(path, folder, lambda _share, _stage: None)


def decode(path: Path, _folder: Path) -> None:
    with open_decoder(examine(path, EngineLimits())) as decoder:
        for _block in decoder.blocks():
            pass


def way(name: str) -> Way:
    if name in {"engine", "decode"}:
        return {"engine": engine, "decode": decode}[name]
    ours = ways.way(name)
    if ours is not None:
        return ours
    found: Way = importlib.import_module(f"benchmarks.yardsticks.{name}").analyse
    return found


def cpu_seconds() -> float:
    """Of this process and of the programs that it has started and waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def main(name: str, path: Path) -> None:
    try:
        analyse = way(name)
    except ModuleNotFoundError:
        sys.exit(NOT_INSTALLED)
    with tempfile.TemporaryDirectory() as folder:
        warming = Path(folder) / f"warming{path.suffix}"
        kind = path.suffix[1:] if path.suffix in {".mp3", ".flac"} else "wav"
        warming.write_bytes(sounds.encoded(kind, sounds.noise(8.0)))
        analyse(warming, Path(folder))
    with tempfile.TemporaryDirectory() as folder, Programs() as programs:
        cpu, wall = cpu_seconds(), time.perf_counter()
        said = analyse(path, Path(folder))
        cost: dict[str, object] = {"cpu": cpu_seconds() - cpu, "wall": time.perf_counter() - wall, "peak": peak_mib()}
    cost |= {"programs": programs.peak_mib, "together": programs.together_mib}
    cost |= {"said": said if isinstance(said, str) else ""}
    print(json.dumps(cost))


main(sys.argv[1], Path(sys.argv[2]))
