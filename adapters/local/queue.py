"""The doorbell in SQLite: one message for each job, handed from receiver to receiver by conditional writes."""

import secrets
import sqlite3
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from adapters import cursors, refusals
from adapters.local.database import Database
from adapters.local.waiting import Pause, wait_for
from domain.job_kind import Lane
from domain.ports.work import DeadLetter, Delivery, JobQueue
from domain.ports.world import Clock
from domain.values import JobId, LibraryId

_TAKE_NEXT = """
UPDATE messages SET receipt = :receipt, receives = receives + 1, visible_at = :until, again_at = NULL
WHERE job_id = (
    WITH RECURSIVE libraries (id) AS (
        SELECT min(library_id) FROM messages WHERE lane = :lane
        UNION ALL
        SELECT (SELECT min(library_id) FROM messages WHERE lane = :lane AND library_id > libraries.id)
        FROM libraries WHERE id IS NOT NULL
    )
    SELECT first.job_id FROM libraries
    JOIN messages AS first ON first.job_id = (
        SELECT job_id FROM messages
        WHERE lane = :lane AND library_id = libraries.id AND visible_at <= :now ORDER BY visible_at LIMIT 1
    )
    LEFT JOIN turns ON turns.lane = :lane AND turns.library_id = libraries.id
    ORDER BY coalesce(turns.last, 0), first.visible_at LIMIT 1
)
RETURNING job_id, receives, library_id
"""
"""Takes what has waited longest of the library whose last turn in the lane is longest ago: a step of the index for each
library, however many messages there are."""

_HAD_ITS_TURN = (
    "INSERT INTO turns (lane, library_id, last)"
    " VALUES (:lane, :library, (SELECT coalesce(max(last), 0) + 1 FROM turns WHERE lane = :lane))"
    " ON CONFLICT (lane, library_id) DO UPDATE SET last = excluded.last"
)


class SqliteQueue(JobQueue):
    """A receiver that waits looks at SQLite's change counter every 25 ms: well under 1 % of a core."""

    def __init__(self, database: Database, clock: Clock, *, max_receives: int = 10, pause: Pause = time.sleep) -> None:
        self._database = database
        self._clock = clock
        self._max_receives = max_receives
        self._pause = pause
        self._stopped = threading.Event()

    def send(self, job_id: JobId, lane: Lane, library_id: LibraryId, delay: timedelta = timedelta()) -> None:
        """A message that waits comes no later than this one would; one that somebody has rings again afterwards."""
        now = self._now()
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO messages (job_id, lane, library_id, visible_at) VALUES (:job, :lane, :library, :due)"
                " ON CONFLICT (job_id) DO UPDATE SET"
                "  again_at = CASE WHEN receipt IS NOT NULL AND visible_at > :now"
                "   THEN min(coalesce(again_at, :due), :due) ELSE again_at END,"
                "  visible_at = CASE WHEN receipt IS NOT NULL AND visible_at > :now"
                "   THEN visible_at ELSE min(visible_at, :due) END",
                {"job": job_id, "lane": lane, "library": library_id, "due": self._now(delay), "now": now},
            )

    def receive(self, lanes: Sequence[Lane], wait: timedelta, visibility: timedelta) -> Delivery | None:
        return wait_for(
            self._database,
            lambda: self._take(lanes, visibility),
            wait,
            self._pause,
            seconds_to_due=lambda: self._seconds_to_due(lanes),
            stopped=self._stopped,
        )

    def stop_receiving(self) -> None:
        self._stopped.set()

    def extend(self, delivery: Delivery, visibility: timedelta) -> None:
        with self._database.writing() as connection:
            extended = connection.execute(
                "UPDATE messages SET visible_at = ? WHERE job_id = ? AND receipt = ?",
                (self._now(visibility), delivery.job_id, delivery.receipt),
            )
            if extended.rowcount == 0:
                raise refusals.lost(delivery.job_id)

    def acknowledge(self, delivery: Delivery) -> None:
        with self._database.writing() as connection:
            _done(connection, delivery)

    def release(self, delivery: Delivery, delay: timedelta) -> None:
        due = self._now(delay)
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE messages SET visible_at = min(coalesce(again_at, ?), ?), receipt = NULL, again_at = NULL"
                " WHERE job_id = ? AND receipt = ?",
                (due, due, delivery.job_id, delivery.receipt),
            )

    def bury(self, delivery: Delivery, reason: str) -> None:
        with self._database.writing() as connection:
            held = connection.execute(
                "SELECT receives FROM messages WHERE job_id = ? AND receipt = ?", (delivery.job_id, delivery.receipt)
            ).fetchone()
            if held is not None:
                self._die(connection, delivery.job_id, reason, held[0])
                _done(connection, delivery)

    def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT job_id, reason, receives, died_at FROM dead_letters ORDER BY died_at, job_id LIMIT ?", (limit,)
            ).fetchall()
        return tuple(DeadLetter(job, reason, count, datetime.fromisoformat(at)) for job, reason, count, at in found)

    def forget(self, job_id: JobId) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM dead_letters WHERE job_id = ?", (job_id,))

    def ping(self) -> None:
        with self._database.reading() as connection:
            connection.execute("SELECT 1 FROM messages LIMIT 1").fetchone()

    def _take(self, lanes: Sequence[Lane], visibility: timedelta) -> Delivery | None:
        seconds = self._seconds_to_due(lanes)
        if seconds is None or seconds > 0:
            return None  # seen without the write lock, for which a receiver at rest must not queue up
        receipt = secrets.token_hex(16)
        with self._database.writing() as connection:
            for lane in lanes:
                self._bury_worn_out(connection, lane)
                told = {"receipt": receipt, "lane": lane, "now": self._now(), "until": self._now(visibility)}
                taken = connection.execute(_TAKE_NEXT, told).fetchall()
                if taken:
                    job_id, receives, library_id = taken[0]
                    connection.execute(_HAD_ITS_TURN, {"lane": lane, "library": library_id})
                    return Delivery(job_id, lane, receipt, receives)
        return None

    def _bury_worn_out(self, connection: sqlite3.Connection, lane: Lane) -> None:
        worn_out = connection.execute(
            "SELECT job_id, receives FROM messages WHERE lane = ? AND visible_at <= ? AND receives >= ?",
            (lane, self._now(), self._max_receives),
        ).fetchall()
        for job_id, receives in worn_out:
            self._die(connection, job_id, f"It was received {receives} times and never finished.", receives)
            connection.execute("DELETE FROM messages WHERE job_id = ?", (job_id,))

    def _die(self, connection: sqlite3.Connection, job_id: JobId, reason: str, receives: int) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO dead_letters (job_id, reason, receives, died_at) VALUES (?, ?, ?, ?)",
            (job_id, reason, receives, self._now()),
        )

    def _seconds_to_due(self, lanes: Sequence[Lane]) -> float | None:
        with self._database.reading() as connection:
            asked = "SELECT min(visible_at) FROM messages WHERE lane = ?"
            first = [due for lane in lanes for (due,) in connection.execute(asked, (lane,)) if due is not None]
        return (datetime.fromisoformat(min(first)) - self._clock.now()).total_seconds() if first else None

    def _now(self, delay: timedelta = timedelta()) -> str:
        return cursors.moment(self._clock.now() + delay)


def _done(connection: sqlite3.Connection, delivery: Delivery) -> None:
    """Gone, unless it was sent again while it was held: then it waits, counted anew."""
    held = (delivery.job_id, delivery.receipt)
    connection.execute(
        "UPDATE messages SET visible_at = again_at, receives = 0, receipt = NULL, again_at = NULL"
        " WHERE job_id = ? AND receipt = ? AND again_at IS NOT NULL",
        held,
    )
    connection.execute("DELETE FROM messages WHERE job_id = ? AND receipt = ?", held)
