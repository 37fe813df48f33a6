"""A service that is set up anew for each trial, with one count over the calls of all its ports."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from dependency_injector import providers
from werkzeug.test import TestResponse

from adapters.audio.engine import LibrosaEngine
from adapters.webhooks.sender import HttpsSender
from domain.access import Actor, Role, system_actor
from domain.batch import Item
from domain.job import Job
from domain.job_kind import JobKind, Lane
from domain.listing import MAX_LIMIT, Field, Filter, Op, RecordingQuery
from domain.ports.batches import ItemQuery
from domain.ports.events import DeliveryQuery
from domain.ports.work import JobQuery
from domain.recording import Recording, Status
from domain.webhook import Delivery
from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.schedule import run_tasks
from entrypoints.settings import Profile, Settings
from entrypoints.worker import worker_of
from tests.builders import FakeClock
from tests.engines import Remembering
from tests.entrypoints.http.conftest import Api
from tests.faults import Calls
from tests.receiver import Receiver

log = logging.getLogger(__name__)

NO_PORTS = frozenset({"settings", "clock", "ids", "audit_log"})
"""What the family has beside its ports, and the two ports that cannot fail."""

OFTEN = ("sweep", "relay-events", "run-schedules")
PATIENCE = 5  # times that a client asks again


class World:
    """`receiver` is for webhooks. `often` is what the scheduler runs each time that time passes."""

    def __init__(self, folder: Path, receiver: Receiver) -> None:
        self.container = Container(Settings(profile=Profile.MEMORY, rate_limit_per_minute=100_000))
        self.ports: Any = self.container.adapters
        self.use: Any = self.container.use_cases
        self.receiver = receiver
        self.calls = Calls()
        self._app = create_app(self.container)
        self._engine = Remembering(LibrosaEngine(), folder)
        self._sender = HttpsSender(allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"])

    def begin(self) -> None:
        """All stores are empty again."""
        self.often: tuple[str, ...] = OFTEN
        self.receiver.received.clear()
        for provider in self.ports.providers.values():
            provider.reset_override()
        self.ports.reset_singletons()
        self.clock = FakeClock()
        for name, adapter in {"clock": self.clock, "engine": self._engine, "webhook_sender": self._sender}.items():
            getattr(self.ports, name).override(providers.Object(adapter))
        made = {name: provider() for name, provider in self.ports.providers.items() if name not in NO_PORTS}
        for name, adapter in made.items():
            getattr(self.ports, name).override(providers.Object(self.calls.over(name, adapter)))
        self.use.reset_singletons()
        library, _ = self.use.prepare_access()(None)
        self.library_id = library.id
        self.admin = Actor(library.id, "key:admin", Role.ADMIN)
        self.afterwards: Callable[[], None] = lambda: None
        _, token = self.use.create_key()(system_actor(library.id, "test"), "admin", Role.ADMIN)
        self.api = Api(self._app, token, library.id)
        self.worker = worker_of(self.container)

    # ---- what is done --------------------------------------------------------------------------------------------

    def ask(
        self, method: str, path: str, *also: int, headers: dict[str, str] | None = None, **given: Any
    ) -> TestResponse:
        """As a careful client does: again, with the same Idempotency-Key, until it is answered. `also` are answers
        beside those of success that say that it was carried out before."""
        headers = {"Idempotency-Key": f"{method} {path}", **(headers or {})}
        for _ in range(PATIENCE):
            answer = self.api(method, path, headers=headers, **given)
            if answer.status_code < 300 or answer.status_code in also:
                return answer
            code = answer.get_json()["type"].removeprefix("/problems/")
            assert code in {"unavailable", "request-in-progress"}, answer.text
            assert int(answer.headers["Retry-After"]) > 0
            self.pass_time(timedelta(minutes=10))
        raise AssertionError(f"{method} {path} was never answered")

    def work(self, *lanes: Lane) -> None:
        """As the loop of a worker does: what cannot be received or settled comes again later."""
        while True:
            try:
                delivery = self.ports.queue().receive(lanes or tuple(Lane), timedelta(), timedelta(seconds=30))
                if delivery is None:
                    return
                self.worker.handle(delivery)
            except Exception:
                log.exception("the worker could not take or settle a job")

    def run(self, *tasks: str) -> None:
        """As the scheduler does: one that fails is run again at its time."""
        run_tasks(self.container, tasks)

    def pass_time(self, by: timedelta, *tasks: str) -> None:
        self.clock.advance(by)
        self.run(*self.often, *tasks)
        self.work()

    def let_time_pass(self) -> None:
        """Minutes, in which what was postponed is tried again; then days, in which what was left over is cleared."""
        for _ in range(4):
            self.pass_time(timedelta(minutes=1))
        for _ in range(2):
            self.pass_time(timedelta(hours=25), *self.use.tasks())

    # ---- what is to be seen --------------------------------------------------------------------------------------

    def recordings(self) -> list[Recording]:
        trashed = Filter(Field.STATUS, Op.EQ, str(Status.TRASHED))
        queries = (RecordingQuery(filters, limit=MAX_LIMIT) for filters in ((), (trashed,)))
        return [each for query in queries for each in self.ports.recordings().search(self.library_id, query).items]

    def jobs(self) -> list[Job]:
        queries = (JobQuery(limit=200), JobQuery(kind=JobKind.CREW, limit=200))
        return [job for query in queries for job in self.ports.jobs().search(self.library_id, query).items]

    def items(self) -> Iterator[Item]:
        batches = self.ports.batches()
        for job in self.jobs():
            if job.kind is JobKind.BATCH:
                yield from batches.items(self.library_id, job.id, ItemQuery(limit=200)).items

    def deliveries(self) -> Iterator[Delivery]:
        for webhook in self.ports.webhooks().of_library(self.library_id):
            yield from self.ports.deliveries().search(self.library_id, DeliveryQuery(webhook.id)).items

    def assert_nothing_is_in_between(self) -> None:
        assert not [each for each in self.recordings() if each.standing in {None, Status.RECEIVING, Status.PROCESSING}]
        assert all(job.is_settled for job in self.jobs()), self.jobs()
        assert all(item.has_ended for item in self.items())
        assert self.ports.batches().active(self.library_id) == ()
        assert self.ports.queue().receive(tuple(Lane), timedelta(), timedelta()) is None
        assert self.ports.queue().dead_letters(10) == ()
        assert self.ports.outbox().pending(self.clock.now(), 10) == ()
        assert all(each.due_at is None for each in self.deliveries())
        assert list(self.ports.blobs().multiparts()) == []
        named = {each.blob_key for each in self.recordings()}
        named |= {kept.blob_key for each in self.recordings() for kept in self._renditions(each)}
        assert {blob.key for blob in self.ports.blobs().list()} == named

    def state(self) -> dict[str, Any]:
        """All that people see, without ids and times."""
        return {
            "recordings": sorted(map(self._told, self.recordings())),
            "jobs": sorted((str(job.kind), str(job.status)) for job in self.jobs()),
            "items": sorted((str(item.status), item.failure) for item in self.items()),
            "deliveries": sorted((each.event.kind, str(each.state)) for each in self.deliveries()),
            "received": len({each.headers["webhook-id"] for each in self.receiver.received}),
        }

    def _told(self, recording: Recording) -> tuple[Any, ...]:
        found = self.ports.analyses().of_content(self.library_id, recording.sha256 or "")
        kept = sorted((each.name, self._sha256(each.blob_key)) for each in self._renditions(recording))
        return recording.title, str(recording.status), self._sha256(recording.blob_key), len(found), kept

    def _sha256(self, key: str) -> str:
        return hashlib.sha256(b"".join(self.ports.blobs().get(key))).hexdigest()

    def _renditions(self, recording: Recording) -> Any:
        return self.ports.renditions().of_recording(recording.library_id, recording.id)
