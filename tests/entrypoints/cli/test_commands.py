import json
from dataclasses import replace
from datetime import timedelta

import pytest

from application.schedule import EVERY
from domain.access import Role, system_actor
from domain.job import MAX_ATTEMPTS
from domain.job_kind import Lane
from domain.values import Failure
from entrypoints.cli.app import app, main
from tests import sounds
from tests.entrypoints.cli.conftest import Shell


def test_a_key_is_shown_once_and_works(shell: Shell) -> None:
    made = shell.json("key", "create", "reporter", "--role", "viewer", "--days", "7")
    container = shell.container()
    try:
        assert container.use_cases.authenticate()(made["token"]).role is Role.VIEWER
    finally:
        container.close()
    listed = shell.run("key", "list")
    assert made["id"] in listed.stdout
    assert made["token"] not in listed.stdout


def test_a_revoked_key_is_listed_as_such(shell: Shell) -> None:
    made = shell.json("key", "create", "reporter")
    assert shell.run("key", "revoke", made["id"]).exit_code == 0
    (key,) = [key for key in shell.json("key", "list") if key["id"] == made["id"]]
    assert key["revoked_at"]


def test_libraries_have_keys_of_their_own(shell: Shell) -> None:
    assert shell.run("library", "create", "voices").exit_code == 0
    shell.run("key", "create", "reader", "--library", "voices")
    assert [key["name"] for key in shell.json("key", "list", "--library", "voices")] == ["reader"]
    assert shell.json("key", "list") == []
    assert {library["name"] for library in shell.json("library", "list")} == {"default", "voices"}


@pytest.mark.parametrize("name", EVERY)
def test_a_scheduled_job_runs_by_name(shell: Shell, name: str) -> None:
    (report,) = shell.json("job", "run", name).values()
    assert set(report.values()) == {0}


def test_the_doctor_finds_a_sound_machine(shell: Shell) -> None:
    checks = {check["name"]: check for check in shell.json("doctor")}
    assert {"python", "audio libraries", "ffmpeg", "data folder", "blobs", "queue", "engine"} <= set(checks)
    assert all(
        checks[name]["advice"] == "" for name in ("python", "audio libraries", "ffmpeg", "data folder", "engine")
    )
    assert "cut off from the network" in checks["decoders"]["found"]


def test_the_doctor_makes_nothing(shell: Shell) -> None:
    checks = {check["name"]: check["found"] for check in shell.json("doctor")}
    assert (checks["blobs"], checks["queue"], checks["engine"]) == ("not there yet", "not there yet", "answers")
    assert not shell.data_dir.exists()
    shell.data_dir.mkdir()  # as a volume is mounted
    assert shell.run("doctor").exit_code == 0
    assert not list(shell.data_dir.iterdir())
    shell.run("status")
    assert {check["found"] for check in shell.json("doctor") if check["name"] in {"blobs", "queue"}} == {"answers"}


@pytest.mark.parametrize("command", [("status",), ("library", "create", "voices"), ("job", "run", "sweep")])
def test_the_data_folder_is_for_its_owner_alone(shell: Shell, command: tuple[str, ...]) -> None:
    assert shell.run(*command).exit_code == 0
    assert shell.data_dir.stat().st_mode & 0o777 == 0o700


def test_the_doctor_says_what_to_do(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIO_DATA_DIR", "/proc/nowhere")
    result = shell.run("doctor")
    assert result.exit_code != 0


@pytest.mark.parametrize("command", ["doctor", "serve"])
def test_without_the_ffmpeg_program_it_says_how_to_get_it(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/nowhere/ffmpeg")
    result = shell.run(command)
    assert result.exit_code in {1, 2}
    assert "apt install ffmpeg" in " ".join((result.stdout + result.stderr).split())


def test_an_impossible_setting_is_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIO_ADMIN_KEY", "short")
    result = shell.run("status")
    assert result.exit_code == 2
    assert "AUDIO_ADMIN_KEY" in result.stderr
    assert "Traceback" not in result.output


def bury_a_job(shell: Shell) -> str:
    """A job that failed at its last attempt, as a worker leaves it."""
    container = shell.container()
    try:
        use, queue = container.use_cases, container.adapters.queue()
        actor = system_actor(use.prepare_access()(None)[0].id, "test")
        use.receive_recording()(
            actor, filename="a.wav", content_type="audio/wav", chunks=[sounds.tone_wav(seconds=0.1)]
        )
        delivery = queue.receive(tuple(Lane), timedelta(), timedelta(seconds=30))
        jobs = container.adapters.jobs()
        job = jobs.get(actor.library_id, delivery.job_id)
        jobs.save(replace(job, attempts=MAX_ATTEMPTS - 1, version=job.version + 1), replaces=job.version)
        held = use.take_job()(delivery.job_id, "worker-1")
        held.fail(Failure("internal", "It broke."))
        queue.bury(delivery, "internal")
        return str(delivery.job_id)
    finally:
        container.close()


def test_dead_letters_are_listed_and_released(shell: Shell) -> None:
    job_id = bury_a_job(shell)
    (letter,) = shell.json("dead-letters", "list")
    assert (letter["job"], letter["reason"]) == (job_id, "internal")
    assert shell.run("dead-letters", "release", job_id).exit_code == 0
    assert shell.json("dead-letters", "list") == []
    assert shell.json("status")["jobs"]["queued"] == 1


def test_duplicates_are_listed(shell: Shell) -> None:
    container = shell.container()
    try:
        actor = system_actor(container.use_cases.prepare_access()(None)[0].id, "test")
        first, second = (
            container.use_cases.receive_recording()(
                actor,
                filename=f"{name}.wav",
                content_type="audio/wav",
                chunks=[sounds.tone_wav(seconds=0.1)],
                keep_duplicate=True,
            )[0]
            for name in ("one", "two")
        )
    finally:
        container.close()
    listed = shell.json("duplicates", first.id)
    assert listed["exact"] == [{"recording": second.id, "same_file": True}]
    assert listed["near"] == []
    assert "processing" in listed["reason"]
    shown = shell.run("duplicates", second.id).stdout
    assert first.id in shown
    assert "one" in shown
    assert "processing" in shown


def test_the_description_of_the_api_is_json(shell: Shell) -> None:
    description = json.loads(shell.run("openapi").stdout)
    assert description["openapi"].startswith("3.1")
    assert "/api/v1/recordings" in description["paths"]


def test_errors_are_one_line_for_people(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["audio-backend", "job", "run", "nonsense"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    assert "nonsense" in capsys.readouterr().err


def test_no_command_starts_without_help() -> None:
    assert all(command.callback and command.callback.__doc__ for command in app.registered_commands)
