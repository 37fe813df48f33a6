from concurrent.futures import wait
from pathlib import Path

import pytest

from application.importing import ImportedFile, ImportFile
from domain.access import Actor
from entrypoints.cli import threads
from entrypoints.cli.importing import files_below, sound_type
from tests import sounds
from tests.entrypoints.cli.conftest import Shell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three sounds, two of them the same, a note, a broken sound and a hidden file."""
    root = tmp_path / "music"
    (root / "deep" / "er").mkdir(parents=True)
    (root / "one.wav").write_bytes(sounds.tone_wav(0.2, hz=300))
    (root / "deep" / "two.flac").write_bytes(sounds.encoded("flac"))
    (root / "deep" / "er" / "copy.wav").write_bytes(sounds.tone_wav(0.2, hz=300))
    (root / "notes.txt").write_text("not a sound")
    (root / "broken.mp3").write_bytes(sounds.text_file())
    (root / ".hidden.wav").write_bytes(sounds.tone_wav(0.2, hz=500))
    return root


def test_a_folder_is_imported_and_then_skipped(shell: Shell, folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "refused.jsonl"
    first = shell.json("import", folder, "--report", report)
    assert (first["added"], first["skipped"], first["ignored"], first["refused"]) == (2, 1, 1, 1)
    assert first["failures"][0]["code"] == "unsupported-media-type"
    assert "broken.mp3" in report.read_text()
    second = shell.json("import", folder)
    assert (second["added"], second["skipped"]) == (0, 3)
    assert shell.json("status")["recordings"]["processing"] == 2


def test_a_dry_run_changes_nothing(shell: Shell, folder: Path) -> None:
    looked = shell.json("import", folder, "--dry-run")
    assert (looked["dry_run"], looked["added"], looked["refused"]) == (True, 3, 1)
    assert sum(shell.json("status")["recordings"].values()) == 0


def test_exit_codes(shell: Shell, folder: Path) -> None:
    assert shell.run("import", folder).exit_code == 1
    (folder / "broken.mp3").unlink()
    assert shell.run("import", folder).exit_code == 0
    assert shell.run("import", folder / "nowhere").exit_code == 2
    assert shell.run("import", folder, "--library", "unknown").exit_code == 1
    assert shell.run("import").exit_code == 2


def test_an_interruption_keeps_what_is_done_and_says_how_to_go_on(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(30):
        (folder / f"{n:02}.wav").write_bytes(sounds.tone_wav(0.05, hz=300.0 + n))
    handled: list[Path] = []
    real = ImportFile.__call__

    def interrupted_at_ten(self: ImportFile, *args: object, **kwargs: object) -> ImportedFile:
        handled.append(folder)
        return real(self, *args, **kwargs)  # type: ignore[arg-type]  # passed on as they came

    def wait_then_interrupt(*args: object, **kwargs: object) -> object:
        if kwargs and len(handled) >= 10:
            raise KeyboardInterrupt
        return wait(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(ImportFile, "__call__", interrupted_at_ten)
    monkeypatch.setattr(threads, "wait", wait_then_interrupt)
    broken_off = shell.json("import", folder)
    assert broken_off["interrupted"]
    assert 10 <= broken_off["added"] < 30
    monkeypatch.undo()
    monkeypatch.setenv("AUDIO_DATA_DIR", str(shell.data_dir))
    resumed = shell.json("import", folder)
    assert resumed["added"] + broken_off["added"] == 30
    assert resumed["skipped"] == broken_off["added"]


def test_an_unexpected_error_leaves_the_report(
    shell: Shell, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ImportFile.__call__

    def fails_at_the_last(self: ImportFile, actor: Actor, path: Path, *args: object, **kwargs: object) -> ImportedFile:
        if path.name == "one.wav":
            raise RuntimeError("a fault of ours")
        return real(self, actor, path, *args, **kwargs)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(ImportFile, "__call__", fails_at_the_last)
    monkeypatch.setenv("AUDIO_WORKER_CHILDREN", "1")  # two at a time
    report = tmp_path / "refused.jsonl"
    assert isinstance(shell.run("import", folder, "--report", report).exception, RuntimeError)
    assert "broken.mp3" in report.read_text()


def test_links_and_hidden_files_are_left_alone(folder: Path) -> None:
    (folder / "link.wav").symlink_to(folder / "one.wav")
    names = [path.name for path in files_below(folder)]
    assert names == ["broken.mp3", "copy.wav", "two.flac", "notes.txt", "one.wav"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.MP3", "audio/mpeg"), ("a.opus", "audio/ogg"), ("a.flac", "audio/flac"), ("a.txt", None), ("a", None)],
)
def test_what_a_name_suggests(name: str, expected: str | None) -> None:
    assert sound_type(Path(name)) == expected
