"""The queues: how many jobs a second go through, how soon one starts that was sent elsewhere, what rest costs."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from adapters.aws.queues import create_queues
from adapters.memory.work import MemoryQueue
from adapters.system import SystemClock
from benchmarks import double, queues
from benchmarks.measure import PAIRS
from domain.job_kind import Lane
from domain.ports.work import JobQueue
from domain.values import JobId
from tests.aws import AwsDouble
from tests.builders import LIBRARY, new_id

BACKLOG = 1000
"""Messages that wait before those that are timed: a burst, as after an import."""
THREADS = (1, 4)
ROUND_SECONDS = 2.0
MESSAGES = 50
REST_SECONDS = 10.0

Row = tuple[str, str, str]
Send = Callable[[JobId], float]
"""Sends a job, and gives the moment when that was done."""


@dataclass(frozen=True)
class Measured:
    """`sender`: what benchmarks.queues is told to send from a process of its own; none where there is but one."""

    queue: JobQueue
    sender: tuple[str, ...] = ()
    rates: dict[int, list[float]] = field(default_factory=lambda: {threads: [] for threads in THREADS})


def rows(folder: Path) -> Iterator[Row]:
    path = str(folder / "queue.sqlite")
    with double.served() as url:
        place = AwsDouble(url)
        create_queues(place.clients.sqs, place.name)
        measured = {
            "memory": Measured(MemoryQueue(SystemClock())),
            "SQLite": Measured(queues.sqlite(path), ("sqlite", path)),
            f"SQS on {double.NAME}": Measured(queues.sqs(url, place.name), ("sqs", url, place.name)),
        }
        for name, each in measured.items():
            yield _start(name, each)
        yield from (_rest(name, each.queue) for name, each in measured.items())
        yield from _rates(measured)


def _rates(measured: Mapping[str, Measured]) -> Iterator[Row]:
    """Sent, received and acknowledged, by threads that each do all three; against one thread over SQLite."""
    for each in measured.values():
        for _ in range(BACKLOG):
            each.queue.send(JobId(new_id()), Lane.LISTENING, LIBRARY)
    for _ in range(PAIRS):
        for threads in THREADS:
            for each in measured.values():
                each.rates[threads].append(_rate(each.queue, threads))
    reference = statistics.median(measured["SQLite"].rates[1])
    for name, each in measured.items():
        for threads, rates in each.rates.items():
            rate = statistics.median(rates)
            yield (f"{name}, {threads} at a time", f"{rate / reference:.2f}", f"{rate:,.0f} jobs a second")


def _rate(queue: JobQueue, threads: int) -> float:
    start = time.perf_counter()

    def jobs(_thread: int) -> int:
        done = 0
        while time.perf_counter() - start < ROUND_SECONDS:
            queue.send(JobId(new_id()), Lane.LISTENING, LIBRARY)
            _take(queue)
            done += 1
        return done

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(jobs, range(threads))) / (time.perf_counter() - start)


def _take(queue: JobQueue) -> tuple[JobId, float]:
    """The next job, and when it was received; acknowledged."""
    delivery = queue.receive([Lane.LISTENING], timedelta(seconds=10), timedelta(seconds=60))
    received = time.monotonic()
    assert delivery is not None
    queue.acknowledge(delivery)
    return delivery.job_id, received


def _start(name: str, measured: Measured) -> Row:
    """From the sender's return out of `send` to the receiver's out of `receive`; their clocks are one."""
    with (
        _program(measured.sender) if measured.sender else _thread(measured.queue) as send,
        ThreadPoolExecutor(1) as pool,
    ):
        delays = sorted(_delay(measured.queue, send, pool) for _ in range(MESSAGES))
    told = f"median {statistics.median(delays) * 1e3:.0f} ms, worst of {MESSAGES} {delays[-1] * 1e3:.0f} ms"
    return (f"{name}, from send to receive, two {'processes' if measured.sender else 'threads'}", "", told)


def _delay(queue: JobQueue, send: Send, pool: ThreadPoolExecutor) -> float:
    """To a receiver that waits: one that finds a message at once would tell nothing."""
    job_id = JobId(new_id())
    taken = pool.submit(_take, queue)
    time.sleep(0.05)
    sent = send(job_id)
    received_id, received = taken.result()
    assert received_id == job_id
    return max(0.0, received - sent)  # the receiver may be back before the sender is


@contextmanager
def _thread(queue: JobQueue) -> Iterator[Send]:
    def send(job_id: JobId) -> float:
        queue.send(job_id, Lane.LISTENING, LIBRARY)
        return time.monotonic()

    yield send


@contextmanager
def _program(told: tuple[str, ...]) -> Iterator[Send]:
    command = [sys.executable, "-m", "benchmarks.queues", *told]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sender:
        assert sender.stdin is not None
        assert sender.stdout is not None
        to, back = sender.stdin, sender.stdout

        def send(job_id: JobId) -> float:
            to.write(f"{job_id}\n")
            to.flush()
            return float(back.readline())

        yield send
        to.close()


def _rest(name: str, queue: JobQueue) -> Row:
    """CPU of this process while it waits for a message that does not come."""
    before = time.process_time()
    queue.receive([Lane.LISTENING], timedelta(seconds=REST_SECONDS), timedelta(seconds=30))
    rest = time.process_time() - before
    told = f"{rest * 1e3:.0f} ms in {REST_SECONDS:.0f} s"
    return (f"{name}, a receiver at rest", f"{rest / REST_SECONDS:.2%} of a core", told)
