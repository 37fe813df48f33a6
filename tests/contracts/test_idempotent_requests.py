"""IdempotentRequests: one begins, the others are shown what it began or how it was answered."""

import random
from dataclasses import replace
from datetime import timedelta

from domain.idempotency import IN_PROGRESS_FOR, KEPT_FOR, Answer, IdempotentRequest
from tests.builders import NOON, OTHER_LIBRARY, an_idempotent_request
from tests.contracts.conftest import Family
from tests.contracts.racing import RACERS, race

ANSWER = Answer(201, {"Location": "/api/v1/recordings/1", "ETag": '"1"'}, bytes(range(256)))


def again(request: IdempotentRequest) -> IdempotentRequest:
    """The same key, with another request."""
    return replace(request, fingerprint="another")


def test_the_first_begins_and_the_next_is_shown_the_first(family: Family) -> None:
    request = an_idempotent_request()
    assert family.idempotent_requests.begin(request) is None
    assert family.idempotent_requests.begin(again(request)) == request


def test_an_answer_takes_the_place_of_the_started_request(family: Family) -> None:
    request = an_idempotent_request()
    family.idempotent_requests.begin(request)
    answered = request.answered(ANSWER)
    family.idempotent_requests.finish(answered)
    assert family.idempotent_requests.begin(again(request)) == answered


def test_an_answer_may_be_large(family: Family) -> None:
    """Uploads in thousands of parts are answered with an address for each."""
    request = an_idempotent_request()
    family.idempotent_requests.begin(request)
    answered = request.answered(replace(ANSWER, body=random.Random(1).randbytes(700_000)))
    family.idempotent_requests.finish(answered)
    assert family.idempotent_requests.begin(again(request)) == answered
    assert family.idempotent_requests.purge(answered.expires_at) == 1
    assert family.idempotent_requests.begin(again(request)) is None


def test_keys_belong_to_their_library(family: Family) -> None:
    request = an_idempotent_request()
    assert family.idempotent_requests.begin(request) is None
    assert family.idempotent_requests.begin(replace(request, library_id=OTHER_LIBRARY)) is None
    family.idempotent_requests.forget(replace(request, library_id=OTHER_LIBRARY))
    assert family.idempotent_requests.begin(again(request)) == request


def test_of_two_at_once_one_is_stored(family: Family) -> None:
    requests = [an_idempotent_request(key="same", fingerprint=f"print-{n}") for n in range(RACERS)]
    results = race(lambda n: family.idempotent_requests.begin(requests[n]))
    winner = requests[results.index(None)]
    assert [result for result in results if result is not None] == [winner] * (RACERS - 1)


def test_what_has_expired_when_the_next_starts_is_replaced(family: Family) -> None:
    request = an_idempotent_request()
    family.idempotent_requests.begin(request)
    at_the_end = replace(again(request), started_at=NOON + IN_PROGRESS_FOR, expires_at=NOON + KEPT_FOR)
    assert family.idempotent_requests.begin(at_the_end) is None
    assert family.idempotent_requests.begin(again(request)) == at_the_end


def test_a_forgotten_request_can_begin_anew(family: Family) -> None:
    request = an_idempotent_request()
    family.idempotent_requests.begin(request)
    family.idempotent_requests.forget(request)
    family.idempotent_requests.forget(request)
    assert family.idempotent_requests.begin(again(request)) is None


def test_a_renewed_request_keeps_its_key_for_longer(family: Family) -> None:
    request = an_idempotent_request()
    family.idempotent_requests.begin(request)
    renewed = request.renewed(NOON + timedelta(minutes=9))
    family.idempotent_requests.renew(renewed)
    assert family.idempotent_requests.purge(request.expires_at) == 0
    assert family.idempotent_requests.begin(replace(again(request), started_at=request.expires_at)) == renewed


def test_the_end_of_an_expired_request_leaves_its_successor_alone(family: Family) -> None:
    late = an_idempotent_request()
    family.idempotent_requests.begin(late)
    successor = replace(again(late), started_at=late.expires_at, expires_at=late.expires_at + IN_PROGRESS_FOR)
    assert family.idempotent_requests.begin(successor) is None
    family.idempotent_requests.renew(late.renewed(late.expires_at))
    family.idempotent_requests.finish(late.answered(ANSWER))
    family.idempotent_requests.forget(late)
    assert family.idempotent_requests.begin(replace(late, started_at=late.expires_at)) == successor


def test_what_is_no_longer_there_is_not_brought_back(family: Family) -> None:
    request = an_idempotent_request()
    family.idempotent_requests.begin(request)
    family.idempotent_requests.forget(request)
    family.idempotent_requests.finish(request.answered(ANSWER))
    assert family.idempotent_requests.begin(again(request)) is None


def test_purge_removes_what_has_expired_and_counts_it(family: Family) -> None:
    started, answered = an_idempotent_request(), an_idempotent_request().answered(ANSWER)
    for request in (started, answered):
        family.idempotent_requests.begin(request)
    assert family.idempotent_requests.purge(NOON) == 0
    assert family.idempotent_requests.purge(started.expires_at) == 1
    assert family.idempotent_requests.begin(again(answered)) == answered
    assert family.idempotent_requests.purge(answered.expires_at) == 1
