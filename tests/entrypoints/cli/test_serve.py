"""What `serve` does around the processes that it starts."""

import threading

import pytest

from entrypoints.cli import serve
from entrypoints.settings import Settings
from tests.entrypoints.cli.conftest import Shell


@pytest.fixture
def no_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test runner keeps its own handlers."""
    monkeypatch.setattr(serve, "stop_signal", lambda *_: threading.Event())


@pytest.mark.usefixtures("no_signals")
def test_the_first_key_is_shown_whatever_becomes_of_the_start(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_part: str) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(serve, "_spawn", broken)
    monkeypatch.setenv("AUDIO_PORT", "0")
    result = shell.run("serve", "--quiet")
    assert isinstance(result.exception, OSError)
    [token] = [word for word in result.stdout.split() if word.startswith("ak_")]
    container = shell.container()
    assert container.use_cases.authenticate()(token).name.startswith("key:")
    container.close()
    assert "ak_" not in shell.run("serve").stdout


def test_other_commands_leave_the_first_key_to_serve(shell: Shell) -> None:
    assert shell.run("status").exit_code == 0
    assert shell.json("key", "list") == []
    assert serve.prepare(Settings()) is not None
    assert [key["name"] for key in shell.json("key", "list")] == ["admin"]
