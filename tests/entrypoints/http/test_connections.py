"""What only shows on a real connection: clients that break off, and answers that come before the end of a body."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from werkzeug.serving import make_server

from entrypoints.http import streaming
from entrypoints.http.streaming import DRAIN_SECONDS, PATIENCE_SECONDS
from tests import sounds
from tests.entrypoints.http.conftest import V1, Service, a_service, problem

WAV = sounds.tone_wav(0.5)
TOKEN = "ak_" + "t" * 40


def request_head(path: str, token: str | None, length: int | str) -> bytes:
    framing = f"Content-Length: {length}" if isinstance(length, int) else f"Transfer-Encoding: {length}"
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: audio/wav\r\n{framing}\r\n\r\n"
    ).encode()


def talk(address: tuple[str, int], *pieces: bytes) -> bytes:
    """Sends the pieces, says that nothing more will come, and reads until the service closes."""
    with socket.create_connection(address, timeout=20) as connection:
        for piece in pieces:
            connection.sendall(piece)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while received := connection.recv(65536):
            answer += received
        return answer


@pytest.fixture
def threaded() -> Iterator[tuple[Service, tuple[str, int]]]:
    """The application behind a small server in this process, so that its stores can be looked into."""
    service = a_service()
    server = make_server("127.0.0.1", 0, service.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield service, ("127.0.0.1", server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_client_that_breaks_off_leaves_nothing(threaded: tuple[Service, tuple[str, int]], share: float) -> None:
    service, address = threaded
    before = service.stored()
    head = request_head(f"{V1}/recordings?filename=a.wav", service.editor.token, len(WAV))
    answer = talk(address, head, WAV[: int(len(WAV) * share)])
    assert b" 400 " in answer.split(b"\r\n")[0]
    body = json.loads(answer.split(b"\r\n\r\n", 1)[1])
    assert body["type"] == "/problems/incomplete-body"
    assert (body["announced_bytes"], body["received_bytes"]) == (len(WAV), int(len(WAV) * share))
    assert service.stored() == before


class StalledSocket:
    """Of a client that holds its connection open and sends nothing: reading ends when the patience does."""

    def __init__(self) -> None:
        self.timeout: float | None = None
        self.patience: list[float | None] = []

    def gettimeout(self) -> float | None:
        return self.timeout

    def settimeout(self, seconds: float | None) -> None:
        self.timeout = seconds
        self.patience.append(seconds)

    def read(self, _size: int) -> bytes:
        assert self.timeout is not None, "this would last for ever"
        raise TimeoutError


def test_a_client_that_falls_silent_is_not_waited_for(service: Service) -> None:
    stalled, before = StalledSocket(), service.stored()
    answer = service.editor.post(
        f"{V1}/recordings?filename=a.wav",
        content_type="audio/wav",
        environ_overrides={
            "gunicorn.socket": stalled,
            "wsgi.input": stalled,
            "wsgi.input_terminated": True,
            "CONTENT_LENGTH": "1000",
        },
    )
    problem(answer, 400, "incomplete-body")
    assert stalled.patience == [PATIENCE_SECONDS, None, DRAIN_SECONDS, None]
    assert service.stored() == before


class DrippingBody:
    """Comes over a real connection, a byte at a time and without an end; read as gunicorn does, all or nothing."""

    def __init__(self) -> None:
        self.server, self._client = socket.socketpair()
        self._over = threading.Event()
        self._drip = threading.Thread(target=self._send)
        self._drip.start()

    def _send(self) -> None:
        while not self._over.wait(0.01):
            try:
                self._client.sendall(b"x")
            except OSError:
                return

    def read(self, size: int) -> bytes:
        got = b""
        while len(got) < size and (more := self.server.recv(size - len(got))):
            got += more
        return got

    def close(self) -> None:
        self._over.set()
        self._drip.join()
        self.server.close()
        self._client.close()


@pytest.fixture
def dripping() -> Iterator[DrippingBody]:
    body = DrippingBody()
    yield body
    body.close()


def dripped(body: DrippingBody) -> dict[str, Any]:
    environ = {"gunicorn.socket": body.server, "wsgi.input": body, "wsgi.input_terminated": True}
    return {"content_type": "audio/wav", "environ_overrides": {**environ, "CONTENT_LENGTH": str(2**30)}}


def test_a_client_that_only_drips_loses_its_thread(
    service: Service, dripping: DrippingBody, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The patience with a silence starts anew with each byte; the least rate does not."""
    monkeypatch.setattr(streaming, "CHUNK_SECONDS", 0.2)
    before = service.stored()
    answer = service.editor.post(f"{V1}/recordings?filename=a.wav", **dripped(dripping))
    assert problem(answer, 400, "incomplete-body")["received_bytes"] < 10_000
    assert service.stored() == before


def test_a_refused_client_that_drips_is_soon_given_up(
    dripping: DrippingBody, monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    monkeypatch.setattr(streaming, "DRAIN_SECONDS", 0.2)
    started = time.monotonic()
    problem(service.editor.post(f"{V1}/nowhere", **dripped(dripping)), 404, "not-found")
    assert time.monotonic() - started < 5


def test_strangers_are_not_read_on_for(service: Service, dripping: DrippingBody) -> None:
    """The body would drip for 5 s."""
    started = time.monotonic()
    problem(service.nobody.post(f"{V1}/recordings", **dripped(dripping)), 401, "unauthenticated")
    assert time.monotonic() - started < 2


def test_a_part_that_breaks_off_is_no_part(threaded: tuple[Service, tuple[str, int]]) -> None:
    service, address = threaded
    upload = service.editor.post(f"{V1}/uploads", json={"filename": "a.wav", "size": len(WAV)}).get_json()
    path = upload["parts"][0]["url"].removeprefix("http://localhost")
    head = request_head(path, None, len(WAV)).replace(b"POST", b"PUT", 1)
    assert b"incomplete-body" in talk(address, head, WAV[:100])
    assert not service.editor.get(upload["links"]["self"]).get_json()["parts"][0]["received"]


@contextmanager
def a_gunicorn() -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """The real server, as it is started in production."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "entrypoints.web:serve_app()", f"--bind=127.0.0.1:{port}"]
    options = ["--worker-class=gthread", "--threads=4", "--log-level=warning", "--no-control-socket"]
    settings = {"AUDIO_PROFILE": "memory", "AUDIO_ADMIN_KEY": TOKEN, "AUDIO_MAX_UPLOAD_BYTES": str(200 * 2**20)}
    root = Path(__file__).parents[3]
    process = subprocess.Popen([*command, *options], env={**os.environ, **settings}, cwd=root)
    base = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(base, process)
        yield base, process
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def gunicorn() -> Iterator[str]:
    with a_gunicorn() as (base, _):
        yield base


def wait_until_ready(base: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{base}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            assert process.poll() is None, "the service ended instead of starting"
            threading.Event().wait(0.05)
    raise AssertionError("the service did not become ready")


AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


def test_a_body_in_chunks_is_taken(gunicorn: str) -> None:
    pieces = (WAV[at : at + 10_000] for at in range(0, len(WAV), 10_000))
    answer = httpx.post(f"{gunicorn}{V1}/recordings?filename=a.wav", content=pieces, headers=AUTHORIZED)
    assert answer.status_code == 201, answer.text
    assert answer.json()["size_bytes"] == len(WAV)
    content = httpx.get(gunicorn + answer.json()["links"]["content"], headers={**AUTHORIZED, "Range": "bytes=0-3"})
    assert (content.status_code, content.content) == (206, b"RIFF")


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_client_that_breaks_off_leaves_no_recording(gunicorn: str, framing: str) -> None:
    host, port = gunicorn.removeprefix("http://").split(":")
    path, half = f"{V1}/recordings?filename=half-{framing}.wav", WAV[:5000]
    length = len(WAV) if framing == "length" else "chunked"
    body = half if framing == "length" else b"%x\r\n%s" % (len(WAV), half)
    answer = talk((host, int(port)), request_head(path, TOKEN, length), body)
    assert b"incomplete-body" in answer
    listed = httpx.get(f"{gunicorn}{V1}/recordings?filename=half-{framing}.wav", headers=AUTHORIZED)
    assert listed.json()["items"] == []


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [({}, "", 401), (AUTHORIZED, "?filename=", 400), (AUTHORIZED, "?nonsense=1", 422)],
)
def test_an_early_refusal_reaches_a_client_that_only_listens_later(
    gunicorn: str, headers: dict[str, str], query: str, status: int
) -> None:
    """httpx sends all of its 12 MB before it looks for an answer."""
    content = bytes(12 * 2**20)
    answer = httpx.post(f"{gunicorn}{V1}/recordings{query}", content=content, headers=headers, timeout=30)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_is_too_large_is_refused_and_the_connection_closed(gunicorn: str) -> None:
    """Nobody reads 300 MB to the end only to say no."""
    host, port = gunicorn.removeprefix("http://").split(":")
    head = request_head(f"{V1}/recordings?filename=a.wav", TOKEN, 300 * 2**20)
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(head + bytes(2**20))
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while received := connection.recv(65536):
            answer += received
    assert b" 413 " in answer.split(b"\r\n")[0]
    assert b"/problems/too-large" in answer


def test_an_open_stream_does_not_hold_up_a_stop() -> None:
    """Events arrive while the stream is open, and it ends when the server is told to."""
    with a_gunicorn() as (base, process):
        with httpx.stream("GET", f"{base}{V1}/events", headers=AUTHORIZED, timeout=20) as stream:
            arriving = stream.iter_lines()
            assert next(arriving).startswith("retry:")
            address = f"{base}{V1}/recordings?filename=b.wav"
            sent = httpx.post(address, content=sounds.tone_wav(0.2), headers=AUTHORIZED)
            told = next(line for line in arriving if line.startswith("data:"))
            assert sent.json()["id"] in told
            process.terminate()
            assert not any(line.startswith("event: end") for line in arriving)
        assert process.wait(10) == 0
