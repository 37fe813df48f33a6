"""Webhooks from the command line, to a receiver on loopback."""

from collections.abc import Iterator

import pytest

from tests.entrypoints.cli.conftest import Shell
from tests.receiver import Receiver, receiving


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("AUDIO_WEBHOOK_ALLOW_PRIVATE", "1")
    with receiving() as receiver:
        yield receiver


def address(receiver: Receiver) -> str:
    return f"http://127.0.0.1:{receiver.port}/events"


def test_a_webhook_is_made_tested_and_replayed(shell: Shell, receiver: Receiver) -> None:
    made = shell.json("webhook", "create", address(receiver), "--kind", "job.changed")
    assert made["secret"].startswith("whsec_")
    (listed,) = shell.json("webhook", "list")
    assert (listed["id"], listed["kinds"], listed["status"]) == (made["id"], ["job.changed"], "active")
    tested = shell.run("webhook", "test", made["id"])
    assert (tested.exit_code, "204" in tested.stdout) == (0, True)
    assert len(receiver.received) == 1
    (delivery,) = shell.json("webhook", "deliveries", made["id"])
    assert (delivery["state"], delivery["event"]["kind"]) == ("delivered", "webhook.test")
    assert delivery["id"] in shell.run("webhook", "deliveries", made["id"]).stdout
    assert "again: 0" in shell.run("webhook", "replay", made["id"], "--until", "2026-01-01").stdout
    assert "again: 1" in shell.run("webhook", "replay", made["id"], "--state", "delivered").stdout
    assert shell.json("job", "run", "send-webhooks")["send-webhooks"]["webhooks_delivered"] == 1
    assert receiver.received[1].headers["webhook-id"] == delivery["id"]


def test_a_webhook_is_paused_resumed_rotated_and_removed(shell: Shell, receiver: Receiver) -> None:
    receiver.status = 500
    shown = shell.run("webhook", "create", address(receiver)).stdout
    (webhook,) = shell.json("webhook", "list")
    assert "whsec_" in shown
    failed = shell.run("webhook", "test", webhook["id"])
    assert (failed.exit_code, "It answered 500." in failed.stdout) == (1, True)
    assert "paused" in shell.run("webhook", "pause", webhook["id"]).stdout
    assert shell.run("webhook", "test", webhook["id"]).exit_code == 1
    assert len(receiver.received) == 1
    assert "active" in shell.run("webhook", "resume", webhook["id"]).stdout
    assert shell.json("webhook", "rotate", webhook["id"])["secret"] not in shown
    assert "failing" not in shell.run("webhook", "list").stdout
    assert shell.run("webhook", "remove", webhook["id"]).exit_code == 0
    assert shell.json("webhook", "list") == []


def test_without_the_setting_the_house_is_refused(shell: Shell) -> None:
    refused = shell.run("webhook", "create", "https://127.0.0.1/events")
    assert refused.exit_code == 1
    assert "public internet" in str(refused.exception)
