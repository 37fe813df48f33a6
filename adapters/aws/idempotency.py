"""Requests that are carried out once: whose condition holds begins."""

from dataclasses import replace
from datetime import datetime

from adapters import cursors
from adapters.aws.documents import cut, part_keys, whole
from adapters.aws.due import due, overdue
from adapters.aws.items import Item, Key, document, key, read
from adapters.aws.schema import TTL
from adapters.aws.table import Refused, Table
from adapters.aws.versioned import write_once
from adapters.aws.writes import Condition, delete, put
from domain.errors import Unavailable
from domain.idempotency import IdempotentRequest
from domain.ports.access import IdempotentRequests

_BATCH = 500


class DynamoIdempotentRequests(IdempotentRequests):
    """What has expired is removed by `purge`, which the sweep calls, or by DynamoDB itself where nothing sweeps."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, request: IdempotentRequest) -> IdempotentRequest | None:
        try:
            write_once(self._table, put(_item(request), _free(request.started_at)))
        except Refused as refused:
            stored = refused.found[0]
            complete = stored and whole(self._table, stored)
            if complete is None:
                raise Unavailable("The request with this key has just expired.") from refused
            return read(IdempotentRequest, complete)
        return None

    def renew(self, request: IdempotentRequest) -> None:
        """The answer to who uploads in ten thousand parts names each of their addresses: a megabyte, deflated."""
        item, *parts = cut(_item(request))
        # Nobody looks for parts whose head has gone: they expire with it, by themselves.
        expiring = (put({**part, TTL: item[TTL]}) for part in parts)
        try:
            write_once(self._table, put(item, _begun_with(request)), *expiring)
        except Refused:
            return  # it has expired, and another may have begun

    finish = renew

    def forget(self, request: IdempotentRequest) -> None:
        try:
            self._table.write(delete(_key(request), _begun_with(request)))
        except Refused:
            return  # as above

    def purge(self, now: datetime) -> int:
        gone = 0
        while expired := overdue(self._table, "idempotent", now, _BATCH):
            gone += sum(self._removed(item, now) for item in expired)
        return gone

    def _removed(self, item: Item, now: datetime) -> bool:
        try:
            self._table.write(delete((str(item["pk"]), str(item["sk"])), _expired(now)), *map(delete, part_keys(item)))
        except Refused:
            return False  # renewed, or removed by another, in this very moment
        return True


def _item(request: IdempotentRequest) -> Item:
    pk, sk = _key(request)
    return {
        "pk": pk,
        "sk": sk,
        "started": cursors.moment(request.started_at),
        "until": cursors.moment(request.expires_at),
        "doc": document(request),
        TTL: int(request.expires_at.timestamp()) + 1,
        **due("idempotent", pk, request.expires_at),
    }


def _key(request: IdempotentRequest) -> Key:
    return key("idempotent", request.library_id, request.key), "request"


def _free(now: datetime) -> Condition:
    expired = _expired(now)
    return replace(expired, text=f"attribute_not_exists(pk) OR {expired.text}")


def _expired(now: datetime) -> Condition:
    return Condition("#until <= :now", {"until": "until"}, {"now": cursors.moment(now)})


def _begun_with(request: IdempotentRequest) -> Condition:
    """What is there began with this request: nobody began anew under its key after it had expired."""
    return Condition("#started = :started", {"started": "started"}, {"started": cursors.moment(request.started_at)})
