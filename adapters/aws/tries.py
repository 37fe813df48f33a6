"""How often something is tried again that AWS has put off, and how long to wait in between."""

import random
from collections.abc import Callable, Iterator

from adapters.aws.errors import RETRY_THROTTLED
from domain.errors import Unavailable

TRIES = 6
FIRST_PAUSE_SECONDS = 0.05

Pause = Callable[[float], None]


def tries(service: str, pause: Pause) -> Iterator[None]:
    """Each turn of the loop is one try; leaving the loop is success.

    The pause doubles, and is never as long as that of another who was put off at the same moment.

    Raises:
        Unavailable: all tries were in vain.
    """
    for attempt in range(TRIES):
        if attempt:
            pause(FIRST_PAUSE_SECONDS * (1 << (attempt - 1)) * (0.5 + random.random()))  # noqa: S311 - no secret
        yield
    raise Unavailable(f"{service} asks for fewer requests.", RETRY_THROTTLED, reason="UnprocessedItems")
