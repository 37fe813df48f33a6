"""The service as a newcomer starts it, and a client of its API that prepares what a test wants to find there."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.e2e.service import ADMIN_KEY, PATIENCE, ROOT, Service, until

ROLES = ("admin", "editor", "viewer")
PENDING = ("receiving", "processing")
WORK_SECONDS = 120.0  # for what the worker is given, on a machine that has other things to do
ENDED = ("succeeded", "partly-failed", "failed", "cancelled")


class PanelService(Service):
    """`audio-backend serve`, which can be stopped and started again over the same port and data."""

    def __init__(self, folder: Path, **settings: str) -> None:
        usual = {"AUDIO_WORKER_CHILDREN": "2", "AUDIO_LEASE_SECONDS": "30", "AUDIO_STOP_GRACE_SECONDS": "5"}
        private = {"AUDIO_WEBHOOK_ALLOW_PRIVATE": "true"}  # any other address would be asked of the network
        super().__init__(folder, **usual, **private, **settings)
        self._serve: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def begin(self) -> None:
        self._serve = self.part("serve")
        self.wait_until_ready()

    def stop(self) -> None:
        assert self._serve is not None
        self._serve.send_signal(signal.SIGTERM)
        self._serve.wait(PATIENCE)

    def restart(self) -> None:
        self.stop()
        self.begin()

    def command(self, *words: str) -> str:
        """What `audio-backend` says when it is called so."""
        called = [sys.executable, "-m", "entrypoints.cli", *words]
        environment = {**os.environ, **self.settings}
        return subprocess.run(called, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


class Api:
    """What a test says to /api/v1 beside the browser; paths are below it. A refusal fails the test with its words."""

    def __init__(self, service: PanelService, token: str = ADMIN_KEY) -> None:
        self.service = service
        self.token = token

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        answer = self.service.http.request(method, f"/api/v1{path}", json=body, headers=headers, **more)
        assert answer.status_code < 400, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def get(self, path: str, **parameters: Any) -> Any:
        return self.call("GET", path, params=parameters)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, body)

    def change(self, path: str, body: Any, method: str = "PATCH") -> Any:
        """With the version that is there now, whatever it is."""
        there = self.service.http.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}"})
        return self.call(method, path, body, headers={"If-Match": there.headers["ETag"]})

    def send(self, content: bytes, filename: str) -> str:
        """The id of the new recording, which is not heard yet."""
        kind = {"Content-Type": "application/octet-stream"}
        recording = self.call("POST", "/recordings", params={"filename": filename}, content=content, headers=kind)
        return str(recording["id"])

    def settled(self, recording_id: str) -> dict[str, Any]:
        """The recording once it was heard, whatever it became."""

        def look() -> dict[str, Any] | None:
            recording: dict[str, Any] = self.get(f"/recordings/{recording_id}")
            return None if recording["status"] in PENDING else recording

        return until(look, f"{recording_id} is heard", WORK_SECONDS)

    def ended(self, job_id: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            job: dict[str, Any] = self.get(f"/jobs/{job_id}")
            return job if job["status"] in ENDED else None

        return until(look, f"job {job_id} has ended", WORK_SECONDS)

    def key(self, role: str, name: str | None = None) -> str:
        """The token of a new key."""
        return str(self.post("/keys", {"name": name or role, "role": role})["token"])

    def of_library(self, name: str) -> "Api":
        """The same of another library, made now."""
        self.service.command("library", "create", name)
        made = self.service.command("key", "create", name, "--library", name, "--role", "admin", "--json")
        return Api(self.service, json.loads(made)["token"])
