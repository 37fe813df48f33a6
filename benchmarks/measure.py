"""Timing two things against each other: interleaved, so that a noisy machine disturbs both alike."""

import statistics
import time
from collections.abc import Callable

PAIRS = 5


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
