"""A data folder with recordings, batches of a recipe over them, and the workers that are killed meanwhile."""

import io
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from dependency_injector import providers

from domain.access import Actor, Role
from domain.batch import Counts, Item, ItemStatus, Selection, Work
from domain.job import Job, JobStatus
from domain.ports.batches import ItemQuery
from domain.recording import Recording
from domain.rendition import Rendition
from domain.step import Step
from domain.values import JobId
from entrypoints.container import Container
from entrypoints.settings import Settings
from tests import sounds
from tests.builders import FakeClock, an_audio_format, put_ready
from tests.e2e.service import ROOT

RATE = 8000
LOOK_EVERY_SECONDS = 0.1
ONE_STEP = 2 / 32768
"""Of 16 bits: how far the same gain may come out apart, rounded twice."""


@dataclass(frozen=True)
class Started:
    job_id: JobId
    recipe: str
    gain_db: float


class BatchYard:
    """Recordings of two tones each, unlike all others, that were never heard: a gain does not need to know more."""

    def __init__(self, folder: Path, recordings: int, seconds: float = 0.2, children: int = 1) -> None:
        self.folder = folder
        self.environment = {
            "AUDIO_DATA_DIR": str(folder / "data"),
            "AUDIO_WORKER_CHILDREN": str(children),
            "AUDIO_LEASE_SECONDS": "1",
        }
        self.armed = folder / "armed"
        self.log = folder / "log.txt"
        self.workers: subprocess.Popen[bytes] | None = None
        self.is_working = False
        self.container = Container(self._settings())
        self.ports: Any = self.container.adapters
        self.use: Any = self.container.use_cases
        library, _ = self.use.prepare_access()(None)
        self.admin = Actor(library.id, "key:admin", Role.ADMIN)
        self.sounds = [self._sound(n, seconds) for n in range(recordings)]
        self.recordings = [self._put(sound, seconds) for sound in self.sounds]

    def _settings(self) -> Settings:
        return Settings(data_dir=self.folder / "data", lease_seconds=1)

    def _sound(self, n: int, seconds: float) -> sounds.Signal:
        return sounds.joined(*(sounds.tone(seconds / 2, RATE, 1, hz=hz) for hz in (200.0 + 10 * n, 1500.0 + 10 * n)))

    def _put(self, sound: sounds.Signal, seconds: float) -> Recording:
        audio = an_audio_format(sample_rate_hz=RATE, channels=1, duration_seconds=seconds, bit_rate_bps=16 * RATE)
        return put_ready(self.ports, self.admin.library_id, sounds.encoded("wav", sound, RATE), audio)

    # ---- what is done --------------------------------------------------------------------------------------------

    def start(self, recipe: str, gain_db: float) -> Started:
        """A batch of a new recipe over all recordings."""
        steps = [Step.of("gain", {"gain_db": gain_db}), Step.of("transcode", {"format": "wav"})]
        self.use.create_recipe()(self.admin, recipe, "", steps)
        selection = Selection(tuple(each.id for each in self.recordings))
        job: Job = self.use.start_batch()(self.admin, Work.RECIPE, {"recipe": recipe}, selection)
        return Started(job.id, recipe, gain_db)

    def start_worker(self) -> None:
        """Unless there is one."""
        workers = self.workers = self.workers or self.process("-m", "tests.e2e.crashing_batch", str(self.armed))
        if not self.is_working and workers.stdin is not None:
            workers.stdin.write(b"one\n")
            workers.stdin.flush()
            self.is_working = True

    def await_death(self) -> int:
        """How the worker ended."""
        assert self.workers is not None
        assert self.workers.stdout is not None
        self.is_working = False
        return int(self.workers.stdout.readline())

    def process(self, *command: str) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )

    def await_end(self, batch: Started, patience: float = 60.0) -> None:
        """While the scheduler's sweep rings, as it does every few seconds."""
        deadline = time.monotonic() + patience
        while not self.job(batch).is_settled:
            assert time.monotonic() < deadline, (
                f"{self.job(batch)} {self.counts(batch)}\n{self.log.read_text()[-4000:]}"
            )
            self.look()

    def look(self) -> None:
        """A moment passes, and the sweep rings."""
        self.use.sweep()()
        time.sleep(LOOK_EVERY_SECONDS)

    def close(self) -> None:
        if self.workers is not None:
            os.killpg(self.workers.pid, signal.SIGKILL)
            self.workers.communicate()
        self.container.close()

    # ---- what is to be seen --------------------------------------------------------------------------------------

    def counts(self, batch: Started) -> Counts:
        counts: Counts = self.ports.batches().counts(self.admin.library_id, batch.job_id)
        return counts

    def job(self, batch: Started) -> Job:
        job: Job = self.ports.jobs().get(self.admin.library_id, batch.job_id)
        return job

    def items(self, batch: Started) -> tuple[Item, ...]:
        query = ItemQuery(limit=1000)
        items: tuple[Item, ...] = self.ports.batches().items(self.admin.library_id, batch.job_id, query).items
        return items

    def results(self, batch: Started, recording: Recording) -> list[Rendition]:
        kept = self.ports.renditions().of_recording(recording.library_id, recording.id)
        return [each for each in kept if each.settings.get("recipe") == f"{batch.recipe}@1"]

    def is_whole(self, batch: Started, rendition: Rendition, sound: sounds.Signal) -> bool:
        """Whether the stored bytes are the sound with the batch's gain, to the last sample."""
        content = b"".join(self.ports.blobs().get(rendition.blob_key))
        if len(content) != rendition.size_bytes:
            return False
        heard, rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
        expected = sound * 10 ** (batch.gain_db / 20)
        return rate == RATE and heard.shape == expected.shape and bool(np.abs(heard - expected).max() <= ONE_STEP)

    def assert_done_once(self, batch: Started, tries_lost: int) -> None:
        """All its items, with as many tries more at most; each has the one result, whole. No bytes are left over."""
        assert self.job(batch).status is JobStatus.SUCCEEDED
        assert self.counts(batch).by_status == {ItemStatus.SUCCEEDED: len(self.recordings)}
        items = self.items(batch)
        assert sorted(item.recording_id for item in items) == sorted(each.id for each in self.recordings)
        assert sum(item.attempts for item in items) <= len(items) + tries_lost
        for recording, sound in zip(self.recordings, self.sounds, strict=True):
            (result,) = self.results(batch, recording)
            assert self.is_whole(batch, result, sound)
        assert self.ports.batches().active(self.admin.library_id) == ()
        assert self.ports.queue().dead_letters(10) == ()
        assert self.keys_a_day_later() == self.keys_on_record()

    def keys_a_day_later(self) -> set[str]:
        """Of all blobs, once what no record names has been cleared away."""
        container = Container(self._settings())
        try:
            clock = FakeClock(self.ports.clock().now() + timedelta(hours=25))
            container.adapters.clock.override(providers.Object(clock))
            report = container.use_cases.reconcile_blobs()()
            assert report["originals_missing"] == 0
            return {blob.key for blob in container.adapters.blobs().list()}
        finally:
            container.close()

    def keys_on_record(self) -> set[str]:
        found = {each.blob_key for each in self.recordings}
        for each in self.recordings:
            found |= {kept.blob_key for kept in self.ports.renditions().of_recording(each.library_id, each.id)}
        return found
