"""A network that goes wrong where it is told to: an HTTP proxy on loopback before a server that is all right."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

ALWAYS = 1_000_000
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
_HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "keep-alive", "expect"})


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]

    def is_for(self, method: str, containing: str) -> bool:
        return self.method == method and containing in self.target


Fault = Callable[["_Handler", Request, bytes], bool]
"""Deals with a request, and says whether it did: otherwise it is forwarded."""


@dataclass
class Proxy:
    """Passes everything on, as `requests` says, but for what `on` has been told to do otherwise."""

    url: str
    upstream: tuple[str, int]
    requests: list[Request] = field(default_factory=list)
    _faults: list[list[Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def on(self, method: str, containing: str, fault: Fault, times: int = 1) -> None:
        """The next so many requests of this kind meet the fault."""
        self._faults.append([method, containing, fault, times])

    def heal(self) -> None:
        self._faults.clear()

    def asked(self, method: str, containing: str = "") -> list[Request]:
        return [request for request in self.requests if request.is_for(method, containing)]

    def fault_of(self, request: Request) -> Fault | None:
        with self._lock:
            self.requests.append(request)
            for waiting in self._faults:
                method, containing, fault, left = waiting
                if left and request.is_for(method, containing):
                    waiting[3] -= 1
                    return fault  # type: ignore[no-any-return]  # as it was put there
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def handle_any(self) -> None:
        request = Request(self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
        fault = self.proxy.fault_of(request)
        if fault is cut_upload:
            self.rfile.read(int(request.headers.get("content-length", 0)) // 2)
            self.hang_up()
            return
        body = self.rfile.read(int(request.headers.get("content-length", 0)))
        if fault is None or not fault(self, request, body):
            self.answer(*self.forwarded(request, body))

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_any  # noqa: N815 - names of the base class

    def forwarded(self, request: Request, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(*self.proxy.upstream, timeout=60)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            connection.request(request.method, request.target, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def answer(self, status: int, headers: list[tuple[str, str]], body: bytes, cut_at: int | None = None) -> None:
        """`cut_at`: after so many bytes of the body the connection ends."""
        self.send_response_only(status)
        named = {name.lower() for name, _ in headers}
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        if "content-length" not in named:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:cut_at])
        if cut_at is not None:
            self.hang_up()

    def hang_up(self) -> None:
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        return None


def slow_down(handler: _Handler, _request: Request, _body: bytes) -> bool:
    """What S3 answers when it is asked too much."""
    handler.answer(503, [("Content-Type", "application/xml")], SLOW_DOWN)
    return True


def lose_answer(handler: _Handler, request: Request, body: bytes) -> bool:
    """It is done, and nobody hears of it."""
    handler.forwarded(request, body)
    handler.hang_up()
    return True


def cut_upload(_handler: _Handler, _request: Request, _body: bytes) -> bool:
    """The connection ends in the middle of the request; see `_Handler.handle_any`."""
    return True


def cut_answer_at(size: int) -> Fault:
    """The connection ends after so many bytes of the answer's body."""

    def cut(handler: _Handler, request: Request, body: bytes) -> bool:
        handler.answer(*handler.forwarded(request, body), cut_at=size)
        return True

    return cut


def flip_sent(handler: _Handler, request: Request, body: bytes) -> bool:
    """One bit of the request's body is another one when it arrives."""
    handler.answer(*handler.forwarded(request, _flipped(body)))
    return True


def flip_answered(handler: _Handler, request: Request, body: bytes) -> bool:
    status, headers, answered = handler.forwarded(request, body)
    handler.answer(status, headers, _flipped(answered))
    return True


def _flipped(body: bytes) -> bytes:
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]


@contextmanager
def proxy_before(url: str) -> Iterator[Proxy]:
    parts = urlsplit(url)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {}))
    server.daemon_threads = True
    made = Proxy(f"http://127.0.0.1:{server.server_port}", (parts.hostname or "", parts.port or 80))
    server.RequestHandlerClass.proxy = made  # type: ignore[attr-defined]  # of the class that was just made
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), name="proxy", daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
