"""The runtime of SageMaker in front of a container: what boto3 sends to an endpoint becomes /ping and /invocations.

It refuses as SageMaker does, with 424 and ModelError where the container fails, and can be told to fail by itself.
Asynchronous invocations wait until `work` is called: then they are carried out, and what came of them lies in S3.
"""

import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.aws import free_port, wait_for

ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"


@dataclass(frozen=True)
class Answered:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


@dataclass(frozen=True)
class Invocation:
    endpoint: str
    headers: Mapping[str, str]
    body: bytes


def refusal(status: int, code: str, **members: object) -> Answered:
    body = json.dumps({"Message": "As the test wants it.", **members}).encode()
    return Answered(status, body, {"Content-Type": "application/json", "x-amzn-ErrorType": code})


class RuntimeFront:
    """`faults` are taken before anything else, one for each request; None lets one through."""

    def __init__(self, container: str, s3: Any = None, bucket: str = "") -> None:
        self.faults: deque[Callable[[], Answered] | Answered | None] = deque()
        self.asked: list[Invocation] = []
        self.names: list[str] = []  # of asynchronous invocations, as their answers will be called
        self.over = threading.Event()
        self._waiting: deque[tuple[Invocation, str]] = deque()
        self._container = container
        self._s3, self._bucket = s3, bucket
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "RuntimeFront":
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    def hang(self) -> Answered:
        """An answer that comes when nobody waits for it any more."""
        self.over.wait(30)
        return Answered(200, b"")

    def work(self) -> None:
        """Carries out what was asked for asynchronously."""
        while self._waiting:
            invocation, name = self._waiting.popleft()
            location = invocation.headers["X-Amzn-SageMaker-InputLocation"].removeprefix("s3://")
            bucket, _, key = location.partition("/")
            sound = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            headers = {"Content-Type": invocation.headers["X-Amzn-SageMaker-Content-Type"], **_passed_on(invocation)}
            answered = self._ask_container(sound, headers)
            place = "out" if answered.status < 400 else "failed"
            self._s3.put_object(Bucket=self._bucket, Key=f"{place}/{name}", Body=answered.body)

    def answer(self, path: str, invocation: Invocation) -> Answered:
        self.asked.append(invocation)
        fault = self.faults.popleft() if self.faults else None
        if fault is not None:
            return fault() if callable(fault) else fault
        if path.endswith("/async-invocations"):
            return self._accept(invocation)
        answered = self._ask_container(
            invocation.body, {"Content-Type": invocation.headers["Content-Type"], **_passed_on(invocation)}
        )
        if answered.status < 400:
            return answered
        words = answered.body.decode()
        return refusal(424, "ModelError", OriginalStatusCode=answered.status, OriginalMessage=words)

    def _accept(self, invocation: Invocation) -> Answered:
        name = uuid4().hex
        self.names.append(name)
        self._waiting.append((invocation, name))
        headers = {
            "Content-Type": "application/json",
            "X-Amzn-SageMaker-OutputLocation": f"s3://{self._bucket}/out/{name}",
            "X-Amzn-SageMaker-FailureLocation": f"s3://{self._bucket}/failed/{name}",
        }
        return Answered(202, json.dumps({"InferenceId": name}).encode(), headers)

    def _ask_container(self, body: bytes, headers: Mapping[str, str]) -> Answered:
        asked = urllib.request.Request(f"{self._container}/invocations", body, dict(headers))
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return Answered(answer.status, answer.read(), {"Content-Type": answer.headers["Content-Type"]})
        except urllib.error.HTTPError as error:
            with error:
                return Answered(error.code, error.read())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint = self.path.split("/")[2]
                answered = front.answer(self.path, Invocation(endpoint, dict(self.headers), body))
                self.send_response(answered.status)
                for name, value in {**answered.headers, "Content-Length": str(len(answered.body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answered.body)

            def log_message(self, *_: object) -> None: ...

            def handle(self) -> None:
                try:
                    super().handle()
                except OSError:  # a client that has given up
                    self.close_connection = True

        return Handler


def _passed_on(invocation: Invocation) -> dict[str, str]:
    return {name: value for name, value in invocation.headers.items() if name.lower() == ATTRIBUTES.lower()}


@contextmanager
def model_server(folder: Path) -> Iterator[str]:
    """The address of the image's own model server, a process of its own."""
    port = free_port()
    environment = {**os.environ, "AUDIO_MODEL_SERVER_PORT": str(port), "AUDIO_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "entrypoints.cli", "model-server"]
    with (folder / "log.txt").open("wb") as log, subprocess.Popen(command, env=environment, stderr=log) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/ping", process)
            yield url
        finally:
            process.terminate()
