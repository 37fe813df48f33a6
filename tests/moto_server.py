"""moto's server, started as a program: `python -m tests.moto_server PORT`.

DynamoDB isolates transactions and decides conditions item by item. moto does not: its threads meet in one dictionary,
and a transaction that is refused puts back the whole table as it was before, with what others have written since. So
requests to DynamoDB are let in one at a time here; those to other services, which may wait long, are not.
"""

import io
import sys
import threading
from collections.abc import Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple
from werkzeug.test import run_wsgi_app

from tests import quick_moto


class KeepingOn(MotoRequestHandler):
    """One connection, and one thread, for many requests. werkzeug ends each after one, as its body may not have been
    read: here all of it is read before."""

    disable_nagle_algorithm = True  # head and body are sent apart, and the one is not to wait for the other's receipt

    def handle_expect_100(self) -> bool:
        """Whatever comes is wanted."""
        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        length = int(environ.get("CONTENT_LENGTH") or 0)
        asked = environ["wsgi.input"]
        is_chunked = "HTTP_TRANSFER_ENCODING" in environ
        environ["wsgi.input"] = io.BytesIO(asked.read() if is_chunked else asked.read(length))
        chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        body = b"".join(chunks)
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class OneAtATime:
    """A WSGI application over moto's."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._turn = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB_"):
            return self._moto(environ, start_response)  # type: ignore[no-any-return]  # WSGI's own type
        with self._turn:
            quick_moto.begin()
            return self._moto(environ, start_response)  # type: ignore[no-any-return]  # as above


if __name__ == "__main__":
    quick_moto.hasten()
    run_simple("127.0.0.1", int(sys.argv[1]), OneAtATime(), threaded=True, request_handler=KeepingOn)
