"""Idempotent requests: one answer, shown to whoever asks the same again."""

import pytest

from domain.errors import IdempotencyKeyReused, Invalid, RequestInProgress
from domain.idempotency import IN_PROGRESS_FOR, KEPT_FOR, Answer, IdempotentRequest
from tests.builders import LIBRARY, NOON

ANSWER = Answer(201, {"ETag": '"1"'}, b"{}")


def started() -> IdempotentRequest:
    return IdempotentRequest.start(LIBRARY, "key-1", "print-1", NOON)


def test_an_answer_is_shown_to_the_same_request() -> None:
    answered = started().answered(ANSWER)
    assert answered.replay("print-1") == ANSWER
    assert answered.expires_at == NOON + KEPT_FOR


def test_a_request_that_is_carried_out_has_no_answer_yet() -> None:
    assert started().expires_at == NOON + IN_PROGRESS_FOR
    with pytest.raises(RequestInProgress):
        started().replay("print-1")


def test_another_request_under_the_key_is_refused() -> None:
    for request in (started(), started().answered(ANSWER)):
        with pytest.raises(IdempotencyKeyReused):
            request.replay("print-2")


@pytest.mark.parametrize("key", ["", "x" * 256, "ä", "a\nb", "a\x00"])
def test_a_key_is_short_printable_ascii(key: str) -> None:
    with pytest.raises(Invalid):
        IdempotentRequest.start(LIBRARY, key, "print-1", NOON)
