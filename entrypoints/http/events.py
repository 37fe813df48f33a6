"""Server-sent events: what happens in the library, as it happens."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from application.watch import Watch
from domain.errors import Unavailable
from domain.event import Event
from domain.job import SETTLED

log = logging.getLogger(__name__)

HEARTBEAT = timedelta(seconds=15)
LIFE = timedelta(minutes=5)
NOTICE = timedelta(seconds=1)  # how long a stop of the service may go unnoticed


@dataclass(frozen=True)
class Wanted:
    """Which events a listener asked for; nothing narrows nothing."""

    recording: str | None = None
    job: str | None = None

    def __call__(self, event: Event) -> bool:
        if self.job is not None:
            return event.subject_id == self.job
        if self.recording is not None:
            return self.recording in {event.subject_id, event.data.get("recording")}
        return True

    def is_last(self, event: Event) -> bool:
        """After a job has been settled nothing more is to be told of it."""
        return self.job == event.subject_id and event.data.get("status") in SETTLED


@dataclass(frozen=True)
class EventStream:
    """A stream ends by itself after `life`; a browser then comes back with the last id that it saw."""

    watch: Watch
    wanted: Wanted
    heartbeat: timedelta = HEARTBEAT
    life: timedelta = LIFE
    monotonic: Callable[[], float] = time.monotonic
    stopped: Callable[[], bool] = lambda: False

    def __call__(self, last_id: str, first: Event | None = None) -> Iterator[str]:
        """What came after `last_id`, as it comes. `first` is how things stand, for who would else have to ask."""
        yield "retry: 2000\n\n"
        if first is not None:
            yield frame(first)
            if self.wanted.is_last(first):
                yield END
                return
        try:
            yield from self._after(last_id)
        except Unavailable as error:
            log.warning("a stream of events ended: %s", error.detail)

    def _after(self, last_id: str) -> Iterator[str]:
        beaten = self.monotonic()
        ends = beaten + self.life.total_seconds()
        while self.monotonic() < ends and not self.stopped():
            found = self.watch.since(last_id)
            for event in found:
                last_id = event.id
                if self.wanted(event):
                    yield frame(event)
                if self.wanted.is_last(event):
                    yield END
                    return
            if found or self.watch.wait(last_id, NOTICE):
                continue
            if self.monotonic() - beaten >= self.heartbeat.total_seconds():
                yield ": nothing new\n\n"
                beaten = self.monotonic()


END = "event: end\ndata: {}\n\n"
"""Tells a listener to close: there is nothing more to come."""


def frame(event: Event) -> str:
    data: Mapping[str, object] = {"id": event.subject_id, "at": event.at.isoformat(), **event.data}
    numbered = f"id: {event.id}\n" if event.id else ""
    return f"{numbered}event: {event.kind}\ndata: {json.dumps(data)}\n\n"
