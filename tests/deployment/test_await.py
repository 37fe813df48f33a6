"""How a deployment waits for its tasks, with an `aws` that says what it is told to."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.deployment.files import ROOT

SCRIPT = ROOT / ".github/actions/deploy-service/await.sh"
NEW, OLD = "arn:aws:ecs:eu-central-1:1:task-definition/heavy:8", "arn:aws:ecs:eu-central-1:1:task-definition/heavy:7"


def awaited(tmp_path: Path, looks: list[str]) -> tuple[int, str, int]:
    """Status, what was said, and how often it was looked; the last look is seen again and again."""
    for number, look in enumerate(looks):
        (tmp_path / f"look-{number}").write_text(look + "\n")
    (tmp_path / "looked").write_text("")
    programs = {
        "aws": f"n=$(wc -l < {tmp_path}/looked)\necho >> {tmp_path}/looked\n"
        f'[ "$n" -lt {len(looks)} ] || n={len(looks) - 1}\ncat "{tmp_path}/look-$n"',
        "sleep": ":",
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    told = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CLUSTER": "c", "SERVICE": "heavy", "WANTED": NEW}
    done = subprocess.run([SCRIPT], env=told, capture_output=True, text=True, timeout=30, check=False)
    return done.returncode, done.stdout, len((tmp_path / "looked").read_text())


def test_new_tasks_that_stay_are_enough(tmp_path: Path) -> None:
    assert awaited(tmp_path, [f"{NEW}\t2\t0", f"{NEW}\t2\t1", f"{NEW}\t2\t2"]) == (0, "", 7)


def test_a_service_of_no_tasks_is_there(tmp_path: Path) -> None:
    assert awaited(tmp_path, [f"{NEW}\t0\t0"])[0] == 0


@pytest.mark.parametrize("looks", [[OLD + "\t2\t2"], [NEW + "\t2\t1", OLD + "\t2\t2"]])
def test_what_ecs_has_turned_back_is_a_failure(tmp_path: Path, looks: list[str]) -> None:
    status, said, looked = awaited(tmp_path, looks)
    assert (status, looked) == (1, len(looks))
    assert "turned the deployment back" in said


def test_tasks_that_end_and_start_again_are_a_failure(tmp_path: Path) -> None:
    status, said, looked = awaited(tmp_path, [*(2 * [f"{NEW}\t1\t1", f"{NEW}\t1\t1", f"{NEW}\t1\t0"]), f"{NEW}\t1\t0"])
    assert (status, looked) == (1, 40)
    assert f"0 of 1 tasks of {NEW}" in said


def test_an_aws_that_does_not_answer_is_a_failure(tmp_path: Path) -> None:
    assert awaited(tmp_path, [""])[0] != 0
