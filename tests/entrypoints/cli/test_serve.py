"""What `serve` does around the processes that it starts."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

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
    assert serve.prepare(Settings()) is None


STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.fixture
def stubborn(monkeypatch: pytest.MonkeyPatch) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Parts that do not listen to SIGTERM."""
    parts: list[subprocess.Popen[bytes]] = []

    def spawn(_part: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, start_new_session=True)
        assert process.stdout is not None
        process.stdout.readline()
        parts.append(process)
        return process

    monkeypatch.setattr(serve, "_spawn", spawn)
    yield parts
    for process in parts:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.mark.parametrize(("grace_seconds", "insists"), [(0.2, False), (1000.0, True)])
def test_what_does_not_end_is_killed(
    stubborn: list["subprocess.Popen[bytes]"], grace_seconds: float, insists: bool
) -> None:
    """When the grace is over, or at once when the stop is asked for again."""
    stop, insisted = threading.Event(), threading.Event()
    supervisor = serve.Supervisor(stop, insisted, grace_seconds)
    supervisor.start()
    stop.set()
    if insists:
        insisted.set()
    started = time.monotonic()
    supervisor.watch()
    assert time.monotonic() - started < 20
    assert [process.returncode for process in stubborn] == [-9] * len(serve.PARTS)
