"""What the SDK raises, said in the domain's words. The one place that knows botocore's errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from domain.errors import Unavailable

THROTTLED = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""Codes of refusals that mean: more slowly."""

RETRY_THROTTLED, RETRY_FAILED = 5, 2  # seconds


def code_of(error: ClientError) -> str:
    """AWS's own name for what went wrong, e.g. `ConditionalCheckFailedException`, `NoSuchKey`, `404`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextmanager
def translated(service: str) -> Iterator[None]:
    """Whatever the SDK raises that nobody has dealt with becomes Unavailable; `service` is how an operator calls it.

    The answers that mean something to the caller, such as a condition that failed, are caught before they get here.
    """
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        if code in THROTTLED or status_of(error) == 429:
            raise Unavailable(f"{service} asks for fewer requests.", RETRY_THROTTLED, reason=code) from error
        raise Unavailable(f"{service} refused: {code}.", RETRY_FAILED, reason=code) from error
    except BotoCoreError as error:
        raise Unavailable(f"{service} does not answer.", RETRY_FAILED, reason=type(error).__name__) from error
