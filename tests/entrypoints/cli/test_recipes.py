"""Recipes on the command line: from files, into versions."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.builtin_recipes import BUILTIN_RECIPES
from domain.errors import Conflict, Invalid, NotFound
from domain.step import STEPS
from tests.entrypoints.cli.conftest import Shell

LOUDER = {"name": "louder", "about": "A bit [more].", "steps": [{"step": "gain", "gain_db": 3}]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "louder.json"
    path.write_text(json.dumps(LOUDER))
    return path


def test_a_recipe_is_made_of_a_file_edited_and_shown(shell: Shell, file: Path) -> None:
    made = shell.json("recipe", "create", file)
    assert (made["version"], made["steps"]) == (1, [{"step": "gain", "gain_db": 3.0}])
    assert shell.json("recipe", "show", "louder") == made
    file.write_text(json.dumps({**made, "steps": [{"step": "gain", "gain_db": 6}]}))
    assert shell.json("recipe", "edit", file)["version"] == 2
    assert shell.json("recipe", "show", "louder@1") == made
    shown = shell.run("recipe", "show", "louder").stdout
    assert "louder@2  A bit [more]." in shown
    assert "gain_db=6" in shown
    assert [r["version"] for r in shell.json("recipe", "list") if r["name"] == "louder"] == [2]


def test_what_ships_is_listed_and_shown(shell: Shell) -> None:
    listed = shell.json("recipe", "list")
    assert [recipe["name"] for recipe in listed] == sorted(BUILTIN_RECIPES)
    assert all(recipe["built_in"] for recipe in listed)
    assert "speech-16k" in shell.run("recipe", "list").stdout
    assert "mode=mono" in shell.run("recipe", "show", "speech-16k").stdout


def test_the_steps_are_listed_with_their_bounds(shell: Shell) -> None:
    assert [kind["step"] for kind in shell.json("recipe", "steps")] == list(STEPS)
    told = shell.run("recipe", "steps").stdout
    assert "-60 to 60 dB" in told
    assert "must be said" in told


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "not JSON"),
        ("[]", "valid dictionary"),
        (json.dumps({**LOUDER, "steps": [{"step": "gain", "gain_db": 61}]}), r"steps\.0\.gain\.gain_db: .*60 dB"),
        (json.dumps({**LOUDER, "colour": "red"}), "colour"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_why(shell: Shell, file: Path, content: str, says: str) -> None:
    file.write_text(content)
    error: Any = shell.run("recipe", "create", file).exception
    assert isinstance(error, Invalid)
    with pytest.raises(Invalid, match=says):
        raise error


def test_what_cannot_be_made_or_edited_is_refused(shell: Shell, file: Path, tmp_path: Path) -> None:
    assert isinstance(shell.run("recipe", "edit", file).exception, NotFound)
    shell.run("recipe", "create", file)
    assert isinstance(shell.run("recipe", "create", file).exception, Conflict)
    assert shell.run("recipe", "create", tmp_path / "none.json").exit_code == 2
