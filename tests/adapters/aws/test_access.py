"""Keys by their token, and requests and uploads that DynamoDB forgets by itself."""

from dataclasses import replace
from datetime import timedelta

from adapters.aws.access import DynamoKeys
from adapters.aws.idempotency import DynamoIdempotentRequests
from adapters.aws.schema import TTL
from adapters.aws.table import Table
from adapters.aws.uploads import SETTLED_KEPT_FOR, DynamoUploads
from tests.builders import LIBRARY, NOON, a_key, an_entry, an_idempotent_request, an_upload


def test_a_revoked_key_is_revoked_under_its_token_at_once(table: Table) -> None:
    keys = DynamoKeys(table)
    key = a_key()
    keys.add(key, an_entry())
    keys.save(key.revoke(NOON), 1, an_entry())
    found = keys.find_by_token(key.token_sha256)
    assert found == keys.get(LIBRARY, key.id)
    assert found is not None
    assert not found.is_valid(NOON)


def test_a_request_may_go_by_itself_once_it_has_expired_and_not_before(table: Table) -> None:
    request = replace(an_idempotent_request(), expires_at=NOON + timedelta(milliseconds=1500))
    DynamoIdempotentRequests(table).begin(request)
    item = table.get((f"idempotent#{LIBRARY}#{request.key}", "request"))
    assert item is not None
    assert item[TTL] == int(NOON.timestamp()) + 2


def test_an_upload_may_go_by_itself_once_it_is_settled_and_not_before(table: Table) -> None:
    uploads = DynamoUploads(table)
    upload = an_upload()
    uploads.add(upload, an_entry())
    key = (f"upload#{LIBRARY}#{upload.id}", "upload")
    item = table.get(key)
    assert item is not None
    assert TTL not in item
    uploads.save(upload.aborted(), 1, an_entry())
    item = table.get(key)
    assert item is not None
    assert item[TTL] == int((upload.expires_at + SETTLED_KEPT_FOR).timestamp())
    assert "due" not in item
