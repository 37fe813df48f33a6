"""A library's policy is set, and applied to what was heard before."""

from datetime import timedelta

import pytest

from domain.access import system_actor
from domain.errors import Invalid
from domain.job_kind import Lane
from domain.recording import Recording
from entrypoints.container import Container
from entrypoints.worker import worker_of
from tests import sounds
from tests.entrypoints.cli.conftest import Shell


def work(container: Container) -> None:
    worker = worker_of(container)
    while delivery := container.adapters.queue().receive(tuple(Lane), timedelta(), timedelta(minutes=1)):
        worker.handle(delivery)


@pytest.fixture
def recording(shell: Shell) -> Recording:
    """A silent one, heard while everything was accepted."""
    container = shell.container()
    library = container.use_cases.ensure_default_library()()
    made: Recording = container.use_cases.receive_recording()(
        system_actor(library.id, "test"),
        filename="silence.wav",
        content_type="audio/wav",
        chunks=[sounds.silent_wav(seconds=0.5)],
    )[0]
    work(container)
    container.close()
    return made


def test_a_policy_is_set_and_shown(shell: Shell) -> None:
    assert shell.json("library", "policy", "show") == {"rules": []}
    assert "accepted" in shell.run("library", "policy", "show").stdout
    answer = shell.json("library", "policy", "set", "clipping=quarantine:0.5", "all-silence=reject")
    assert answer == {
        "rules": [
            {"code": "clipping", "verdict": "quarantine", "min_seconds": 0.5},
            {"code": "all-silence", "verdict": "reject", "min_seconds": None},
        ]
    }
    assert shell.json("library", "policy", "show") == answer
    assert "quarantine" in shell.run("library", "policy", "show").stdout


@pytest.mark.parametrize("rule", ["clipping", "clipping=burn", "clipping=reject:long"])
def test_a_rule_out_of_shape_is_refused(shell: Shell, rule: str) -> None:
    assert shell.run("library", "policy", "set", rule).exit_code == 2


def test_an_unknown_finding_is_refused_with_the_known_ones(shell: Shell) -> None:
    result = shell.run("library", "policy", "set", "cliping=reject")
    assert isinstance(result.exception, Invalid)
    assert "clipping" in result.exception.detail


def test_what_was_heard_before_is_judged_by_the_policy_of_now(shell: Shell, recording: Recording) -> None:
    shell.run("library", "policy", "set", "all-silence=quarantine")
    assert shell.json("reanalyse", "--stale") == {"started": 0}
    assert shell.json("reanalyse", "--all") == {"started": 1}
    assert "1 recordings" in shell.run("reanalyse", recording.id).stdout
    container = shell.container()
    work(container)
    container.close()
    assert shell.json("status")["recordings"]["quarantined"] == 1


@pytest.mark.parametrize("arguments", [(), ("--stale", "--all"), ("x", "--all")])
def test_one_choice_is_to_be_made(shell: Shell, arguments: tuple[str, ...]) -> None:
    assert shell.run("reanalyse", *arguments).exit_code == 2
