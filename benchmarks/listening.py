"""One full listening against the yardsticks, against decoding alone, and over lengths and loads."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from adapters.audio.isolated import IsolatedEngine
from benchmarks import material
from benchmarks.measure import PAIRS, Cost, interleaved, once

Row = tuple[str, ...]
YARDSTICKS = ("competent", "naive", "extractor", "decode")
HEADS = ("file", "way", "CPU s", "CPU, times ours", "wall s", "peak MiB")
CLIPS, CLIP_SECONDS, WORKERS = 200, 5.0, 2


def against_yardsticks(files: list[Path]) -> Iterator[Row]:
    """Times our CPU time: what is above 1 is slower than the engine, decoding alone is below."""
    for path in files:
        costs = interleaved(("engine", *YARDSTICKS), path)
        ours = costs["engine"]
        for way, cost in costs.items():
            yield _row(path.name, way, cost, f"{cost.cpu / ours.cpu:.2f}")
        yield (path.name, "over decoding", "", f"{ours.cpu / costs['decode'].cpu:.2f}", "", "")


def over_lengths(folder: Path, minutes: list[float]) -> Iterator[Row]:
    """What memory does as recordings grow; and the worst that a second of sound can be."""
    for length in minutes:
        path = material.wav(folder / f"{length:g} min.wav", length * 60)
        yield _row(path.name, "engine", _one("engine", path), "")
        path.unlink()
    worst = material.wav(folder / "worst, 1 min.wav", 60, worst=True)
    yield _row("noise, 0 dBFS, 192 kHz, 8 ch, 1 min", "engine", _one("engine", worst), "")
    worst.unlink()


def clips(folder: Path) -> Iterator[Row]:
    """How many short clips a second two warm children hear, and how many the competent way does in as many."""
    paths = [material.wav(folder / f"clip {n}.wav", CLIP_SECONDS) for n in range(4)]
    asked = [paths[n % len(paths)] for n in range(CLIPS)]
    rates = []
    with IsolatedEngine(children=WORKERS) as engine, ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(lambda path: _hear(engine, path), asked[: 10 * WORKERS]))
        for _ in range(PAIRS):
            start = time.perf_counter()
            list(threads.map(lambda path: _hear(engine, path), asked))
            rates.append(CLIPS / (time.perf_counter() - start))
    competent = once("competent", paths[0])
    ours = statistics.median(rates)
    yield (f"{CLIP_SECONDS:g} s clips", f"engine, {WORKERS} children", "", "", f"{ours:.0f} a second", "")
    if competent is not None:
        theirs = WORKERS / competent.wall
        yield (f"{CLIP_SECONDS:g} s clips", f"competent, {WORKERS} times one", "", "", f"{theirs:.1f} a second", "")


def _hear(engine: IsolatedEngine, path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine.listen(path, Path(folder), lambda _share, _stage: None)


def _one(way: str, path: Path) -> Cost:
    return interleaved((way,), path, rounds=1)[way]


def _row(name: str, way: str, cost: Cost, ratio: str) -> Row:
    return (name, way, f"{cost.cpu:.2f}", ratio, f"{cost.wall:.2f}", f"{cost.peak:.0f}")
