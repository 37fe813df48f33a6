"""kill -9 of the worker at random moments, while batches go through a recipe, one after the other.

    python -m tests.e2e.kills --seed 7 --count 100

It is the worker as it is run, with its engine in child processes. What an item or a job that lost its worker too often
says as its reason is heeded: the batch is retried. Then, as after every batch: nothing is lost, nothing is there twice.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from domain.batch import ItemStatus
from domain.job import JobStatus
from tests.e2e.batch_yard import BatchYard, Started

ITEMS = 300
CHILDREN = 2
MOST_SECONDS = 1.0  # of work before a kill
START_SECONDS = 3.0  # that a worker takes to be ready, about
IN_ITS_START = 0.2  # the share of kills before a worker has done anything
PATIENCE = 180.0


class Kills:
    def __init__(self, yard: BatchYard, seed: int, count: int) -> None:
        self._yard = yard
        self._chance = random.Random(seed)
        self._name = f"seed-{seed}"
        self._count = count
        self._killed = 0
        self._retried = 0

    def run(self) -> None:
        batches = 0
        while self._killed < self._count:
            batches += 1
            batch = self._yard.start(f"{self._name}-{batches}", -0.1 * batches)
            before = self._killed
            while self._killed < self._count and not self._has_ended(batch):
                self._kill(batch)
            self._finish(batch, tries_lost=CHILDREN * (self._killed - before))
        tell(f"{self._killed} kills in {batches} batches of {ITEMS}, {self._retried} retried: nothing lost or doubled")

    def _kill(self, batch: Started) -> None:
        worker = self._yard.process("-m", "entrypoints.cli", "worker")
        try:
            if self._chance.random() < IN_ITS_START:
                wait = self._chance.uniform(0, START_SECONDS)
            else:
                self._await_work(batch)
                wait = self._chance.uniform(0, MOST_SECONDS)
            time.sleep(wait)
        finally:
            worker.kill()
            worker.communicate()
        self._killed += 1
        counts = self._yard.counts(batch)
        tell(f"kill {self._killed} after {wait:.3f} s: {counts.ended} of {ITEMS} items of {batch.recipe} have ended")

    def _await_work(self, batch: Started) -> None:
        done, deadline = self._yard.counts(batch).ended, time.monotonic() + PATIENCE
        while self._yard.counts(batch).ended == done and not self._yard.job(batch).is_settled:
            assert time.monotonic() < deadline, self._yard.log.read_text()[-4000:]
            self._yard.look()

    def _finish(self, batch: Started, tries_lost: int) -> None:
        if not self._yard.job(batch).is_settled:
            worker = self._yard.process("-m", "entrypoints.cli", "worker")
            try:
                while not self._has_ended(batch):
                    self._yard.await_end(batch, PATIENCE)
            finally:
                worker.terminate()
                worker.communicate()
        self._yard.assert_done_once(batch, tries_lost)

    def _has_ended(self, batch: Started) -> bool:
        """In good order; one that lost its worker too often is retried."""
        job = self._yard.job(batch)
        if not job.is_settled or job.status is JobStatus.SUCCEEDED:
            return job.is_settled
        lost = [item.failure for item in self._yard.items(batch) if item.status is ItemStatus.FAILED]
        assert {failure.code for failure in (job.failure, *lost) if failure} == {"worker-lost"}, (job, lost)
        self._retried += 1
        self._yard.use.retry_job()(self._yard.admin, batch.job_id)
        return False


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--count", type=int, default=100)
    given = options.parse_args()
    tell(f"seed {given.seed}")
    with tempfile.TemporaryDirectory() as folder:
        yard = BatchYard(Path(folder), ITEMS, children=CHILDREN)
        try:
            Kills(yard, given.seed, given.count).run()
        finally:
            yard.close()


if __name__ == "__main__":
    main()
