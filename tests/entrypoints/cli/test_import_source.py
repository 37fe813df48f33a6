"""`audio-backend import` of an address: the plan first."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from entrypoints.cli.app import app
from tests import sounds
from tests.entrypoints.cli.conftest import Shell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "music"
    (root / "deep").mkdir(parents=True)
    (root / "one.wav").write_bytes(sounds.tone_wav(0.2, hz=300))
    (root / "deep" / "two.flac").write_bytes(sounds.encoded("flac"))
    (root / "notes.txt").write_text("not a sound")
    (root / "broken.mp3").write_bytes(sounds.text_file())
    return root


def test_the_plan_comes_first_and_is_asked_for(shell: Shell, folder: Path) -> None:
    shown = CliRunner().invoke(app, ["import", f"file://{folder}"], input="n\n")
    assert "new" in shown.stdout
    assert "deep/two.flac" in shown.stdout
    assert "by copy?" in shown.stderr
    assert sum(shell.json("status")["recordings"].values()) == 0
    CliRunner().invoke(app, ["import", f"file://{folder}"], input="y\n")
    assert shell.json("status")["recordings"]["processing"] == 2


def test_an_address_is_imported_once(shell: Shell, folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "refused.jsonl"
    first = shell.json("import", f"file://{folder}", "--yes", "--report", report)
    assert (first["plan"]["new"]["count"], first["plan"]["unchanged"]["count"]) == (4, 0)
    assert {name: first["applied"][name] for name in ("added", "ignored", "refused")} == {
        "added": 2,
        "ignored": 1,
        "refused": 1,
    }
    (refused,) = map(json.loads, report.read_text().splitlines())
    assert refused["url"] == f"file://{folder}/broken.mp3"
    (folder / "one.wav").write_bytes(sounds.tone_wav(0.2, hz=400))
    (folder / "deep" / "two.flac").unlink()
    plan = shell.json("import", f"file://{folder}", "--dry-run")
    assert plan["applied"] is None
    assert {kind: plan["plan"][kind]["count"] for kind in ("new", "changed", "missing", "unchanged")} == {
        "new": 2,
        "changed": 1,
        "missing": 1,
        "unchanged": 0,
    }
    assert shell.json("import", f"file://{folder}", "--yes", "--trash-missing")["applied"]["trashed"] == 1
    assert shell.json("status")["recordings"] | {"processing": 2, "trashed": 1} == shell.json("status")["recordings"]


def test_a_folder_is_referred_to(shell: Shell, folder: Path) -> None:
    assert shell.json("import", folder, "--by-reference", "--yes")["applied"]["added"] == 2
    assert not list((shell.data_dir / "blobs").rglob("original"))
    (folder / "one.wav").write_bytes(sounds.tone_wav(0.2, hz=400))
    shown = shell.run("import", folder, "--by-reference", "--dry-run")
    assert "1 recordings refer to objects that have changed" in shown.stdout


def test_exit_codes(shell: Shell, folder: Path) -> None:
    assert shell.run("import", f"file://{folder}", "--yes").exit_code == 1
    (folder / "broken.mp3").unlink()
    assert shell.run("import", f"file://{folder}", "--yes").exit_code == 0
    assert shell.run("import", "ftp://nowhere/", "--yes").exit_code == 1
    assert shell.run("import", f"file://{folder}/nowhere", "--yes").exit_code == 1
