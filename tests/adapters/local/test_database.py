"""The SQLite file: migrated once, safe over threads and forks, and clear about what is wrong with it."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.local import database as database_module
from adapters.local.access import SqliteAuditTrail, SqliteLibraries
from adapters.local.database import Database
from adapters.local.recordings import SqliteRecordings
from adapters.local.work import SqliteScheduleClaims
from domain.errors import Invalid, Unavailable
from domain.ports.access import AuditQuery
from tests.builders import LIBRARY, NOON, a_library, a_recording, an_entry


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audio.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    opened = Database(path)
    yield opened
    opened.close()


def pragma(database: Database, name: str) -> object:
    with database.reading() as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_what_was_acknowledged_survives_the_power(database: Database) -> None:
    assert (pragma(database, "journal_mode"), pragma(database, "synchronous")) == ("wal", 2)


def test_the_files_are_their_owners_alone(database: Database, path: Path) -> None:
    before = os.umask(0)
    try:
        SqliteLibraries(database).add(a_library(), an_entry())
    finally:
        os.umask(before)
    files = list(path.parent.iterdir())
    assert len(files) == 3  # with those of the log that SQLite writes ahead
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_folder_is_made(tmp_path: Path) -> None:
    database = Database(tmp_path / "a" / "b" / "audio.db")
    database.migrate()
    database.close()
    assert (tmp_path / "a" / "b" / "audio.db").is_file()


def test_a_second_start_keeps_the_data(path: Path) -> None:
    for start in range(2):
        database = Database(path)
        libraries = SqliteLibraries(database)
        if start == 0:
            libraries.add(a_library(), an_entry())
        assert libraries.get(LIBRARY) == a_library()
        database.close()


def test_a_closed_database_leaves_one_file_and_opens_again(path: Path, database: Database) -> None:
    database.migrate()
    database.close()
    assert list(path.parent.iterdir()) == [path]
    database.migrate()


def test_a_block_that_raises_stores_nothing(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError), database.writing() as connection:
        connection.execute("INSERT INTO schedule_claims VALUES ('sweep', '')").execute("SELECT * FROM nowhere")
    with database.writing() as connection:
        assert connection.execute("SELECT count(*) FROM schedule_claims").fetchone() == (0,)


def test_the_audit_trail_cannot_be_rewritten(database: Database) -> None:
    entry = an_entry()
    SqliteRecordings(database).add(a_recording(), entry)
    for statement in ("DELETE FROM audit", "UPDATE audit SET actor = 'nobody'"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"), database.writing() as connection:
            connection.execute(statement)
    assert SqliteAuditTrail(database).search(LIBRARY, AuditQuery()).items == (entry,)


def test_threads_that_end_close_their_connections(database: Database) -> None:
    opened: list[sqlite3.Connection] = []

    def look() -> None:
        with database.reading() as connection:
            opened.append(connection)

    for _ in range(3):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert len(set(map(id, opened))) == 3
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


def test_a_fork_has_connections_of_its_own(path: Path) -> None:
    """In a process of its own, as a fork of the test's would carry its threads and hooks along."""
    program = f"""
import os, sys
from pathlib import Path
from adapters.local.database import Database
from adapters.local.work import SqliteScheduleClaims
from tests.builders import NOON
database = Database(Path({str(path)!r}))
claims = SqliteScheduleClaims(database)
assert claims.claim("parent", NOON)
child = os.fork()
if child == 0:
    ok = not claims.claim("parent", NOON) and claims.claim("child", NOON)
    database.close()
    os._exit(0 if ok else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert not claims.claim("child", NOON)
assert claims.claim("after", NOON)
database.close()
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)


def processes(program: str, count: int = 4) -> list[str]:
    """What each of several processes says that start together."""
    gate = "import sys; print('ready', flush=True); sys.stdin.readline()\n"
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program.replace("# gate", gate)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate()[0] for process in started]
    assert [process.returncode for process in started] == [0] * count
    return [output.strip() for output in outputs]


def test_of_processes_that_start_together_one_migrates_and_one_claims(path: Path) -> None:
    program = f"""
from pathlib import Path
from adapters.local import database as module
from adapters.local.work import SqliteScheduleClaims
from tests.builders import NOON
database = module.Database(Path({str(path)!r}))
# gate
print(SqliteScheduleClaims(database).claim("sweep", NOON))
database.close()
"""
    assert sorted(processes(program)) == ["False", "False", "False", "True"]


def test_a_new_migration_is_applied_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = Database(path)
    SqliteLibraries(old).add(a_library(), an_entry())
    old.close()
    script = (
        "CREATE TABLE later (n INTEGER);\nCREATE TRIGGER t AFTER INSERT ON later BEGIN\n SELECT 1;\n SELECT 2;\nEND;\n"
    )
    scripts = [*database_module._migrations(), script]
    monkeypatch.setattr(database_module, "_migrations", lambda: scripts)
    for _ in range(2):
        new = Database(path)
        assert SqliteLibraries(new).get(LIBRARY) == a_library()
        assert pragma(new, "user_version") == len(scripts)
        new.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Database(path)
    version = pragma(before, "user_version")
    before.close()
    scripts = [*database_module._migrations(), "CREATE TABLE later (n INTEGER);\nSELECT * FROM nowhere;\n"]
    with monkeypatch.context() as patched:
        patched.setattr(database_module, "_migrations", lambda: scripts)
        broken = Database(path)
        with pytest.raises(sqlite3.OperationalError):
            broken.migrate()
        broken.close()
    after = Database(path)
    assert pragma(after, "user_version") == version
    with after.reading() as connection:
        assert connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'later'").fetchone() is None
    after.close()


def test_a_file_of_a_newer_version_is_refused(path: Path, database: Database) -> None:
    with database.writing() as connection:
        connection.execute("PRAGMA user_version=999")
    database.close()
    older = Database(path)
    with pytest.raises(Unavailable, match="format 999"):
        older.migrate()
    older.close()


def test_a_busy_database_is_unavailable(path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    database.migrate()
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.01)
    second = Database(path)
    with database.writing(), pytest.raises(Unavailable) as refused:
        SqliteScheduleClaims(second).claim("sweep", NOON)
    assert refused.value.retry_after == 1
    second.close()


def test_a_full_disk_is_unavailable_and_changes_nothing(database: Database) -> None:
    libraries = SqliteLibraries(database)
    with database.reading() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages}")  # SQLite's own way to say that there is no more room

    def fill() -> None:
        for n in range(1000):
            libraries.add(a_library(id=f"library-{n}", name=f"{n}" * 1000), an_entry())

    with pytest.raises(Unavailable, match="full"):
        fill()
    stored = len(libraries.all())
    with pytest.raises(Unavailable, match="full"):
        libraries.add(a_library(id="one more", name="x" * 5000), an_entry())
    assert len(libraries.all()) == stored


def test_a_file_that_is_no_database_is_unavailable(path: Path) -> None:
    path.write_bytes(b"This is a text.\n" * 1000)
    database = Database(path)
    with pytest.raises(Unavailable, match="damaged"):
        database.migrate()
    database.close()


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable):
        Database(tmp_path / "file" / "audio.db").migrate()


def test_a_fault_of_ours_is_not_taken_for_the_worlds(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError), database.reading() as connection:
        connection.execute("SELECT * FROM nowhere")


def test_half_a_character_is_the_callers_fault(database: Database) -> None:
    with pytest.raises(Invalid):
        SqliteLibraries(database).find_by_name("\ud800")
