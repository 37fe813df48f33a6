"""Sending over HTTPS, to the very address that was looked at.

A name is resolved once for each request, every address that it has is judged, and the connection is made to one of
them by its number: a name whose answers change between two questions (DNS rebinding) leads nowhere else. The
certificate is checked against the name all the same. Redirects are not followed, and proxies are not asked.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from functools import cache

from adapters.webhooks.address import Target, is_public, target_of
from domain.errors import Invalid
from domain.ports.events import WebhookSender
from domain.webhook import Attempt

SECONDS = 15.0
MAX_BODY_BYTES = 64 * 1024  # of an answer, read so that the connection ends in order; nobody looks at it

Resolve = Callable[[str, int], Sequence[str]]


def resolved(host: str, port: int) -> tuple[str, ...]:
    """Every address that a name has, as numbers."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


@cache
def _trusted_here() -> ssl.SSLContext:
    """Made when something is first sent: to read this machine's certificates takes as long as a small command does."""
    return ssl.create_default_context()


class HttpsSender(WebhookSender):
    def __init__(
        self,
        allow_private: bool = False,
        resolve: Resolve = resolved,
        context: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """`allow_private` is for development: any address, and http too. `seconds` bound a request as a whole."""
        self._allow_private = allow_private
        self._resolve = resolve
        self._context = context
        self._seconds = seconds

    def check(self, url: str) -> None:
        self._addresses(self._target(url))

    def send(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Attempt:
        started = time.monotonic()
        status, error = None, None
        try:
            status = self._post(self._target(url), headers, body)
            error = _fault_of(status)
        except Invalid as refused:
            error = refused.detail
        except TimeoutError:
            error = f"There was no answer within {self._seconds:g} seconds."
        except ssl.SSLError as failure:
            error = f"The TLS connection failed: {getattr(failure, 'verify_message', '') or failure.reason}."
        except (OSError, ValueError, http.client.HTTPException) as failure:
            error = f"The connection failed: {getattr(failure, 'strerror', '') or type(failure).__name__}."
        return Attempt(now, round(time.monotonic() - started, 3), status, error)

    def _target(self, url: str) -> Target:
        return target_of(url, plain_too=self._allow_private)

    def _addresses(self, target: Target) -> Sequence[str]:
        """One that is not public among them refuses them all: a name that has such a one means no good."""
        try:
            addresses = self._resolve(target.host, target.port)
        except (OSError, UnicodeError):  # a label may be too long to be encoded
            addresses = ()
        if not addresses:
            raise Invalid(f"The name {target.host} has no address.", field="url")
        if not self._allow_private and not all(map(is_public, addresses)):
            raise Invalid(f"{target.host} is not an address of the public internet.", field="url")
        return addresses

    def _post(self, target: Target, headers: Mapping[str, str], body: bytes) -> int:
        deadline = time.monotonic() + self._seconds
        plain = _connected(self._addresses(target), target.port, deadline)
        sock = self._wrapped(plain, target.host) if target.tls else plain
        with closing(sock), _cut_off(sock, deadline) as late:
            if isinstance(sock, ssl.SSLSocket):
                sock.do_handshake()
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.default_port = 443 if target.tls else 80  # which the header Host leaves out
            connection.sock = sock
            connection.request("POST", target.path, body, dict(headers))
            with closing(connection.getresponse()) as response:  # what it has not read keeps the socket open
                if late.is_set():
                    raise TimeoutError  # headers that were cut off count as an end of headers
                with suppress(OSError, http.client.HTTPException):
                    response.read(MAX_BODY_BYTES)
                return response.status

    def _wrapped(self, plain: socket.socket, host: str) -> socket.socket:
        """Shakes hands later, when the deadline is watched."""
        context = self._context or _trusted_here()
        return context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)


def _connected(addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
    """To the first that answers: a machine without IPv6 cannot reach half of them."""
    failure: OSError = TimeoutError()
    for address in addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=left)
        except OSError as error:
            failure = error
    raise failure


@contextmanager
def _cut_off(sock: socket.socket, deadline: float) -> Iterator[threading.Event]:
    """Ends the connection at the deadline, and says so: with each byte that trickles in, a socket's own begins anew."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not the SSLSocket's own, which is not for two threads

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield late
    except (OSError, http.client.HTTPException) as failure:
        if late.is_set():
            raise TimeoutError from failure
        raise
    finally:
        timer.cancel()


def _fault_of(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"It answered {status}: redirects are not followed. Enter the address that it leads to."
    return f"It answered {status}."
