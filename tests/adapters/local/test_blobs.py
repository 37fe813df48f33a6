"""Blobs as files: what a crash, a full disk or a hostile folder leaves."""

import errno
import gc
import os
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.local.blobs import FileBlobs
from adapters.local.workspaces import FolderWorkspaces
from domain.errors import Conflict, NotFound, Unavailable
from domain.values import ByteRange

KEY = "library/recordings/1/original"
TOMORROW = datetime(2100, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def blobs(root: Path) -> FileBlobs:
    return FileBlobs(root)


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def failing(code: int, after: int = 0) -> Any:
    """A system call that fails as a disk does, after some calls that succeed."""
    calls = iter(range(after))

    def call(*_: Any) -> int:
        if next(calls, None) is None:
            raise OSError(code, os.strerror(code))
        return 0

    return call


def open_files() -> int:
    """How many this process has, where the system tells."""
    table = Path("/proc/self/fd")
    return len(list(table.iterdir())) if table.is_dir() else 0


class Crash(BaseException):
    """The process ends here: nothing of what stands below runs."""


def crash(*_: Any, **__: Any) -> None:
    raise Crash


def test_a_blob_is_a_file_under_its_key(blobs: FileBlobs, root: Path) -> None:
    blobs.put(KEY, [b"x"])
    assert files(root) == [KEY]


def test_a_deleted_blob_takes_its_empty_folders_with_it(blobs: FileBlobs, root: Path) -> None:
    blobs.put(KEY, [b"x"])
    blobs.put("library/recordings/2/original", [b"x"])
    blobs.delete(KEY)
    assert sorted(path.name for path in (root / "library" / "recordings").iterdir()) == ["2"]
    blobs.delete("library/recordings/2/original")
    assert not (root / "library").exists()
    assert root.is_dir()


def test_a_broken_write_leaves_no_file(blobs: FileBlobs, root: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x" * 100_000
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        blobs.put(KEY, chunks())
    assert files(root) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_unavailable_and_stores_nothing(
    blobs: FileBlobs, root: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    blobs.put(KEY, [b"before"])
    multipart_id = blobs.begin_multipart("a/b")
    blobs.put_part("a/b", multipart_id, 1, [b"x"])
    before = files(root)
    monkeypatch.setattr(os, "fsync", failing(code))
    for attempt in (
        lambda: blobs.put(KEY, [b"after"]),
        lambda: blobs.put_part("a/b", multipart_id, 1, [b"y"]),
        lambda: blobs.complete_multipart("a/b", multipart_id),
        blobs.ping,
    ):
        with pytest.raises(Unavailable, match="full"):
            attempt()
    assert files(root) == before


def test_a_data_folder_that_is_gone_is_unavailable(blobs: FileBlobs, root: Path) -> None:
    (root / ".incoming").rmdir()
    with pytest.raises(Unavailable):
        blobs.ping()
    with pytest.raises(Unavailable):
        blobs.put(KEY, [b"x"])


def test_a_root_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises((Unavailable, NotADirectoryError)):
        FileBlobs(tmp_path / "file" / "blobs")


def test_what_a_dead_writer_left_is_not_seen_and_removed_in_time(blobs: FileBlobs, root: Path) -> None:
    (root / ".incoming" / "left").write_bytes(b"half")
    (root / ".reading" / "left").write_bytes(b"x")
    (root / ".incoming" / "ended").mkdir()
    (root / ".incoming" / "ended" / "1").write_bytes(b"part")
    assert list(blobs.list()) == []
    assert blobs.remove_unfinished(LONG_AGO) == 0
    assert blobs.remove_unfinished(TOMORROW) == 3
    assert files(root) == []


def test_a_file_that_was_just_opened_is_not_taken_for_left_behind(blobs: FileBlobs, root: Path) -> None:
    """The second name has the time of the old blob's bytes; when it was given counts."""
    blobs.put(KEY, [b"old"])
    os.utime(root / KEY, (0, 0))
    with blobs.as_file(KEY) as path:
        blobs.remove_unfinished(datetime.fromtimestamp(path.stat().st_ctime, UTC) - timedelta(seconds=1))
        assert path.read_bytes() == b"old"


def test_a_file_system_without_second_names_keeps_what_is_there(
    blobs: FileBlobs, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    blobs.put(KEY, [b"first"], overwrite=False)
    with pytest.raises(Conflict):
        blobs.put(KEY, [b"second"], overwrite=False)
    assert b"".join(blobs.get(KEY)) == b"first"
    assert files(root) == [KEY]


def test_a_file_system_without_second_names_gives_the_first(blobs: FileBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs.put(KEY, [b"x"])
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    with blobs.as_file(KEY) as path:
        assert path.read_bytes() == b"x"
    assert b"".join(blobs.get(KEY)) == b"x"


@pytest.mark.parametrize("after", [0, 1])
def test_parts_are_joined_where_the_kernel_does_not_copy(
    blobs: FileBlobs, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    parts = [bytes([n]) * 300_000 for n in range(1, 4)]
    multipart_id = blobs.begin_multipart(KEY)
    for n, part in enumerate(parts, start=1):
        blobs.put_part(KEY, multipart_id, n, [part])
    real = os.copy_file_range
    calls = iter(range(after))

    def some_bytes(source: int, target: int, _: int) -> int:
        if next(calls, None) is None:
            raise OSError(errno.EXDEV, "")
        return real(source, target, 1000)

    monkeypatch.setattr(os, "copy_file_range", some_bytes)
    blobs.complete_multipart(KEY, multipart_id)
    assert b"".join(blobs.get(KEY)) == b"".join(parts)


@pytest.mark.parametrize("step", ["join", "_publish", "end"])
def test_a_completion_that_a_crash_cut_short_is_completed_again(root: Path, step: str) -> None:
    """Before the parts are joined, before the blob is named, and before the parts are removed."""
    dying = FileBlobs(root)
    multipart_id = dying.begin_multipart(KEY)
    for n in (1, 2):
        dying.put_part(KEY, multipart_id, n, [bytes([n]) * 1000])
    setattr(dying if step == "_publish" else dying._multiparts, step, crash)
    with pytest.raises(Crash):
        dying.complete_multipart(KEY, multipart_id)

    blobs = FileBlobs(root)
    assert blobs.complete_multipart(KEY, multipart_id).size_bytes == 2000
    assert blobs.complete_multipart(KEY, multipart_id).size_bytes == 2000
    assert b"".join(blobs.get(KEY)) == b"\x01" * 1000 + b"\x02" * 1000
    assert list(blobs.multiparts()) == []
    blobs.remove_unfinished(TOMORROW)
    assert files(root) == [KEY]


def test_a_multipart_survives_a_restart(root: Path) -> None:
    first = FileBlobs(root)
    multipart_id = first.begin_multipart(KEY)
    part = first.put_part(KEY, multipart_id, 1, [b"x"])
    second = FileBlobs(root)
    assert second.parts(KEY, multipart_id) == (part,)
    ((key, listed_id, started_at),) = second.multiparts()
    assert (key, listed_id) == (KEY, multipart_id)
    assert started_at <= second.put(KEY, [b"later"]).modified_at


def test_a_part_that_a_dead_writer_left_is_no_part(blobs: FileBlobs, root: Path) -> None:
    multipart_id = blobs.begin_multipart(KEY)
    (root / ".incoming" / "half").write_bytes(b"half of a part")
    assert blobs.parts(KEY, multipart_id) == ()


def test_a_reader_that_is_let_go_closes_its_file(blobs: FileBlobs) -> None:
    blobs.put(KEY, [b"x" * 3_000_000])
    gc.collect()  # what other tests have left is not to go in between
    before = open_files()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reader = blobs.get(KEY, ByteRange(10, 2_000_000))
        next(reader)
        del reader
        blobs.get(KEY)
        gc.collect()
    assert open_files() == before


def test_a_closed_reader_is_at_its_end(blobs: FileBlobs) -> None:
    blobs.put(KEY, [b"x"])
    reader = blobs.get(KEY)
    reader.close()  # type: ignore[attr-defined]  # a web server closes what can be closed
    assert list(reader) == []


def test_a_folder_is_no_blob(blobs: FileBlobs) -> None:
    blobs.put("a/b/c", [b"x"])
    for attempt in (blobs.stat, blobs.get):
        with pytest.raises(NotFound):
            attempt("a/b")


def test_odd_files_in_the_folder_are_no_blobs(blobs: FileBlobs, root: Path) -> None:
    blobs.put("a/b", [b"x"])
    (root / "a" / ".DS_Store").write_bytes(b"x")
    (root / "a" / "line\nbreak").write_bytes(b"x")
    assert [info.key for info in blobs.list()] == ["a/b"]


def test_workspaces_of_dead_workers_are_removed(tmp_path: Path) -> None:
    workspaces = FolderWorkspaces(tmp_path / "work")
    assert workspaces.remove_abandoned(TOMORROW) == 0
    left = tmp_path / "work" / "left"
    with workspaces.open() as folder:
        left.mkdir()
        (left / "waveform.dat").write_bytes(b"x")
        os.utime(left, (0, 0))
        assert workspaces.remove_abandoned(LONG_AGO) == 1
        assert folder.is_dir()
    assert not left.exists()


def test_a_folder_that_is_taken_away_while_it_is_made_is_made_again(
    root: Path, blobs: FileBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else makes the folder just before, and takes it away just after."""
    make = Path.mkdir
    lost = iter([True])

    def late(path: Path, *arguments: Any, **named: Any) -> None:
        if path.name == "1" and next(lost, False):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        make(path, *arguments, **named)

    monkeypatch.setattr(Path, "mkdir", late)
    blobs.put(KEY, [b"x"])
    assert next(lost, None) is None
    assert files(root) == [KEY]
