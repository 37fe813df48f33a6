"""kill -9 of the worker anywhere in a batch: nothing is lost, nothing doubled, and no bytes stay that nobody names."""

import signal
from collections.abc import Iterator

import pytest

from tests.e2e.batch_yard import BatchYard
from tests.e2e.crashing_batch import POINTS

ITEMS = 50
TRIES_LOST = 5
"""One is lost with the worker; on a machine that is busy for longer than the lease, so are others."""


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BatchYard]:
    """For all points: the successor of one that was killed is the next to be."""
    yard = BatchYard(tmp_path_factory.mktemp("yard"), ITEMS)
    yield yard
    yard.close()


@pytest.mark.parametrize("point", POINTS)
def test_killed_when(yard: BatchYard, point: str) -> None:
    yard.start_worker()
    yard.armed.write_text(point)
    n = list(POINTS).index(point)
    batch = yard.start(f"killed-{n}", -1.0 - 0.25 * n)
    assert yard.await_death() == -signal.SIGKILL, yard.log.read_text()
    yard.start_worker()
    yard.await_end(batch)
    yard.assert_done_once(batch, TRIES_LOST)
