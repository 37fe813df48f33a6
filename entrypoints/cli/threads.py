"""Many things done by a few threads, as they come."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")


def in_threads(threads: int, calls: Iterable[Callable[[], T]], collect: Callable[[T], None]) -> bool:
    """Makes the calls and collects what they return, in this thread; whether all were made.

    They are taken a few at a time, so that there may be millions, and an interruption from the keyboard has little to
    wait for: what has begun is finished and collected.
    """
    pending: set[Future[T]] = set()
    finished = True
    with ThreadPoolExecutor(threads) as pool:
        try:
            for call in calls:
                pending.add(pool.submit(call))
                if len(pending) >= 2 * threads:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    for future in done:
                        collect(future.result())
        except KeyboardInterrupt:
            finished = False
        for future in wait(pending).done:
            collect(future.result())
    return finished
