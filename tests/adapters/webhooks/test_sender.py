"""Sending: over TLS to the address that was looked at, and what is said of each way in which it fails."""

import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from adapters.webhooks.sender import HttpsSender, resolved
from domain.errors import Invalid
from domain.webhook import Attempt
from tests.builders import NOON
from tests.receiver import NAME, Receiver, certificate, raw_server, receiving

PUBLIC, LOOPBACK = "93.184.215.14", "127.0.0.1"
HEADERS = {"Content-Type": "application/json", "webhook-id": "1"}


class Names:
    """Resolves every name to the next of the answers, the last one for ever after."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def secure(pem: Path) -> Iterator[Receiver]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with receiving(context) as receiver:
        yield receiver


@pytest.fixture
def plain() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def sender(names: Names | None = None, pem: Path | None = None, seconds: float = 5.0) -> HttpsSender:
    """One that may reach the loopback, where receivers of tests are."""
    context = ssl.create_default_context(cafile=pem)
    return HttpsSender(allow_private=True, resolve=names or Names([LOOPBACK]), context=context, seconds=seconds)


def send(by: HttpsSender, url: str) -> Attempt:
    return by.send(url, HEADERS, b'{"a":1}', NOON)


def test_a_request_arrives_over_tls_under_the_name_it_was_sent_to(secure: Receiver, pem: Path) -> None:
    names = Names([LOOPBACK])
    attempt = send(sender(names, pem), secure.url)
    assert (attempt.status_code, attempt.error, attempt.at) == (204, None, NOON)
    (received,) = secure.received
    assert (received.path, received.body) == ("/hooks?a=1", b'{"a":1}')
    assert received.headers["Host"] == f"{NAME}:{secure.port}"
    assert received.headers["webhook-id"] == "1"
    assert names.asked == [NAME]


def test_a_certificate_must_be_trusted_and_for_the_name(secure: Receiver, pem: Path) -> None:
    untrusted = send(sender(), secure.url)
    assert untrusted.status_code is None
    assert "certificate" in str(untrusted.error)
    other = send(sender(pem=pem), secure.url.replace(NAME, "other.test"))
    assert "other.test" in str(other.error)
    assert secure.received == []


def test_a_name_that_changes_its_answer_leads_nowhere_else(secure: Receiver, pem: Path) -> None:
    names = Names([PUBLIC], [LOOPBACK])
    strict = HttpsSender(resolve=names, context=ssl.create_default_context(cafile=pem))
    strict.check(secure.url)
    attempt = send(strict, secure.url)
    assert "public internet" in str(attempt.error)
    assert secure.received == []
    assert len(names.asked) == 2


def test_one_private_address_among_public_ones_refuses_all() -> None:
    strict = HttpsSender(resolve=Names([PUBLIC, "10.0.0.1"]))
    with pytest.raises(Invalid, match="public internet"):
        strict.check(f"https://{NAME}/")


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
def test_the_house_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(Invalid):
        HttpsSender().check(f"https://{host}/")


def test_a_name_without_an_address_is_refused() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror

    with pytest.raises(Invalid, match="no address"):
        HttpsSender(resolve=unknown).check(f"https://{NAME}/")
    assert "no address" in str(send(HttpsSender(resolve=unknown), f"https://{NAME}/").error)
    assert resolved(LOOPBACK, 443) == (LOOPBACK,)
    with pytest.raises(Invalid):
        HttpsSender().check(f"https://{'a' * 64}.test/")


def test_plain_http_is_for_development_alone(plain: Receiver) -> None:
    with pytest.raises(Invalid, match="https"):
        HttpsSender(resolve=Names([PUBLIC])).check(plain.url)
    sender().check(plain.url)
    assert send(sender(), plain.url).arrived


def test_a_redirect_is_not_followed(plain: Receiver) -> None:
    with receiving() as elsewhere:
        plain.status, plain.headers = 307, {"Location": elsewhere.url}
        attempt = send(sender(), plain.url)
        assert attempt.status_code == 307
        assert "redirects are not followed" in str(attempt.error)
        assert elsewhere.received == []


@pytest.mark.parametrize(("status", "arrived"), [(200, True), (202, True), (400, False), (410, False), (503, False)])
def test_only_a_status_of_success_means_that_it_arrived(plain: Receiver, status: int, arrived: bool) -> None:
    plain.status = status
    attempt = send(sender(), plain.url)
    assert (attempt.status_code, attempt.arrived) == (status, arrived)


def test_of_a_large_answer_little_is_read(plain: Receiver) -> None:
    plain.status, plain.body = 200, b"x" * 3_000_000
    assert send(sender(), plain.url).arrived


def test_who_does_not_answer_or_trickles_is_cut_off() -> None:
    def silent(peer: socket.socket) -> None:
        while peer.recv(65536):
            continue

    def trickling(peer: socket.socket) -> None:
        peer.recv(65536)
        peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        peer.settimeout(0.02)
        with suppress(OSError):
            while True:
                with suppress(TimeoutError):
                    if not peer.recv(65536):
                        return
                peer.sendall(b"x")

    for talk in (silent, trickling):
        with raw_server(talk) as port:
            started = time.monotonic()
            attempt = send(sender(seconds=0.2), f"http://{NAME}:{port}/")
            assert "within 0.2 seconds" in str(attempt.error)
            assert time.monotonic() - started < 3.0


def test_who_speaks_no_http_or_is_not_there_fails_with_words() -> None:
    def rude(peer: socket.socket) -> None:
        peer.recv(65536)
        peer.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")

    with raw_server(rude) as port:
        attempt = send(sender(), f"http://{NAME}:{port}/")
    assert attempt.error
    assert attempt.status_code is None
    refused = send(sender(), f"http://{NAME}:{port}/")
    assert str(refused.error).startswith("The connection failed")


def test_nothing_that_the_network_says_is_raised() -> None:
    attempt = send(HttpsSender(resolve=Names(["no number"])), f"https://{NAME}/")
    assert str(attempt.error).startswith("The connection failed")


def test_the_next_address_is_tried_where_one_cannot_be_reached(plain: Receiver) -> None:
    assert send(sender(Names(["::1", LOOPBACK])), plain.url).arrived
