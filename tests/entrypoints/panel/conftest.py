"""The panel as a browser gets it, without a browser: pages over the memory family, signed in by role."""

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from domain.access import Role, system_actor
from entrypoints.http.auth import SESSION_COOKIE
from tests.entrypoints.http.conftest import Service, a_service

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


class Reader:
    """Somebody in front of a browser, whose key has the role."""

    def __init__(self, service: Service, role: Role) -> None:
        self.client = service.app.test_client()
        actor = system_actor(service.admin.library_id, "test")
        _, key = service.use.create_key()(actor, f"{role}'s", role)
        _, token = service.use.sign_in()(key)
        self.client.set_cookie(SESSION_COOKIE, token)

    def get(self, address: str, **headers: str) -> TestResponse:
        return self.client.get(
            address, headers={"Accept": HTML, **{k.replace("_", "-"): v for k, v in headers.items()}}
        )

    def read(self, address: str, **headers: str) -> str:
        """The page's text. It must be there."""
        answer = self.get(address, **headers)
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture
def service() -> Iterator[Service]:
    made = a_service()
    yield made
    made.container.close()


@pytest.fixture
def admin(service: Service) -> Reader:
    return Reader(service, Role.ADMIN)


@pytest.fixture
def editor(service: Service) -> Reader:
    return Reader(service, Role.EDITOR)


@pytest.fixture
def viewer(service: Service) -> Reader:
    return Reader(service, Role.VIEWER)


@pytest.fixture
def stranger(service: Service) -> Any:
    """A browser that nobody has signed in with."""
    return service.app.test_client()
