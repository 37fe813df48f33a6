"""The agent of ECS, as far as a task asks it: a little HTTP server that keeps what it is told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROTECTED = {"protection": {"ProtectionEnabled": True, "TaskArn": "arn:aws:ecs:eu-central-1:1:task/c/1"}}


class EcsAgent:
    """`answers` are given to the requests that come, one each; after them, and at first, all is well."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[tuple[int, bytes]] = []
        agent = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                agent.told.append((self.path, json.loads(body)))
                status, answer = agent.answers.pop(0) if agent.answers else (200, json.dumps(PROTECTED).encode())
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_arguments: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"http://127.0.0.1:{self._server.server_port}/api/1234"

    @property
    def asked(self) -> list[bool]:
        """Whether protection was wanted, request by request."""
        return [body["ProtectionEnabled"] for _, body in self.told]

    @contextmanager
    def running(self) -> Iterator["EcsAgent"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()
