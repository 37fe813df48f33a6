"""Waiting for another process to write, by looking: SQLite cannot call."""

import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias, TypeVar

from adapters.local.database import Database

T = TypeVar("T")
Pause: TypeAlias = Callable[[float], None]

LONGEST_PAUSE = 0.025  # seconds; what a message waits at most until it is seen


def wait_for(
    database: Database,
    look: Callable[[], T | None],
    timeout: timedelta,
    pause: Pause,
    *,
    seconds_to_due: Callable[[], float | None] = lambda: None,
    stopped: threading.Event | None = None,
) -> T | None:
    """What `look` finds, as soon as it finds it; None when it has not after the timeout, or once it is stopped.

    `look` runs at the start, after every commit of another connection, and when something that is stored already
    comes due. Between these a look at SQLite's change counter, of some microseconds, is all that is done.
    The time is counted in pauses, so that a clock that is set back does not prolong it.
    """
    left = timeout.total_seconds()
    stopped = stopped or threading.Event()
    while not stopped.is_set():
        with database.reading() as connection:
            seen = _commits_seen(connection)  # before the look: what is written after it shows in the next count
        found = look()
        if found is not None or left <= 0:
            return found
        due = seconds_to_due()
        until_look = left if due is None else min(left, max(due, 0.0))
        with database.reading() as connection:
            while until_look > 0 and _commits_seen(connection) == seen and not stopped.is_set():
                step = min(LONGEST_PAUSE, until_look)
                pause(step)
                until_look -= step
                left -= step
    return None


def _commits_seen(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
