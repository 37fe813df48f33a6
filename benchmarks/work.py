"""How soon a job starts after it was sent from another process, and what a receiver at rest costs."""

import os
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from adapters.local.database import Database
from adapters.local.queue import SqliteQueue
from adapters.system import SystemClock
from domain.job import Lane
from domain.values import JobId

MESSAGES = 50
REST_SECONDS = 10.0

SENDER = """
import sys, time
from datetime import timedelta
from pathlib import Path
from adapters.local.database import Database
from adapters.local.queue import SqliteQueue
from adapters.system import SystemClock
from domain.job import Lane
from domain.values import JobId
queue = SqliteQueue(Database(Path(sys.argv[1])), SystemClock())
for line in sys.stdin:
    queue.send(JobId(line.strip()), Lane.LISTENING)
    print(time.monotonic(), flush=True)
"""


def rows(folder: Path) -> list[tuple[str, str, str]]:
    path = folder / "queue.sqlite"
    queue = SqliteQueue(Database(path), SystemClock())
    delays = sorted(start_delays(queue, path))
    rest = cpu_at_rest(queue)
    return [
        (
            "from send to receive, two processes",
            "",
            f"median {statistics.median(delays) * 1e3:.0f} ms, worst of {MESSAGES} {delays[-1] * 1e3:.0f} ms",
        ),
        ("a receiver at rest", f"{rest / REST_SECONDS:.2%} of a core", f"{rest * 1e3:.0f} ms in {REST_SECONDS:.0f} s"),
    ]


def start_delays(queue: SqliteQueue, path: Path) -> list[float]:
    """Seconds from the sender's return out of `send` to the receiver's out of `receive`; both clocks are one."""
    sender = subprocess.Popen(
        [sys.executable, "-c", SENDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert sender.stdin is not None
    assert sender.stdout is not None
    delays = []
    with sender:
        for n in range(MESSAGES):
            sender.stdin.write(f"job-{n}\n")
            sender.stdin.flush()
            delivery = queue.receive([Lane.LISTENING], timedelta(seconds=10), timedelta(seconds=30))
            received = time.monotonic()
            assert delivery is not None
            assert delivery.job_id == JobId(f"job-{n}")
            delays.append(received - float(sender.stdout.readline()))
            queue.acknowledge(delivery)
        sender.stdin.close()
    return delays


def cpu_at_rest(queue: SqliteQueue) -> float:
    """CPU seconds of this process while it waits for a message that does not come."""
    before = os.times()
    queue.receive([Lane.LISTENING], timedelta(seconds=REST_SECONDS), timedelta(seconds=30))
    after = os.times()
    return after.user + after.system - before.user - before.system
