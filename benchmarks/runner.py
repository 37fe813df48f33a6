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
from benchmarks.measure import NOT_INSTALLED
from tests import sounds

Way = Callable[[Path, Path], None]


def engine(path: Path, folder: Path) -> None:
    LibrosaEngine().listen(path, folder, lambda _share, _stage: None)


def decode(path: Path, _folder: Path) -> None:
    with open_decoder(examine(path, EngineLimits())) as decoder:
        for _block in decoder.blocks():
            pass


def way(name: str) -> Way:
    if name in {"engine", "decode"}:
        return {"engine": engine, "decode": decode}[name]
    found: Way = importlib.import_module(f"benchmarks.yardsticks.{name}").analyse
    return found


def peak_mib() -> float:
    """The largest that this process was since the last reset, resident."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


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
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = cpu_seconds(), time.perf_counter()
        analyse(path, Path(folder))
        cost = {"cpu": cpu_seconds() - cpu, "wall": time.perf_counter() - wall, "peak": peak_mib()}
    print(json.dumps(cost))


main(sys.argv[1], Path(sys.argv[2]))
