"""moto's server, started as a program: `python -m tests.moto_server PORT`.

DynamoDB isolates transactions and decides conditions item by item. moto does not: its threads meet in one dictionary,
and a transaction that is refused puts back the whole table as it was before, with what others have written since. So
requests to DynamoDB are let in one at a time here; those to other services, which may wait long, are not.
"""

import sys
import threading
from collections.abc import Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

from tests import quick_moto


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
    run_simple("127.0.0.1", int(sys.argv[1]), OneAtATime(), threaded=True, request_handler=MotoRequestHandler)
