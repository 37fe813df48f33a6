"""How one gets into the panel from a terminal."""

import io
import re

import pytest
from pydantic import SecretStr
from rich.console import Console

from domain.access import Role
from domain.values import KeyId
from entrypoints.cli import welcome
from entrypoints.cli.session import Session
from entrypoints.settings import Profile, Settings
from tests.entrypoints.cli.conftest import Shell


def greeting(settings: Settings, first: welcome.FirstAccess | None) -> str:
    out = io.StringIO()
    welcome.greet(Session(out=Console(file=out, width=60)), settings, first)
    return out.getvalue()


def holder(shell: Shell, link: str) -> tuple[str, Role]:
    """Whom the link signs in."""
    container = shell.container()
    try:
        _, token = container.use_cases.sign_in_by_link()(link.rpartition("/")[2])
        actor = container.use_cases.authenticate_session()(token)
        key_id = KeyId(actor.name.removeprefix("key:"))
        return container.adapters.keys().get(actor.library_id, key_id).name, actor.role
    finally:
        container.close()


def test_the_first_start_prints_a_link_that_opens_the_panel(shell: Shell) -> None:
    container = shell.container()
    first = welcome.prepare_access(container)
    container.close()
    assert first is not None
    printed = greeting(Settings(host="0.0.0.0", port=8123), first)
    [link] = re.findall(r"^  (http://127\.0\.0\.1:8123/sign-in/al_\S+)$", printed, re.MULTILINE)
    assert holder(shell, link) == ("admin", Role.ADMIN)


@pytest.mark.parametrize(("admin_key", "told"), [(None, "sign-in-link"), ("ak_" + "x" * 40, "AUDIO_ADMIN_KEY")])
def test_later_starts_say_how_to_sign_in(admin_key: str | None, told: str) -> None:
    printed = greeting(Settings(admin_key=SecretStr(admin_key) if admin_key else None), None)
    assert "http://127.0.0.1:8000" in printed
    assert told in printed
    assert "x" * 40 not in printed


def test_a_link_is_for_the_key_that_is_named(shell: Shell) -> None:
    shell.run("key", "create", "boss", "--role", "admin")
    guest = shell.json("key", "create", "guest", "--role", "viewer")
    shell.run("library", "create", "voices")
    shell.run("key", "create", "singer", "--role", "editor", "--library", "voices")
    for given, who in {
        (): ("boss", Role.ADMIN),
        ("--key", "guest"): ("guest", Role.VIEWER),
        ("--key", guest["id"]): ("guest", Role.VIEWER),
        ("--key", "singer", "--library", "voices"): ("singer", Role.EDITOR),
    }.items():
        link = shell.run("sign-in-link", *given).stdout.strip()
        assert link.startswith("http://127.0.0.1:8000/sign-in/al_")
        assert holder(shell, link) == who
    elsewhere = shell.run("sign-in-link", "--address", "https://audio.example/").stdout
    assert elsewhere.startswith("https://audio.example/sign-in/al_")


def test_a_link_needs_a_key_and_a_store_that_is_shared(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = shell.run("sign-in-link", "--key", "nobody")
    assert "audio-backend key create" in str(refused.exception)
    monkeypatch.setenv("AUDIO_PROFILE", str(Profile.MEMORY))
    refused = shell.run("sign-in-link")
    assert refused.exit_code == 1
    assert "when it starts" in str(refused.exception)
