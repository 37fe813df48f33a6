"""The worker with real threads, over the memory family."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from dependency_injector import providers

from adapters.aws.scale_in import EcsScaleIn
from adapters.system import SystemClock
from application.import_plan import ImportMode
from application.item_work import Outcome
from domain.access import Actor, system_actor
from domain.batch import Batch, Item, Selection, Work
from domain.errors import LeaseLost
from domain.job import JobStatus
from domain.job_kind import JobKind, Lane
from domain.ports.audio import Progress
from domain.ports.work import JobQuery
from domain.recording import Recording
from entrypoints.container import Container
from entrypoints.ears import preferences
from entrypoints.settings import Profile, Settings
from entrypoints.worker import Worker, worker_of
from tests import sounds
from tests.application.yard import Chore
from tests.builders import a_recording, an_entry
from tests.e2e.service import until
from tests.ecs import EcsAgent
from tests.faults import Faulty


class Floor:
    def __init__(self, **settings: Any) -> None:
        self.container = Container(
            Settings(**{"profile": Profile.MEMORY, "lease_seconds": 0.3, "worker_children": 1, **settings})
        )
        self.actor: Actor = system_actor(self.container.use_cases.prepare_access()(None)[0].id, "test")

    def send(self) -> Recording:
        recording: Recording = self.container.use_cases.receive_recording()(
            self.actor, filename="a.wav", content_type="audio/wav", chunks=[sounds.tone_wav(seconds=0.2)]
        )[0]
        return recording

    def ingest_job(self) -> Any:
        query = JobQuery(kind=JobKind.INGEST)
        return self.container.adapters.jobs().search(self.actor.library_id, query).items[0]

    def listen_through(self, before: Any) -> None:
        engine = self.container.adapters.engine()
        self.container.adapters.engine.override(providers.Object(Faulty(engine, before=before)))


@pytest.fixture
def floor() -> Floor:
    return Floor()


@pytest.fixture
def worker(floor: Floor) -> Iterator[list[Worker]]:
    """Filled by the test with the worker that it starts; stopped at its end."""
    started: list[Worker] = []
    yield started
    for one in started:
        one.stop(grace_seconds=5)


def test_every_kind_of_job_has_somebody_who_does_it(floor: Floor) -> None:
    assert worker_of(floor.container)._runs.keys() == set(JobKind)


def test_a_worker_takes_the_work_of_its_lanes_alone(worker: list[Worker]) -> None:
    floor = Floor(worker_lanes=(Lane.PREVIEWS,))
    sent = floor.send()
    preview = floor.container.use_cases.start_job()(floor.actor, JobKind.PREVIEW, sent.id)
    worker.append(worker_of(floor.container))
    worker[0].start()
    jobs = floor.container.adapters.jobs()
    until(lambda: jobs.find(preview.id).status is JobStatus.SUCCEEDED, "the preview was made")
    assert floor.ingest_job().status is JobStatus.QUEUED


def test_the_first_lane_is_preferred_and_no_other_starves() -> None:
    asked = list(itertools.islice(preferences(list(Lane)), 200))
    firsts = Counter(lanes[0] for lanes in asked)
    assert firsts.most_common(1)[0][0] is Lane.LISTENING
    assert min(firsts[lane] for lane in Lane) == 10
    assert all(set(lanes) == set(Lane) for lanes in asked)
    assert next(preferences([Lane.HEAVY])) == (Lane.HEAVY,)


@pytest.mark.parametrize("children", [1, 2])
def test_what_somebody_waits_for_passes_items_that_take_long(worker: list[Worker], children: int) -> None:
    """While every thread is busy with items of a batch, an upload is heard."""
    floor = Floor(worker_children=children)
    inside, may_end = threading.Semaphore(0), threading.Event()

    def linger(_item: Item) -> None:
        inside.release()
        assert may_end.wait(30)

    floor.container.use_cases.works.override(providers.Object({Work.CHANGE: Chore(is_quick=False, befall=linger)}))
    recordings = floor.container.adapters.recordings()
    for _ in range(5):
        extra = a_recording(library_id=floor.actor.library_id)
        recordings.add(extra, an_entry(library_id=extra.library_id, subject_id=extra.id))
    floor.container.use_cases.start_batch()(floor.actor, Work.CHANGE, {}, Selection(query={}))
    worker.append(worker_of(floor.container))
    worker[0].start()
    for _ in range(children):
        assert inside.acquire(timeout=30)
    sent = floor.send()
    until(lambda: recordings.get(sent.library_id, sent.id).status == "ready", "ready while items run")
    assert not inside.acquire(blocking=False)
    may_end.set()


def test_two_workers_share_the_items_of_batches(worker: list[Worker]) -> None:
    """Never more at a time than there are slots, whichever worker they run in, and none twice."""
    floor = Floor(bulk_slots=3, worker_children=2, lease_seconds=30)
    lock, now, most = threading.Lock(), Counter[str](), Counter[str]()

    class Watched(Chore):
        def __call__(self, batch: Batch, item: Item, fence: str, progress: Progress) -> Outcome:
            with lock:
                now["items"] += 1
                most["items"] = max(most["items"], now["items"])
            progress(0.5, "halfway")
            with lock:
                now["items"] -= 1
                self.done[item.recording_id] += 1
            return Outcome()

    chore = Watched(is_quick=False)
    floor.container.use_cases.works.override(providers.Object({Work.CHANGE: chore}))
    recordings = [a_recording(library_id=floor.actor.library_id) for _ in range(40)]
    for each in recordings:
        floor.container.adapters.recordings().add(each, an_entry(library_id=each.library_id, subject_id=each.id))
    start = floor.container.use_cases.start_batch()
    batches = [start(floor.actor, Work.CHANGE, {}, Selection(query={})) for _ in range(2)]
    worker += [worker_of(floor.container), worker_of(floor.container)]
    for one in worker:
        one.start()
    jobs = floor.container.adapters.jobs()
    until(lambda: {jobs.find(each.id).status for each in batches} == {JobStatus.SUCCEEDED}, "both have ended")
    assert chore.done == Counter({each.id: 2 for each in recordings})
    assert most["items"] <= 3


def test_a_started_worker_finds_work_by_itself(floor: Floor, worker: list[Worker]) -> None:
    worker.append(worker_of(floor.container))
    worker[0].start()
    sent = floor.send()
    recordings = floor.container.adapters.recordings()
    until(lambda: recordings.get(sent.library_id, sent.id).status == "ready", "ready")


def test_a_heartbeat_keeps_lease_and_message_while_the_engine_listens(floor: Floor, worker: list[Worker]) -> None:
    """The work lasts for several leases and is still done once."""
    calls: list[str] = []
    may_go_on = threading.Event()

    def linger(name: str, _count: int) -> None:
        if name == "listen":
            calls.append(name)
            assert may_go_on.wait(30)

    floor.listen_through(linger)
    worker.append(worker_of(floor.container))
    worker[0].start()
    floor.send()
    claimed = until(lambda: floor.ingest_job().lease, "claimed")
    much_later = claimed.expires_at + timedelta(seconds=1)
    until(lambda: floor.ingest_job().lease.expires_at > much_later, "the lease was extended several times")
    may_go_on.set()
    until(lambda: floor.ingest_job().status is JobStatus.SUCCEEDED, "succeeded")
    assert calls == ["listen"]
    assert floor.ingest_job().attempts == 1


def test_a_message_that_is_lost_does_not_end_the_job(floor: Floor, worker: list[Worker]) -> None:
    """The lease says who has a job. A queue that delivers twice makes the first of the two deliveries stale."""
    calls: list[str] = []
    extended = threading.Event()

    def lose(name: str, _count: int) -> None:
        if name == "extend":
            extended.set()
            raise LeaseLost("The message is in other hands.")

    def linger(name: str, _count: int) -> None:
        if name == "listen":
            calls.append(name)
            assert extended.wait(30)

    queue = floor.container.adapters.queue()
    floor.container.adapters.queue.override(providers.Object(Faulty(queue, before=lose)))
    floor.listen_through(linger)
    worker.append(worker_of(floor.container))
    worker[0].start()
    floor.send()
    until(lambda: floor.ingest_job().status is JobStatus.SUCCEEDED, "succeeded")
    assert (calls, floor.ingest_job().attempts) == (["listen"], 1)


def test_a_worker_that_waits_stops_within_the_second(floor: Floor) -> None:
    idle = worker_of(floor.container)
    idle.start()
    began = time.monotonic()
    idle.stop(grace_seconds=60)
    assert time.monotonic() - began < 1


def test_a_job_that_is_cancelled_while_it_runs_is_dropped(floor: Floor, worker: list[Worker]) -> None:
    def cancel(name: str, _count: int) -> None:
        if name == "listen":
            floor.container.use_cases.cancel_job()(floor.actor, floor.ingest_job().id)

    floor.listen_through(cancel)
    worker.append(worker_of(floor.container))
    worker[0].start()
    sent = floor.send()
    recordings = floor.container.adapters.recordings()
    until(lambda: recordings.get(sent.library_id, sent.id).status == "failed", "failed")
    worker.pop().stop(grace_seconds=5)
    assert floor.ingest_job().status is JobStatus.CANCELLED
    assert floor.container.adapters.renditions().of_recording(sent.library_id, sent.id) == ()


@pytest.mark.parametrize(("stop_grace_seconds", "asked"), [(0.0, [True, False]), (60.0, [])])
def test_a_worker_is_protected_while_it_has_work_that_outlasts_a_stop(
    worker: list[Worker], stop_grace_seconds: float, asked: list[bool]
) -> None:
    """From half of the grace on until the job is settled; a shorter job ends within the grace."""
    floor = Floor(stop_grace_seconds=stop_grace_seconds, worker_lanes=(Lane.LISTENING,))
    beats = threading.Semaphore(0)
    seen: list[list[bool]] = []

    def linger(name: str, _count: int) -> None:
        if name == "listen":
            for _ in range(3):
                assert beats.acquire(timeout=30)
            seen.append(list(agent.asked))

    with EcsAgent().running() as agent:
        floor.container.adapters.scale_in.override(providers.Object(EcsScaleIn(agent.uri, SystemClock())))
        queue = Faulty(
            floor.container.adapters.queue(), before=lambda name, _: beats.release() if name == "extend" else None
        )
        floor.container.adapters.queue.override(providers.Object(queue))
        floor.listen_through(linger)
        worker.append(worker_of(floor.container))
        worker[0].start()
        floor.send()
        until(lambda: floor.ingest_job().status is JobStatus.SUCCEEDED, "succeeded")
        worker.pop().stop(grace_seconds=5)
        assert seen == [asked[:1]]
        assert agent.asked == asked


def test_a_worker_is_not_protected_for_an_import(worker: list[Worker]) -> None:
    """It may last for hours, in which no deployment could replace the worker, and goes on where it was stopped."""
    address = "memory://bucket/"
    floor = Floor(stop_grace_seconds=0.0, worker_lanes=(Lane.HEAVY,), import_addresses=address)
    floor.container.adapters.sources().put(f"{address}a.wav", sounds.tone_wav(seconds=0.2))
    beats = threading.Semaphore(0)

    def linger(name: str, _count: int) -> None:
        if name == "list":
            for _ in range(3):
                assert beats.acquire(timeout=30)

    with EcsAgent().running() as agent:
        adapters = floor.container.adapters
        adapters.scale_in.override(providers.Object(EcsScaleIn(agent.uri, SystemClock())))
        adapters.sources.override(providers.Object(Faulty(adapters.sources(), before=linger)))
        queue = Faulty(adapters.queue(), before=lambda name, _: beats.release() if name == "extend" else None)
        adapters.queue.override(providers.Object(queue))
        job = floor.container.use_cases.start_import()(floor.actor, address, ImportMode.COPY)
        worker.append(worker_of(floor.container))
        worker[0].start()
        jobs = adapters.jobs()
        until(lambda: jobs.get(job.library_id, job.id).status is JobStatus.SUCCEEDED, "succeeded")
        worker.pop().stop(grace_seconds=5)
        assert agent.asked == []


def test_a_queue_that_fails_does_not_end_the_worker(floor: Floor, worker: list[Worker]) -> None:
    def fail_once(name: str, count: int) -> None:
        if name == "receive" and count == 1:
            raise RuntimeError("the queue is away")

    queue = floor.container.adapters.queue()
    floor.container.adapters.queue.override(providers.Object(Faulty(queue, before=fail_once)))
    worker.append(worker_of(floor.container))
    worker[0].start()
    sent = floor.send()
    recordings = floor.container.adapters.recordings()
    until(lambda: recordings.get(sent.library_id, sent.id).status == "ready", "ready")
