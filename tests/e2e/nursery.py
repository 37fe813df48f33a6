"""Parts of a service that are forked from one process, which loads the libraries once (tests.e2e.crashing)."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.e2e.service import PATIENCE, ROOT, Service

LOOK_EVERY_SECONDS = 0.01


class Nursery:
    def __init__(self, folder: Path) -> None:
        self._log = folder / "nursery.txt"
        with self._log.open("ab") as log:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.crashing"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )

    def ask(self, **question: Any) -> Any:
        stdin, stdout = self._popen.stdin, self._popen.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(question).encode() + b"\n")
        stdin.flush()
        answer = stdout.readline()
        assert answer, self._log.read_text()
        return json.loads(answer)

    def close(self) -> None:
        self._popen.communicate(timeout=PATIENCE)


class Part:
    """A process that was forked there, with what Service wants of one."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self.pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        if self._code is None:
            self._code = self._nursery.ask(pid=self.pid)
        return self._code

    def wait(self, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(LOOK_EVERY_SECONDS)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class ForkedService(Service):
    def __init__(self, folder: Path, nursery: Nursery) -> None:
        super().__init__(folder, AUDIO_LEASE_SECONDS="1", AUDIO_STOP_GRACE_SECONDS="1")
        self._nursery = nursery

    def fork(self, part: str, **more: str) -> Part:
        """web, worker or scheduler, with the service's settings."""
        pid = self._nursery.ask(part=part, environment={**self.settings, **more}, log=str(self.log))
        process = Part(self._nursery, pid)
        self.running.append(process)
        return process

    def prepare(self) -> None:
        assert self.fork("prepare").wait(PATIENCE) == 0, self.log.read_text()
