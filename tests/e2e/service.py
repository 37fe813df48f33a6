"""Real processes over a real data folder, driven over HTTP."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

import httpx

ROOT = Path(__file__).parents[2]
ADMIN_KEY = "ak_" + "e2e" * 12
PATIENCE = 60.0
LONGEST_PAUSE = 0.2

T = TypeVar("T")


def until(look: Callable[[], T | None], what: str, patience: float = PATIENCE) -> T:
    """What `look` gives once it gives something. Processes cannot be told to be done; they can only be watched: ever
    less often, as to be looked at is work that keeps them from their own."""
    deadline = time.monotonic() + patience
    pause = 0.02
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(pause)
        pause = min(1.2 * pause, LONGEST_PAUSE)
    raise AssertionError(f"{what}: not within {patience:.0f} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process(Protocol):
    """What the service needs of one; subprocess.Popen is one."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float) -> int: ...

    def send_signal(self, number: int, /) -> None: ...


class Service:
    """The parts of one service, each a process that can be started, killed and started again."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.settings = {
            "AUDIO_DATA_DIR": str(folder / "data"),
            "AUDIO_PORT": str(self.port),
            "AUDIO_ADMIN_KEY": ADMIN_KEY,
            "AUDIO_WORKER_CHILDREN": "1",
            "AUDIO_LEASE_SECONDS": "2",
            "AUDIO_RATE_LIMIT_PER_MINUTE": "100000",  # the tests look often
            **settings,
        }
        self.running: list[Process] = []
        self.sent: set[str] = set()
        self.log = folder / "log.txt"
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers={"Authorization": f"Bearer {ADMIN_KEY}"}, timeout=30
        )

    def start(self, *command: str, **more: str) -> subprocess.Popen[bytes]:
        """A Python process with the service's settings; what it says goes to the log."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env={**os.environ, **self.settings, **more},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def part(self, name: str) -> subprocess.Popen[bytes]:
        return self.start("-m", "entrypoints.cli", name)

    def prepare(self) -> None:
        """The data folder with its admin key, as `serve` makes it at its start."""
        command = (
            "from entrypoints.cli.serve import prepare; from entrypoints.settings import Settings; prepare(Settings())"
        )
        assert self.start("-c", command).wait(PATIENCE) == 0, self.log.read_text()

    def wait_until_ready(self) -> None:
        until(lambda: self.answers("/readyz"), "the service is ready")

    def answers(self, path: str) -> bool:
        try:
            return self.http.get(path).status_code == 200
        except httpx.TransportError:
            return False

    def send(self, content: bytes, name: str = "tone.wav") -> Mapping[str, Any]:
        """Sends until it is acknowledged, as a careful client does: a recording that has the bytes already will do."""
        self.sent.add(hashlib.sha256(content).hexdigest())

        def attempt() -> Mapping[str, Any] | None:
            try:
                answer = self.http.post(
                    "/api/v1/recordings",
                    params={"filename": name},
                    content=content,
                    headers={"Content-Type": "audio/wav"},
                )
            except httpx.TransportError:
                return None
            if answer.status_code == 409:
                return self.get(f"/api/v1/recordings/{answer.json()['recording_id']}")
            assert answer.status_code in {201, 503}, answer.text
            return dict(answer.json()) if answer.status_code == 201 else None

        return until(attempt, f"{name} is acknowledged")

    def send_in_parts(self, content: bytes, name: str = "tone.wav") -> str:
        """Uploads by parts, each request again until it is answered; the id of the recording."""
        self.sent.add(hashlib.sha256(content).hexdigest())
        wanted = {"filename": name, "size": len(content), "content_type": "audio/wav"}
        address = "/api/v1/uploads"
        upload = until(lambda: self._answer("POST", address, 201, json=wanted), "an upload is opened")
        own = f"{address}/{upload['id']}"

        def send_what_is_missing() -> bool:
            state = self._answer("GET", own, 200)
            if state is None:
                return False
            for part in state["parts"]:
                if not part["received"] and state["status"] == "open":
                    piece = content[part["offset"] :][: part["size"]]
                    if self._answer("PUT", part["url"], 200, content=piece) is None:
                        return False
            return self._answer("POST", f"{own}/complete", 202) is not None

        until(send_what_is_missing, f"{name} is complete")
        return str(upload["recording"])

    def _answer(self, method: str, path: str, expected: int, **body: Any) -> dict[str, Any] | None:
        """The answer, or None when the service died over the request."""
        try:
            answer = self.http.request(method, path, **body)
        except httpx.TransportError:
            return None
        assert answer.status_code == expected, answer.text
        return dict(answer.json())

    def get(self, path: str) -> dict[str, Any] | None:
        try:
            answer = self.http.get(path)
        except httpx.TransportError:
            return None
        assert answer.status_code < 500, answer.text
        return dict(answer.json())

    def wait_for(self, recording_id: str, status: str = "ready", patience: float = PATIENCE) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            recording = self.get(f"/api/v1/recordings/{recording_id}")
            return recording if recording and recording["status"] == status else None

        return until(look, f"{recording_id} is {status}", patience)

    def wait_for_preview(self, recording_id: str) -> None:
        def look() -> bool:
            renditions = self.get(f"/api/v1/recordings/{recording_id}/renditions")
            return renditions is not None and "preview.mp3" in {item["name"] for item in renditions["items"]}

        until(look, f"{recording_id} has a preview")

    def close(self) -> None:
        self.http.close()
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)
                raise


def children_of(pid: int) -> list[int]:
    """Direct children of a process, as Linux tells them."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
