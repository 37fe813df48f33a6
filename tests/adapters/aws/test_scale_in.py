"""What the agent of ECS is asked, and how often; nothing that it answers is an error."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.aws.scale_in import EcsScaleIn
from tests.aws import free_port
from tests.builders import FakeClock
from tests.ecs import EcsAgent

THROTTLED = json.dumps({"error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}).encode()
MISSING = json.dumps({"failure": {"Arn": "arn", "Detail": "", "Reason": "DEPLOYMENT_BLOCKED"}}).encode()


@pytest.fixture
def agent() -> Iterator[EcsAgent]:
    with EcsAgent().running() as running:
        yield running


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def scale_in(agent: EcsAgent, clock: FakeClock) -> EcsScaleIn:
    return EcsScaleIn(agent.uri, clock)


def test_protection_is_asked_for_and_given_up(agent: EcsAgent, scale_in: EcsScaleIn) -> None:
    scale_in.protect()
    scale_in.allow()
    path = "/api/1234/task-protection/v1/state"
    assert agent.told == [
        (path, {"ProtectionEnabled": True, "ExpiresInMinutes": 60}),
        (path, {"ProtectionEnabled": False}),
    ]


def test_it_is_asked_no_more_often_than_it_must(agent: EcsAgent, scale_in: EcsScaleIn, clock: FakeClock) -> None:
    scale_in.allow()
    for _ in range(100):  # beats of 10 s
        scale_in.protect()
        clock.advance(10)
    assert agent.asked == [True]
    clock.advance(timedelta(minutes=14))
    scale_in.protect()
    assert agent.asked == [True, True]  # well before the first one lapses
    scale_in.allow()
    scale_in.allow()
    assert agent.asked == [True, True, False]
    scale_in.protect()
    assert agent.asked == [True, True, False, True]


@pytest.mark.parametrize(
    "answer", [(429, THROTTLED), (400, THROTTLED), (500, b"broken"), (200, MISSING), (200, b""), (200, b"{")]
)
def test_a_refusal_is_logged_and_asked_again_later(
    agent: EcsAgent,
    scale_in: EcsScaleIn,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
    answer: tuple[int, bytes],
) -> None:
    agent.answers = [answer]
    with caplog.at_level(logging.WARNING):
        scale_in.protect()
    assert "scale-in protection" in caplog.text
    scale_in.protect()
    assert agent.asked == [True]
    clock.advance(61)
    scale_in.protect()
    assert agent.asked == [True, True]


def test_what_could_not_be_given_up_is_given_up_later(agent: EcsAgent, scale_in: EcsScaleIn, clock: FakeClock) -> None:
    scale_in.protect()
    agent.answers = [(429, THROTTLED)]
    scale_in.allow()
    scale_in.allow()
    assert agent.asked == [True, False]
    clock.advance(61)
    scale_in.allow()
    assert agent.asked == [True, False, False]


def test_an_agent_that_is_not_there_is_no_error(clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    scale_in = EcsScaleIn(f"http://127.0.0.1:{free_port()}", clock)
    scale_in.protect()
    scale_in.allow()
    assert "does not answer" in caplog.text
