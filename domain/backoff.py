"""How long to wait before the next attempt."""

import hashlib
from datetime import timedelta

BACKOFF_BASE = timedelta(seconds=2)
BACKOFF_CAP = timedelta(minutes=10)


def backoff(subject: str, attempt: int) -> timedelta:
    """Exponential, capped, with jitter of half its length: what failed together comes back apart.

    The jitter is drawn from the subject's id and the attempt, counted from 1, so that the same gives the same delay.
    """
    full = min(BACKOFF_CAP, BACKOFF_BASE * (1 << min(attempt - 1, 20)))
    draw = int.from_bytes(hashlib.sha256(f"{subject}:{attempt}".encode()).digest()[:4]) / 2**32
    return full * (0.5 + 0.5 * draw)
