"""`audio-backend processing`: a folder is listened to, and what was heard is taken over."""

import os
import signal
from pathlib import Path

import pytest

from adapters.tables.results import ParquetResults
from application import processing
from application.processing import AnalyseFile
from domain.errors import Conflict
from domain.recording import Status
from tests import sounds
from tests.entrypoints.cli.conftest import Shell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three sounds, a bomb, a text that says it is a sound, and a note."""
    root = tmp_path / "music"
    (root / "deep").mkdir(parents=True)
    (root / "one.wav").write_bytes(sounds.tone_wav(0.4, hz=300))
    (root / "deep" / "two.flac").write_bytes(sounds.encoded("flac"))
    (root / "ü three.mp3").write_bytes(sounds.encoded("mp3"))
    (root / "bomb.flac").write_bytes(sounds.flac_bomb())
    (root / "broken.mp3").write_bytes(sounds.text_file())
    (root / "notes.txt").write_text("not a sound")
    return root


def test_a_folder_is_heard_once_and_taken_over(shell: Shell, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = ("processing", "run", "--input", folder, "--output", out, "--processes", "2")
    assert shell.json(*run) == {"heard": 3, "failed": 3, "skipped": 0, "interrupted": False}
    assert not shell.data_dir.exists()  # no library was touched
    (part,) = out.glob("*.parquet")
    rows = {row.path: row for row in ParquetResults().read(part)}
    assert rows.keys() == {"one.wav", "deep/two.flac", "ü three.mp3", "bomb.flac", "broken.mp3", "notes.txt"}
    assert {name: row.failure.code for name, row in rows.items() if row.failure} == {
        "bomb.flac": "decoded-size-limit",
        "broken.mp3": "unsupported-media-type",
        "notes.txt": "unsupported-media-type",
    }
    assert shell.json(*run) == {"heard": 0, "failed": 0, "skipped": 6, "interrupted": False}
    (folder / "four.wav").write_bytes(sounds.tone_wav(0.4, hz=400))
    assert shell.json(*run) == {"heard": 1, "failed": 0, "skipped": 6, "interrupted": False}

    unknown = shell.json("processing", "import", out)
    assert (unknown["unknown"], unknown["stored"], unknown["failed"]) == (4, 0, 3)
    assert {each["path"] for each in unknown["failures"]} == {"bomb.flac", "broken.mp3", "notes.txt"}
    shell.run("import", folder)
    taken = shell.json("processing", "import", out)
    assert (taken["unknown"], taken["stored"], taken["failed"]) == (0, 4, 3)
    again = shell.json("processing", "import", out)
    assert (again["known"], again["stored"]) == (4, 0)

    container = shell.container()
    library = container.use_cases.ensure_default_library()()
    found = container.adapters.recordings().find_by_content(library.id, rows["one.wav"].sha256)
    assert found.status is Status.READY
    stored = container.adapters.analyses().find(library.id, found.analysis_key)
    assert stored.descriptors == rows["one.wav"].analysis.descriptors  # type: ignore[union-attr]  # it was heard
    renditions = container.adapters.renditions().of_recording(library.id, found.id)
    assert {"waveform.dat", "spectrogram.png", "frames.npz"} <= {each.name for each in renditions}
    container.close()


def test_files_that_are_no_recordings_become_some(shell: Shell, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shell.run("processing", "run", "--input", folder, "--output", out, "--processes", "2", "--no-artefacts")
    assert not (out / "artefacts").exists()
    taken = shell.json("processing", "import", out, "--create", folder, "--by-reference")
    assert (taken["unknown"], taken["stored"]) == (0, 3)
    assert shell.json("status")["recordings"]["ready"] == 3
    assert not list((shell.data_dir / "blobs").rglob("original"))


def test_a_run_that_is_ended_keeps_what_it_has_heard(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = tmp_path / "many", tmp_path / "out"
    folder.mkdir()
    for n in range(20):
        (folder / f"{n:02}.txt").write_text("not a sound")
    handled: list[Path] = []
    real = AnalyseFile.__call__

    def ended_at_five(self: AnalyseFile, path: Path, *args: object) -> object:
        handled.append(path)
        if len(handled) == 5:
            os.kill(os.getpid(), signal.SIGTERM)
        return real(self, path, *args)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(processing.AnalyseFile, "__call__", ended_at_five)
    run = ("processing", "run", "--input", folder, "--output", out, "--processes", "1")
    first = shell.json(*run)
    assert first["interrupted"]
    assert 5 <= first["failed"] < 20
    monkeypatch.undo()
    second = shell.json(*run)
    assert (second["skipped"], second["failed"]) == (first["failed"], 20 - first["failed"])


def test_other_machines_are_for_the_profile_that_has_them(shell: Shell) -> None:
    submitted = shell.run("processing", "submit", "--input", "s3://a/b/", "--output", "s3://a/c/")
    assert isinstance(submitted.exception, Conflict)
    assert isinstance(shell.run("processing", "status", "x").exception, Conflict)


def test_what_cannot_be_read_or_written_is_said_before_it_begins(shell: Shell, folder: Path, tmp_path: Path) -> None:
    assert shell.run("processing", "run", "--input", tmp_path / "nowhere", "--output", tmp_path).exit_code == 2
    refused = shell.run("processing", "run", "--input", folder, "--output", folder / "one.wav" / "out")
    assert refused.exit_code == 2
    assert "written" in refused.stderr
