"""The application over the families, with the real engine and a clock that is set by hand."""

import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from dependency_injector import providers
from flask import Flask
from werkzeug.test import TestResponse

from adapters.audio.engine import LibrosaEngine
from adapters.webhooks.sender import HttpsSender
from application.labour import HeldJob
from application.settling import Again
from domain.access import Role, system_actor
from domain.job_kind import Lane
from domain.listing import MAX_LIMIT, Field, Filter, Op, RecordingQuery
from domain.recording import Status
from domain.values import LibraryId
from entrypoints.container import Container
from entrypoints.families.aws import prepare
from entrypoints.settings import Profile, Settings
from entrypoints.web import web_app
from entrypoints.worker import runs_of
from tests import quick_routes, sounds
from tests.aws import AwsDouble, QueuesWhenAsked, empty, remove
from tests.builders import FakeClock

V1 = "/api/v1"

quick_routes.hasten()


class Api:
    """A client with one key."""

    def __init__(self, app: Flask, token: str | None, library_id: LibraryId) -> None:
        self.token = token
        self.library_id = library_id
        self._client = app.test_client()

    def __call__(self, method: str, path: str, headers: dict[str, str] | None = None, **given: Any) -> TestResponse:
        authorization = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self._client.open(path, method=method, headers={**authorization, **(headers or {})}, **given)

    def get(self, path: str, **given: Any) -> TestResponse:
        return self("GET", path, **given)

    def post(self, path: str, **given: Any) -> TestResponse:
        return self("POST", path, **given)

    def patch(self, path: str, **given: Any) -> TestResponse:
        return self("PATCH", path, **given)

    def delete(self, path: str, **given: Any) -> TestResponse:
        return self("DELETE", path, **given)

    def send(self, content: bytes, filename: str = "tone.wav", query: str = "", **given: Any) -> TestResponse:
        given = {"content_type": "audio/wav", **given}
        return self.post(f"{V1}/recordings?filename={filename}{query}", data=content, **given)

    def send_form(self, content: bytes, filename: str = "tone.wav", query: str = "", **fields: str) -> TestResponse:
        """The fields stand before the file, as they must."""
        body, boundary = b"", "a-boundary"
        for name, value in fields.items():
            body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n'.encode()
        body += content + f"\r\n--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        return self.post(f"{V1}/recordings{query}", data=body, content_type=kind)

    def recording(self, **signal: Any) -> dict[str, Any]:
        """A fresh recording, not heard yet; `signal` makes its sound another one."""
        answer = self.send(sounds.tone_wav(**{"seconds": 0.3, **signal}))
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.get_json()
        return body


class Service:
    """The application, those who use it, and a look behind it."""

    def __init__(self, container: Container, clock: FakeClock) -> None:
        self.container = container
        self.clock = clock
        container.adapters.webhook_sender.override(providers.Object(HttpsSender(resolve=_somewhere)))
        self.app = web_app(container)
        self.use: Any = container.use_cases
        self.ports: Any = container.adapters
        self.library_id: LibraryId = self.use.prepare_access()(None)[0].id

    @cached_property
    def admin(self) -> Api:
        """Of those who use it, each has a key from when a test first speaks of them."""
        return self.api(self.library_id, Role.ADMIN)

    @cached_property
    def editor(self) -> Api:
        return self.api(self.library_id, Role.EDITOR)

    @cached_property
    def viewer(self) -> Api:
        return self.api(self.library_id, Role.VIEWER)

    @cached_property
    def stranger(self) -> Api:
        return self.api(self.use.create_library()("elsewhere").id, Role.ADMIN)

    @cached_property
    def nobody(self) -> Api:
        return Api(self.app, None, self.library_id)

    def api(self, library_id: LibraryId, role: Role) -> Api:
        _, token = self.use.create_key()(system_actor(library_id, "test"), str(role), role)
        return Api(self.app, token, library_id)

    def work(self) -> None:
        """Runs what is queued, and what that queues, until nothing is left."""
        queue, runs = self.ports.queue(), runs_of(self.container)
        while (delivery := queue.receive(tuple(Lane), timedelta(), timedelta(minutes=1))) is not None:
            held = self.use.take_job()(delivery.job_id, "test")
            if isinstance(held, HeldJob):
                settling = runs[held.job.kind](held.job, held.progress)
                held.settle(settling)
                if isinstance(settling, Again):
                    queue.send(held.job.id, held.job.kind.lane, held.job.library_id, settling.after)
            queue.acknowledge(delivery)

    def stored(self) -> tuple[list[Any], list[Any], list[Any]]:
        """Every blob, recording and unfinished upload that there is."""
        trash = tuple(self.search(Filter(Field.STATUS, Op.EQ, str(Status.TRASHED))))
        parts = list(self.ports.blobs().multiparts())
        return list(self.ports.blobs().list()), [*self.search(), *trash], parts

    def search(self, *filters: Filter) -> tuple[Any, ...]:
        query = RecordingQuery(filters=filters, limit=MAX_LIMIT)
        found: tuple[Any, ...] = self.ports.recordings().search(self.library_id, query).items
        return found


def _somewhere(_host: str, _port: int) -> tuple[str, ...]:
    """Every name is somewhere on the internet: no test asks a name server."""
    return ("93.184.215.14",)


def a_service(**settings: Any) -> Service:
    """Over the memory family, unless the settings name another one."""
    clock = FakeClock()
    container = Container(Settings(**{"profile": Profile.MEMORY, **settings}))
    container.adapters.clock.override(providers.Object(clock))
    return Service(container, clock)


def _profiles() -> tuple[Profile, ...]:
    """All that differ: on one machine, memory does as the files do. `AUDIO_PROFILE` picks one."""
    picked = os.environ.get("AUDIO_PROFILE")
    return (Profile(picked),) if picked else (Profile.MEMORY, Profile.AWS)


before_stores = pytest.mark.parametrize("service", _profiles()[:1], ids=str, indirect=True)
"""For what is refused, or answered, before a store has a say: the lines that do it are the same over all families."""


@pytest.fixture(scope="module")
def aws_settings(aws_url: str) -> Iterator[tuple[AwsDouble, dict[str, Any]]]:
    """Bucket and table for all tests of a file in turn: to make them takes longer than to empty them."""
    double = AwsDouble(aws_url)
    told: dict[str, Any] = {name.removeprefix("AUDIO_").lower(): value for name, value in double.environment.items()}
    settings = {**told, "profile": Profile.AWS, "signing_key": "k" * 40}
    prepare(Settings(**settings))
    yield double, settings
    remove(double)


@pytest.fixture(params=_profiles(), ids=str)
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    if request.param is Profile.AWS:
        double, settings = request.getfixturevalue("aws_settings")
        yield from _over_aws(double, settings, tmp_path)
    else:
        made = a_service(profile=request.param, data_dir=tmp_path)
        yield made
        made.container.close()


def _over_aws(double: AwsDouble, settings: dict[str, Any], folder: Path) -> Iterator[Service]:
    """Clients are shared by all tests: they take a good part of a second to make. The queues are this test's own."""
    queues = QueuesWhenAsked(AwsDouble(double.url))
    container = Container(Settings(**{**settings, "data_dir": folder}))
    clock = FakeClock()
    given = {"clock": clock, "clients": double.clients, "queues": queues, "engine": LibrosaEngine()}
    for name, adapter in given.items():
        getattr(container.adapters, name).override(providers.Object(adapter))
    made = Service(container, clock)
    yield made
    made.container.close()
    empty(double)


@pytest.fixture
def admin(service: Service) -> Api:
    return service.admin


@pytest.fixture
def editor(service: Service) -> Api:
    return service.editor


@pytest.fixture
def heard(service: Service) -> dict[str, Any]:
    """A recording that is ready, with all that was heard in it."""
    made = service.editor.recording()
    service.work()
    recording: dict[str, Any] = service.editor.get(made["links"]["self"]).get_json()
    return recording


def problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The problem that the answer is; fails when it is another one."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    body: dict[str, Any] = answer.get_json()
    assert body["type"] == f"/problems/{code}", body
    assert body["status"] == status
    assert body["title"]
    assert body["request_id"] == answer.headers["X-Request-ID"]
    return body


class Got(NamedTuple):
    status: int
    content: bytes
    headers: Mapping[str, str]


def got(api: Api, where: str, wanted: str | None = None) -> Got:
    """What a client has in the end: where the service points to the store, it asks there, for the same range."""
    headers = {} if wanted is None else {"Range": wanted}
    answer = api.get(where, headers=headers)
    if answer.status_code != 302:
        return Got(answer.status_code, answer.data, dict(answer.headers.items()))
    theirs = httpx.get(answer.headers["Location"], headers=headers)
    return Got(theirs.status_code, theirs.content, theirs.headers)


@pytest.fixture
def own_answers(service: Service) -> None:
    """For tests of bytes that the service sends itself."""
    if service.container.settings.profile is Profile.AWS:
        pytest.skip("bytes come straight from the store")
