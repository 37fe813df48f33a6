"""The SQLite file: its connections, transactions, migrations, and what its errors mean."""

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path

from domain.errors import Invalid, Unavailable
from domain.text_search import folded

BUSY_SECONDS = 10.0
_WAL_ATTEMPTS = 500
_WAL_PAUSE = 0.01

# What an admin is told, by SQLite's primary result code. What is not here is a fault of ours and stays as it is.
_WORDS = {
    sqlite3.SQLITE_BUSY: ("The database is busy. Ask again.", 1),
    sqlite3.SQLITE_LOCKED: ("The database is busy. Ask again.", 1),
    sqlite3.SQLITE_FULL: ("The disk with the database is full. Make room on it.", 60),
    sqlite3.SQLITE_IOERR: ("The database cannot be read or written. Look at its disk.", 60),
    sqlite3.SQLITE_CANTOPEN: ("The database cannot be opened. Look at its folder and who owns it.", 60),
    sqlite3.SQLITE_READONLY: ("The database cannot be written. Look at its folder and who owns it.", 60),
    sqlite3.SQLITE_CORRUPT: ("The database is damaged. Restore it from a backup.", 600),
    sqlite3.SQLITE_NOTADB: ("The database is damaged, or is none. Restore it from a backup.", 600),
}
_PRIMARY_CODE = 0xFF  # the rest of an extended result code says more than is needed here


class Database:
    """Opened on first use, with a connection of its own for every thread and every process that comes to it.

    The first connection of a process brings the file up to date. Every commit is on the disk when it returns.
    """

    def __init__(self, path: Path, pause: Callable[[float], None] = time.sleep) -> None:
        self._path = path
        self._pause = pause
        self._local = threading.local()
        self._lock = threading.Lock()
        self._writers = threading.Lock()  # threads queue up here: SQLite would let them sleep and try again
        self._pid = os.getpid()
        self._held: weakref.WeakSet[_Held] = weakref.WeakSet()
        self._migrated = False
        self._inherited: list[object] = []

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One look: each statement sees the database as it is when it starts."""
        with _in_our_words():
            yield self._connection()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All of it is stored, or nothing when the block raises. One writer at a time, over all processes."""
        with _in_our_words():
            connection = self._connection()
            with self._writers, _transaction(connection):
                yield connection

    def migrate(self) -> None:
        """Bring the file up to date now rather than at the first question.

        Raises:
            Unavailable: a newer version of the service has written it, or it cannot be written.
        """
        with self.reading():
            pass

    def close(self) -> None:
        """Close the connections of all threads. A later question opens new ones."""
        with self._lock:
            for held in list(self._held):
                held.close()
            self._held.clear()
            self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        if self._pid != os.getpid():
            self._forget_the_parents()
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            held = _Held(self._open())
            self._local.held = held
            with self._lock:
                self._held.add(held)
        return held.connection

    def _forget_the_parents(self) -> None:
        # SQLite forbids to carry a connection over a fork, even to close it: they are kept, untouched, to the end.
        self._inherited += [self._local, *self._held]
        self._pid = os.getpid()
        self._lock, self._writers = threading.Lock(), threading.Lock()
        self._held = weakref.WeakSet()
        self._local = threading.local()

    def _open(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"The database's folder cannot be made: {error.strerror}.", retry_after=60) from error
        self._make_file()
        connection = sqlite3.connect(
            self._path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,  # used by one thread, closed by whichever closes the database
        )
        try:
            # synchronous=FULL: in WAL mode, NORMAL loses the last commits when the power goes.
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            with self._lock:
                if not self._migrated:
                    self._enter_wal_mode(connection)
                    _migrate(connection)
                    self._migrated = True
        except BaseException:
            connection.close()
            raise
        return connection

    def _make_file(self) -> None:
        """For its owner alone, since it holds the secrets of webhooks; SQLite makes its other files alike."""
        with self._lock, suppress(OSError):  # SQLite says in its own words what is wrong
            if not self._path.exists():
                self._path.touch(mode=0o600)

    def _enter_wal_mode(self, connection: sqlite3.Connection) -> None:
        """Of two processes that do this to a new file at once, SQLite refuses one without waiting."""
        for attempts_left in reversed(range(_WAL_ATTEMPTS)):
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if _code(error) not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} or not attempts_left:
                    raise
                self._pause(_WAL_PAUSE)


class _Held:
    """A connection in a thread's hands, closed when the thread ends."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._pid = os.getpid()

    def close(self) -> None:
        self.connection.close()

    def __del__(self) -> None:
        if self._pid == os.getpid():
            self.close()


def _migrate(connection: sqlite3.Connection) -> None:
    """Apply what the file has not seen, in order, once, even when two processes start together."""
    scripts = _migrations()
    connection.create_function("folded", 1, folded)  # the scripts' own: statements of the service fold before they ask
    if _version(connection) == len(scripts):
        return
    with _transaction(connection):
        version = _version(connection)  # asked again: another process may have been first
        if version > len(scripts):
            raise Unavailable(
                f"The database has format {version}, and this version of the service knows {len(scripts)}. "
                "Start the version that wrote it, or a newer one.",
                retry_after=600,
            )
        for script in scripts[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={len(scripts)}")


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some errors have rolled back by themselves
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrations() -> list[str]:
    """The scripts 0001_….sql, 0002_….sql, … in order."""
    folder = resources.files("adapters.local") / "migrations"
    named = sorted((file.name, file) for file in folder.iterdir() if file.name.endswith(".sql"))
    return [file.read_text(encoding="utf-8") for _, file in named]


def _statements(script: str) -> Iterator[str]:
    """One at a time, since `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def _in_our_words() -> Iterator[None]:
    """The one place where SQLite's errors become ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = _code(error)
        if code not in _WORDS:
            raise
        words, retry_after = _WORDS[code]
        raise Unavailable(words, retry_after=retry_after) from error
    except UnicodeEncodeError as error:
        raise Invalid("A text holds half a character, which cannot be stored.") from error


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
