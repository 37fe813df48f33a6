"""The double of AWS under the tables: ministack where `make doubles` has put it, which is the faster one, else moto.

What is timed over it says which of our own ways costs more; it says nothing of how fast AWS is.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.aws import CREDENTIALS, ministack_server, moto_server

NAME = "ministack" if Path(".venv/doubles/bin/ministack").exists() else "moto"


@contextmanager
def served() -> Iterator[str]:
    """Its address. From here on this process and those that it starts have the double's credentials."""
    os.environ.update(CREDENTIALS)
    with ministack_server() if NAME == "ministack" else moto_server() as url:
        yield url
