"""ECS is told by its agent which tasks are at work that would be lost, and takes away others.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
"""

import json
import logging
import threading
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from http.client import HTTPException

from domain.ports.work import ScaleIn
from domain.ports.world import Clock

log = logging.getLogger(__name__)

PATH = "/task-protection/v1/state"
EXPIRES_AFTER = timedelta(minutes=60)  # so that a worker that hangs is protected no longer
RENEW_AFTER = EXPIRES_AFTER / 2
AGAIN_AFTER = timedelta(minutes=1)  # when the agent has refused: it limits how often may be asked
TIMEOUT_SECONDS = 2.0  # a heartbeat waits for this


class EcsScaleIn(ScaleIn):
    """What the agent refuses is logged and asked for again later. A task that is taken away all the same hands its jobs
    back."""

    def __init__(self, agent_uri: str, clock: Clock) -> None:
        self._address = agent_uri.rstrip("/") + PATH
        self._clock = clock
        self._lock = threading.Lock()
        self._ask_from: datetime | None = None  # while it may be protected: when to say so again
        self._allow_from: datetime | None = None  # when it could not be allowed

    def protect(self) -> None:
        with self._lock:
            now = self._clock.now()
            if self._ask_from is not None and now < self._ask_from:
                return
            done = self._ask({"ProtectionEnabled": True, "ExpiresInMinutes": EXPIRES_AFTER // timedelta(minutes=1)})
            self._ask_from = now + (RENEW_AFTER if done else AGAIN_AFTER)

    def allow(self) -> None:
        with self._lock:
            now = self._clock.now()
            if self._ask_from is None or (self._allow_from is not None and now < self._allow_from):
                return
            if self._ask({"ProtectionEnabled": False}):
                self._ask_from = self._allow_from = None
            else:
                self._allow_from = now + AGAIN_AFTER

    def _ask(self, wanted: dict[str, object]) -> bool:
        request = urllib.request.Request(  # noqa: S310 - the address is ECS's own
            self._address, json.dumps(wanted).encode(), {"Content-Type": "application/json"}, method="PUT"
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
                told = json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                log.warning("ECS refuses scale-in protection: %d %s", error.code, error.reason)
            return False
        except (OSError, HTTPException, ValueError) as error:
            log.warning("the ECS agent does not answer about scale-in protection: %s", error)
            return False
        if "protection" not in told:
            log.warning("ECS refuses scale-in protection: %s", json.dumps(told)[:500])
            return False
        return True
