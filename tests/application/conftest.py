"""The product in memory, with a clock that is set by hand and the real engine."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from dependency_injector import providers

from domain.access import Actor, Role
from domain.job import Job
from domain.job_kind import Lane
from domain.ports.blobs import Blobs
from domain.ports.work import JobQuery
from domain.recording import Recording
from domain.values import ByteRange, JobId, LibraryId, RecordingId
from entrypoints.container import Container
from entrypoints.settings import Profile, Settings
from entrypoints.worker import Worker, worker_of
from tests import sounds
from tests.builders import FakeClock


class House:
    """What a test does with the product: send a file, let the worker work, look."""

    def __init__(self, container: Container, clock: FakeClock) -> None:
        self.container = container
        self.use: Any = container.use_cases
        self.ports: Any = container.adapters
        self.clock = clock
        library, _ = self.use.prepare_access()(None)
        self.admin = Actor(library.id, "key:admin", Role.ADMIN, "request-1")
        self.viewer = Actor(library.id, "key:viewer", Role.VIEWER)
        self.editor = Actor(library.id, "key:editor", Role.EDITOR)

    def stranger(self) -> Actor:
        """An admin of another library."""
        library = self.use.create_library()("elsewhere")
        return Actor(library.id, "key:stranger", Role.ADMIN)

    def send(self, content: bytes | Iterable[bytes] = b"", **more: Any) -> Recording:
        chunks = [content] if isinstance(content, bytes) else content
        given = {"filename": "tone.wav", "content_type": "audio/wav", "chunks": chunks, **more}
        recording: Recording = self.use.receive_recording()(given.pop("actor", self.editor), **given)[0]
        return recording

    def recording(self, recording_id: RecordingId) -> Recording:
        recording: Recording = self.use.get_recording()(self.admin, recording_id)
        return recording

    def jobs(self, library_id: LibraryId | None = None) -> tuple[Job, ...]:
        jobs: tuple[Job, ...] = self.ports.jobs().search(library_id or self.admin.library_id, JobQuery()).items
        return jobs

    def job(self, job_id: JobId) -> Job:
        job: Job = self.ports.jobs().find(job_id)
        return job

    def worker(self) -> Worker:
        return worker_of(self.container)

    def work(self, worker: Worker | None = None) -> int:
        """Lets a worker handle every message that can be received now; how many there were."""
        worker = worker or self.worker()
        handled = 0
        while delivery := self.ports.queue().receive(tuple(Lane), timedelta(), timedelta(seconds=30)):
            worker.handle(delivery)
            handled += 1
        return handled

    def blob_keys(self) -> list[str]:
        return [blob.key for blob in self.ports.blobs().list()]

    def replace(self, port: str, adapter: object) -> None:
        """Puts another adapter behind a port; the use-cases are made anew over it."""
        getattr(self.ports, port).override(providers.Object(adapter))
        self.forget_use_cases()

    def forget_use_cases(self) -> None:
        for provider in self.use.providers.values():
            if isinstance(provider, providers.BaseSingleton):
                provider.reset()


class Watched:
    """Blobs, and what was `read` of them."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self.read: list[tuple[str, ByteRange | None]] = []

    def get(self, key: str, byte_range: ByteRange | None = None) -> Iterator[bytes]:
        self.read.append((key, byte_range))
        return self._blobs.get(key, byte_range)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._blobs, name)


@pytest.fixture
def house() -> Iterator[House]:
    container = Container(Settings(profile=Profile.MEMORY))
    clock = FakeClock()
    container.adapters.clock.override(providers.Object(clock))
    yield House(container, clock)
    container.close()


@pytest.fixture(scope="session")
def tone() -> bytes:
    return sounds.tone_wav(seconds=0.5)
