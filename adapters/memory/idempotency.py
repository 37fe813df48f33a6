"""Requests that are carried out once, in memory."""

import threading
from datetime import datetime

from domain.idempotency import IdempotentRequest
from domain.ports.access import IdempotentRequests
from domain.values import LibraryId


class MemoryIdempotentRequests(IdempotentRequests):
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: dict[tuple[LibraryId, str], IdempotentRequest] = {}

    def begin(self, request: IdempotentRequest) -> IdempotentRequest | None:
        name = (request.library_id, request.key)
        with self._lock:
            stored = self._requests.get(name)
            if stored is not None and request.started_at < stored.expires_at:
                return stored
            self._requests[name] = request
            return None

    def renew(self, request: IdempotentRequest) -> None:
        with self._lock:
            if self._is_stored(request):
                self._requests[request.library_id, request.key] = request

    finish = renew

    def forget(self, request: IdempotentRequest) -> None:
        with self._lock:
            if self._is_stored(request):
                del self._requests[request.library_id, request.key]

    def purge(self, now: datetime) -> int:
        with self._lock:
            kept = {name: request for name, request in self._requests.items() if now < request.expires_at}
            gone = len(self._requests) - len(kept)
            self._requests = kept
            return gone

    def _is_stored(self, request: IdempotentRequest) -> bool:
        stored = self._requests.get((request.library_id, request.key))
        return stored is not None and stored.started_at == request.started_at
