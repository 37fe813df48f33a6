"""Work on many recordings, from the command line."""

from pathlib import Path

import pytest

from domain.access import system_actor
from domain.errors import IllegalTransition, Invalid, NotFound
from domain.recording import Recording
from tests.builders import a_recording, an_entry
from tests.entrypoints.cli.conftest import Shell
from tests.entrypoints.cli.test_predict import work

TAG = '{"add_tags": ["dog"]}'


@pytest.fixture
def recordings(shell: Shell) -> list[Recording]:
    container = shell.container()
    library = container.use_cases.ensure_default_library()()
    made = [a_recording(library_id=library.id) for _ in range(3)]
    for each in made:
        container.adapters.recordings().add(each, an_entry(library_id=library.id, subject_id=each.id))
    container.close()
    return made


def do_the_work(shell: Shell) -> None:
    container = shell.container()
    work(container)
    container.close()


def test_a_batch_is_planned_started_and_looked_at(shell: Shell, recordings: list[Recording]) -> None:
    asked = ("batch", "start", "--change", TAG, "--query", "status=ready&duration[gte]=1")
    plan = shell.json(*asked, "--dry-run")
    assert (plan["recordings"], plan["complete"], plan["refused"], plan["seconds"]) == (3, True, {}, None)
    assert "3 recordings" in shell.run(*asked, "--dry-run").stdout
    job = shell.json(*asked)["job"]
    assert shell.json("batch", "pause", job)["status"] == "paused"
    assert "paused" in shell.run("batch", "show", job).stdout
    assert shell.json("batch", "resume", job)["status"] == "queued"
    do_the_work(shell)
    done = shell.json("batch", "show", job)
    assert (done["status"], done["counts"]) == ("succeeded", {"succeeded": 3})
    items = shell.json("batch", "items", job, "--limit", "2")
    assert [(each["n"], each["status"]) for each in items] == [(0, "succeeded"), (1, "succeeded")]
    assert recordings[0].id in shell.run("batch", "items", job, "--status", "succeeded").stdout
    assert isinstance(shell.run("batch", "retry", job).exception, IllegalTransition)
    assert isinstance(shell.run("batch", "show", "x").exception, NotFound)


def test_who_watches_a_batch_is_told_how_it_ended(
    shell: Shell, recordings: list[Recording], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: do_the_work(shell))  # instead of a worker elsewhere
    watched = shell.run("batch", "start", "--change", TAG, "--query", "", "--watch")
    assert (watched.exit_code, "3 succeeded" in watched.stdout) == (0, True)
    container = shell.container()
    actor = system_actor(recordings[0].library_id, "test")
    container.use_cases.trash_recording()(actor, recordings[0].id, version=None)
    container.close()
    again = shell.run("batch", "start", "--change", '{"add_tags": ["cat"]}', "--query", "status=trashed", "--watch")
    assert (again.exit_code, "1 failed" in again.stdout) == (1, True)


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        ("--change", TAG, "--fixity"),
        ("--change", "dog"),
        ("--change", "[1]"),
        ("--model", "speech", "--set", "threshold"),
    ],
)
def test_what_makes_no_sense_is_refused(shell: Shell, wrong: tuple[str, ...]) -> None:
    assert shell.run("batch", "start", "--query", "status=ready", *wrong).exit_code == 2


def test_a_query_out_of_shape_is_refused(shell: Shell) -> None:
    assert shell.run("batch", "start", "--fixity", "--query", "dogs").exit_code == 2
    assert isinstance(shell.run("batch", "start", "--fixity", "--query", "colour=red").exception, Invalid)
    assert isinstance(shell.run("batch", "start", "--recipe", "no-such", "--query", "").exception, NotFound)


def test_a_table_is_looked_at_carried_out_and_taken_back(
    shell: Shell, recordings: list[Recording], tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    table.write_text(f"id,title\n{recordings[0].id},Owl\nnobody,x\n")
    looked = shell.json("metadata", "import", str(table), "--dry-run")
    assert (looked["changes"], looked["wrong_rows"], looked["job"]) == (1, [3], None)
    assert "→ Owl" in shell.run("metadata", "import", str(table), "--dry-run").stdout
    assert isinstance(shell.run("metadata", "import", str(table)).exception, Invalid)
    job = shell.json("metadata", "import", str(table), "--partial")["job"]
    do_the_work(shell)
    assert shell.json("batch", "show", job)["counts"] == {"succeeded": 1}
    undone = shell.json("batch", "undo", job)["job"]
    do_the_work(shell)
    assert shell.json("batch", "show", undone)["counts"] == {"succeeded": 1}
    container = shell.container()
    actor = system_actor(recordings[0].library_id, "test")
    assert container.use_cases.get_recording()(actor, recordings[0].id).title == recordings[0].title
    container.close()


def test_the_key_to_move_to_is_asked_for_and_not_an_argument(shell: Shell, recordings: list[Recording]) -> None:
    refused = shell.run("batch", "start", "--move", "--query", "", typed="ak_" + "x" * 40 + "\n")
    assert isinstance(refused.exception, Invalid)
    assert "of no library" in str(refused.exception)
