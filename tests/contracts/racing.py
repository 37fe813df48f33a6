"""Several threads that do the same at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from domain.errors import AudioBackendError

T = TypeVar("T")

RACERS = 8


def race(action: Callable[[int], T]) -> list[T | AudioBackendError]:
    """What each of the threads got: its result, or the error of ours that it met."""
    start = threading.Barrier(RACERS)

    def run(number: int) -> T | AudioBackendError:
        start.wait()
        try:
            return action(number)
        except AudioBackendError as error:
            return error

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(run, range(RACERS)))
