"""What an error means for a job: one table, and the words that stay on record."""

import logging
from uuid import uuid4

from application.settling import Verdict
from domain.errors import (
    AudioBackendError,
    CallersFault,
    EngineFailure,
    LeaseLost,
    Unavailable,
    VersionMismatch,
    WorldsFault,
)
from domain.values import Failure

log = logging.getLogger(__name__)


VERDICTS: tuple[tuple[type[Exception], Verdict], ...] = (
    (LeaseLost, Verdict.DROP),
    (VersionMismatch, Verdict.RETRY),
    (EngineFailure, Verdict.FAIL),
    (CallersFault, Verdict.FAIL),
    (Unavailable, Verdict.RETRY),
    (WorldsFault, Verdict.FAIL),
    (Exception, Verdict.RETRY),
)


def verdict_of(error: Exception) -> Verdict:
    return next(verdict for kind, verdict in VERDICTS if isinstance(error, kind))


def failure_of(error: Exception) -> Failure:
    """An error that nobody foresaw is told by an id alone; the log has the rest."""
    if isinstance(error, AudioBackendError):
        return Failure.from_error(error)
    error_id = uuid4().hex[:12]
    log.error("unexpected error %s", error_id, exc_info=error)
    return Failure("internal", f"Something unexpected went wrong. The worker's log has it as {error_id}.")
