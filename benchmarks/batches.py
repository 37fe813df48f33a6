"""Batches over SQLite, by a real worker with two children: short clips through recipes, and items that are nothing but
bookkeeping."""

import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from adapters.audio.engine import LibrosaEngine
from adapters.audio.isolated import IsolatedEngine
from adapters.audio.process.pcm import Pcm
from adapters.audio.process.wav import WavWriter
from application.render import MEASURES
from benchmarks import material
from benchmarks.programs import tree_cpu_seconds
from benchmarks.yardsticks import loudnorm
from domain.access import Actor, Role
from domain.batch import Counts, ItemStatus, Selection, Work
from domain.processing import Known, Processing
from domain.proof import Measured
from domain.step import Step
from entrypoints.container import Container
from entrypoints.settings import Settings
from entrypoints.worker import worker_of
from tests.builders import a_recording, an_analysis, an_entry, new_id

HEADS = ("what", "items a second", "CPU ms an item", "CPU, times the engine alone", "told")
CLIP_SECONDS = 5.0
CHILDREN = 2
ROUNDS = 3
MANY_CLIPS = 500  # from here on one round has to do
REFERENCE_CLIPS = 100
LOOK_EVERY_SECONDS = 0.05
SLOW_SHARE = 10  # of the items that do nothing, one in so many where each is stored twice

RECIPES = {
    "loudness and opus": (
        Step.of("loudness", {"preset": "podcast"}),
        Step.of("transcode", {"format": "opus", "bit_rate_kbps": 128}),
    ),
    "one channel of 16 kHz, wav": (
        Step.of("channels", {"mode": "mono"}),
        Step.of("resample", {"sample_rate_hz": 16_000}),
    ),
}

Row = tuple[str, str, str, str, str]
Pace = tuple[float, float]
"""Items a second, and seconds of CPU an item, of all processes."""


def rows(folder: Path, clips: int, items: int) -> Iterator[Row]:
    yield from _of_clips(folder, clips)
    for profile, sort, count in (
        ("memory", "quick", items),
        ("local", "quick", items),
        ("local", "slow", items // SLOW_SHARE),
    ):
        yield _idle(profile, sort, count)


def _of_clips(folder: Path, count: int) -> Iterator[Row]:
    """The references do the same with some of the same files, as many at a time, and keep no records of it."""
    paths = _clips(folder, count)
    some = paths[:REFERENCE_CLIPS]
    house = _House(folder / "data", paths)
    paces: dict[str, list[Pace]] = {}
    with IsolatedEngine(children=CHILDREN) as engine:
        ways: dict[str, Callable[[int], Pace]] = {}
        for name, steps in RECIPES.items():
            ways[f"{name}: batch"] = lambda n, name=name, steps=steps: house.batch(n, name, steps)  # type: ignore[misc]  # a lambda with bound defaults has no type of its own
            ways[f"{name}: engine alone"] = lambda _n, steps=steps: _rate(  # type: ignore[misc]  # as above
                some, lambda path, folder: _made(engine, path, folder, steps, house.known[path])
            )
        ways["loudness and opus: ffmpeg, loudnorm in two passes"] = lambda _n: _rate(some, loudnorm.analyse)
        for n in range(ROUNDS if count < MANY_CLIPS else 1):
            for way, run in ways.items():
                paces.setdefault(way, []).append(run(n))
    house.close()
    costs = {way: statistics.median(cpu for _, cpu in each) for way, each in paces.items()}
    for way, each in paces.items():
        told = f"{count if way.endswith('batch') else len(some)} clips of {CLIP_SECONDS:g} s, {CHILDREN} at a time"
        rate = statistics.median(rate for rate, _ in each)
        alone = costs[f"{way.partition(':')[0]}: engine alone"]
        yield (way, f"{rate:.1f}", f"{costs[way] * 1e3:.1f}", f"{costs[way] / alone:.2f}", told)


def _clips(folder: Path, count: int) -> list[Path]:
    """Each as loud as no other."""
    sound, paths = material.music(CLIP_SECONDS), []
    for n in range(count):
        paths.append(folder / f"clip {n}.wav")
        with WavWriter(paths[-1], material.RATE, 2, 16) as wav:
            wav.write(Pcm(16).taken(sound * (0.5 + 0.5 * n / count)).data)
    return paths


class _House:
    """The product over SQLite, with the clips as recordings that have been heard."""

    def __init__(self, folder: Path, paths: Sequence[Path]) -> None:
        self._container = Container(Settings(data_dir=folder, worker_children=CHILDREN))
        library, _ = self._container.use_cases.prepare_access()(None)
        self._actor = Actor(library.id, "key:admin", Role.ADMIN)
        self._hearing = LibrosaEngine()
        with self._container.adapters.database().reading() as connection:
            connection.execute("PRAGMA synchronous = OFF")  # of this thread alone, which only fills
        self.known = {path: self._put(path) for path in paths}
        self._worker = worker_of(self._container)
        self._container.start()
        self._worker.start()

    def _put(self, path: Path) -> Known:
        ports, library_id, content = self._container.adapters, self._actor.library_id, path.read_bytes()
        with tempfile.TemporaryDirectory() as folder:
            heard = self._hearing.listen(path, Path(folder), lambda _share, _stage: None, frozenset({"loudness"}))
        sha256, key = hashlib.sha256(content).hexdigest(), new_id()
        ports.analyses().put(
            an_analysis(
                library_id=library_id, content_sha256=sha256, key=key, audio=heard.audio,
                descriptors=heard.descriptors, parts=self._hearing.parts,
            )
        )  # fmt: skip
        recording = a_recording(
            library_id=library_id, audio=heard.audio, size_bytes=len(content), sha256=sha256, analysis_key=key
        )
        ports.blobs().put(recording.blob_key, [content])
        ports.recordings().add(recording, an_entry(library_id=library_id, subject_id=recording.id))
        measured = Measured.of(heard.audio, heard.descriptors, heard.findings)
        return Known(measured.loudness_lufs, measured.true_peak_dbtp)

    def batch(self, n: int, name: str, steps: Sequence[Step]) -> Pace:
        """A tag makes each round another recipe: what is there already is not made again."""
        use, recipe = self._container.use_cases, f"{name.partition(' ')[0]}-{n}"
        use.create_recipe()(self._actor, recipe, "", [*steps, Step.of("tags", {"write": [f"comment=round {n}"]})])
        start, cpu = time.perf_counter(), tree_cpu_seconds()
        job_id = use.start_batch()(self._actor, Work.RECIPE, {"recipe": recipe}, Selection(query={})).id
        while not use.get_job()(self._actor, job_id).is_settled:
            time.sleep(LOOK_EVERY_SECONDS)
        seconds, cpu = time.perf_counter() - start, tree_cpu_seconds() - cpu
        counts: Counts = self._container.adapters.batches().counts(self._actor.library_id, job_id)
        assert counts.of(ItemStatus.SUCCEEDED) == counts.total == len(self.known), counts
        return counts.total / seconds, cpu / counts.total

    def close(self) -> None:
        self._worker.stop(grace_seconds=0)
        self._container.close()


def _rate(paths: Sequence[Path], run: Callable[[Path, Path], object]) -> Pace:
    def one(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            run(path, Path(folder))

    start, cpu = time.perf_counter(), tree_cpu_seconds()
    with ThreadPoolExecutor(CHILDREN) as threads:
        list(threads.map(one, paths))
    return len(paths) / (time.perf_counter() - start), (tree_cpu_seconds() - cpu) / len(paths)


def _made(engine: IsolatedEngine, path: Path, folder: Path, steps: Sequence[Step], known: Known) -> None:
    asked = Processing(tuple(steps), "made", known=known)
    made = engine.process(path, folder, asked, lambda _share, _stage: None)
    engine.listen(made.outputs[0].artefact.path, folder, lambda _share, _stage: None, MEASURES)


def _idle(profile: str, sort: str, count: int) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.idle", profile, str(count), folder, sort]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    cost = json.loads(done.stdout.splitlines()[-1])
    told = (
        f"the first after {cost['first']:.1f} s, made in {cost['made']:.1f}, ended in {cost['ended']:.1f}; "
        f"{cost['before']:.0f} MiB before, {cost['more']:.0f} more at the peak"
    )
    each = f"{cost['cpu'] / count * 1e3:.2f}"
    stored = "in groups" if sort == "quick" else "one by one"
    return (f"{count:,} items that do nothing, {stored}, {profile}", f"{count / cost['ended']:,.0f}", each, "", told)
