"""Measuring things against each other: interleaved, so that a noisy machine disturbs all alike."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PAIRS = 5
_ROOT = Path(__file__).parents[1]


def medians(
    first: Callable[[], object], second: Callable[[], object], clock: Callable[[], float] = time.process_time
) -> tuple[float, float]:
    """Seconds of each, A B A B; a first round warms up and does not count."""
    times: tuple[list[float], list[float]] = ([], [])
    for pair in range(PAIRS + 1):
        for run, kept in zip((first, second), times, strict=True):
            start = clock()
            run()
            if pair:
                kept.append(clock() - start)
    return statistics.median(times[0]), statistics.median(times[1])


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU and of the wall's clock, and MiB of resident memory at the peak.

    `peak` is of the process alone, `programs` of those that it started, `together` of both at a time. `said` is what
    the way itself had to say.
    """

    cpu: float
    wall: float
    peak: float
    programs: float = 0.0
    together: float = 0.0
    said: str = ""


def interleaved(ways: Sequence[str], path: Path, rounds: int = PAIRS) -> dict[str, Cost]:
    """Medians of each way of listening (see `runner`), A B C A B C, each time in a warm process of its own.

    A way that cannot be run here is left out.
    """
    runs: dict[str, list[Cost]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            if way in runs:
                cost = once(way, path)
                if cost is None:
                    del runs[way]
                else:
                    runs[way].append(cost)
    return {way: _median(costs) for way, costs in runs.items()}


def once(way: str, path: Path) -> Cost | None:
    """None, with a word about it, where the way's library is not installed."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.runner", way, str(path)]
    done = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == NOT_INSTALLED:
        print(f"{way}: not installed, left out")
        return None
    if done.returncode:
        raise RuntimeError(f"{way} failed on {path}:\n{done.stderr[-2000:]}")
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


NOT_INSTALLED = 77


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.wall for cost in costs),
        max(cost.peak for cost in costs),
        max(cost.programs for cost in costs),
        max(cost.together for cost in costs),
        costs[-1].said,
    )
