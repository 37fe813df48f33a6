"""Schedules on the command line."""

from typing import Any

import pytest

from domain.errors import Invalid
from tests.entrypoints.cli.conftest import Shell

NIGHTLY = (
    "schedule",
    "create",
    "scrub",
    "--cron",
    "30 2 * * *",
    "--fixity",
    "0.25",
    "--query",
    "status=ready&tag=a&tag=b",
)


def test_a_schedule_is_made_edited_and_removed(shell: Shell) -> None:
    made = shell.json(*NIGHTLY, "--zone", "Europe/Berlin", "--window", "22:00-06:00")
    assert made["runs"] == {"fixity": {"share": 0.25}, "query": {"status": ["ready"], "tag": ["a", "b"]}}
    assert (made["time_zone"], made["window"]) == ("Europe/Berlin", {"opens": "22:00", "closes": "06:00"})
    assert shell.json("schedule", "list") == [made]
    edited = shell.json("schedule", "edit", made["id"], "--cron", "0 4 * * *", "--no-window", "--missed", "skip")
    assert (edited["cron"], edited["window"], edited["missed"], edited["name"]) == ("0 4 * * *", None, "skip", "scrub")
    assert "scrub" in shell.run("schedule", "list").stdout
    assert "is removed" in shell.run("schedule", "remove", made["id"]).stdout
    assert shell.json("schedule", "list") == []


def test_a_schedule_is_paused_resumed_and_run(shell: Shell) -> None:
    made = shell.json("schedule", "create", "trash", "--cron", "0 4 * * *", "--task", "empty-trash")
    assert "is paused" in shell.run("schedule", "pause", made["id"]).stdout
    assert "paused" in shell.run("schedule", "list").stdout
    assert "runs next at" in shell.run("schedule", "resume", made["id"]).stdout
    run = shell.json("schedule", "run", made["id"])
    assert (run["outcome"], run["by"]) == ("started", "system:cli")
    assert shell.json("schedule", "runs", made["id"]) == [run]
    assert run["job"] in shell.run("schedule", "runs", made["id"]).stdout
    assert "Started job" in shell.run("schedule", "run", made["id"]).stdout


def test_a_change_is_said_as_json(shell: Shell) -> None:
    change = ("--change", '{"action": "trash"}', "--query", "tag=old")
    made = shell.json("schedule", "create", "tidy", "--cron", "0 4 * * *", *change)
    assert made["runs"]["change"] == {"action": "trash"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--cron", "61 * * * *", "--task", "empty-trash"), "minute"),
        (("--cron", "0 4 * * *"), "say one of"),
        (("--cron", "0 4 * * *", "--fixity", "2", "--query", ""), "share"),
        (("--cron", "0 4 * * *", "--change", "{", "--query", ""), "JSON"),
        (("--cron", "0 4 * * *", "--window", "9-5", "--task", "empty-trash"), "window"),
    ],
)
def test_what_is_wrong_is_told(shell: Shell, options: tuple[Any, ...], says: str) -> None:
    result = shell.run("schedule", "create", "wrong", *options)
    assert isinstance(result.exception, Invalid)
    assert says in str(result.exception)
