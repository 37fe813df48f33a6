"""The bucket as this code makes it, and the objects as they lie in it."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.aws.blobs import S3Blobs
from adapters.aws.bucket import MULTIPARTS_ABORTED_DAYS, create_bucket
from adapters.aws.uploads import SETTLED_KEPT_FOR
from domain.blob_keys import on_request_key, original_key, rendition_key
from domain.errors import Unavailable
from domain.upload import LIFETIME, MIN_PART_BYTES
from domain.values import LibraryId, RecordingId
from tests.aws import AwsDouble, remove_bucket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LIBRARY, RECORDING = LibraryId("L"), RecordingId("R")
ORIGINAL = original_key(LIBRARY, RECORDING)
RENDITION = rendition_key(LIBRARY, RECORDING, "m", "preview.opus")
ON_REQUEST = on_request_key(LIBRARY, RECORDING, "x.png")


@pytest.fixture
def client(aws_double: AwsDouble) -> Iterator["S3Client"]:
    create_bucket(aws_double.clients.s3, aws_double.name, origins=("https://panel.example",))
    yield aws_double.clients.s3
    remove_bucket(aws_double)


@pytest.fixture
def blobs(aws_double: AwsDouble) -> S3Blobs:
    return S3Blobs(aws_double.clients, aws_double.name, storage_class="STANDARD_IA", part_bytes=MIN_PART_BYTES)


def test_the_bucket_is_closed_encrypted_and_versioned(client: "S3Client", aws_double: AwsDouble) -> None:
    name = aws_double.name
    assert client.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    blocked = client.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    (rule,) = client.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_browsers_see_the_etag_of_a_part(client: "S3Client", aws_double: AwsDouble) -> None:
    (rule,) = client.get_bucket_cors(Bucket=aws_double.name)["CORSRules"]
    assert rule["AllowedOrigins"] == ["https://panel.example"]
    assert "ETag" in rule["ExposeHeaders"]
    assert {"GET", "PUT"} <= set(rule["AllowedMethods"])


def test_the_bucket_forgets_by_itself(client: "S3Client", aws_double: AwsDouble) -> None:
    rules: Any = client.get_bucket_lifecycle_configuration(Bucket=aws_double.name)["Rules"]
    known = {rule["ID"]: rule for rule in rules}
    assert known["abort-multiparts"]["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 90
    assert known["delete-old-versions"]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30
    assert known["delete-on-request-files"]["Expiration"]["Days"] == 2
    assert {rule["Status"] for rule in rules} == {"Enabled"}


def test_an_upload_that_waits_for_its_job_is_known_for_as_long_as_its_parts_are_there() -> None:
    """Dead letters are released after weeks; what nothing knows is aborted by reconcile-blobs."""
    assert MULTIPARTS_ABORTED_DAYS >= 90
    assert timedelta(days=MULTIPARTS_ABORTED_DAYS) < LIFETIME + SETTLED_KEPT_FOR


def test_originals_alone_have_a_class_of_their_own(client: "S3Client", aws_double: AwsDouble, blobs: S3Blobs) -> None:
    long = rendition_key(LIBRARY, RECORDING, "m", "frames.npz")
    sent = original_key(LIBRARY, RecordingId("S"))
    blobs.put(ORIGINAL, [bytes(MIN_PART_BYTES), b"x"])
    blobs.put(RENDITION, [b"x"])
    blobs.put(long, [bytes(MIN_PART_BYTES), b"x"])
    multipart_id = blobs.begin_multipart(sent)
    blobs.put_part(sent, multipart_id, 1, [b"x"])
    blobs.complete_multipart(sent, multipart_id)
    listed = client.list_objects_v2(Bucket=aws_double.name)["Contents"]
    assert {found["Key"]: found["StorageClass"] for found in listed} == {
        ORIGINAL: "STANDARD_IA",
        sent: "STANDARD_IA",
        RENDITION: "STANDARD",
        long: "STANDARD",
    }


def test_what_is_made_on_request_is_marked_for_the_lifecycle(
    client: "S3Client", aws_double: AwsDouble, blobs: S3Blobs
) -> None:
    for key in (ORIGINAL, ON_REQUEST):
        blobs.put(key, [b"x"])
    tags = {key: client.get_object_tagging(Bucket=aws_double.name, Key=key)["TagSet"] for key in (ORIGINAL, ON_REQUEST)}
    rules: Any = client.get_bucket_lifecycle_configuration(Bucket=aws_double.name)["Rules"]
    (expiring,) = [rule["Filter"]["Tag"] for rule in rules if "Tag" in rule["Filter"]]
    assert tags == {ORIGINAL: [], ON_REQUEST: [expiring]}


def test_what_was_overwritten_or_deleted_is_kept_for_a_while(
    client: "S3Client", aws_double: AwsDouble, blobs: S3Blobs
) -> None:
    blobs.put(RENDITION, [b"first"])
    blobs.put(RENDITION, [b"second"])
    blobs.delete(RENDITION)
    versions = client.list_object_versions(Bucket=aws_double.name)["Versions"]
    bodies = {
        client.get_object(Bucket=aws_double.name, Key=RENDITION, VersionId=version["VersionId"])["Body"].read()
        for version in versions
    }
    assert bodies == {b"first", b"second"}


def test_a_bucket_that_is_not_there_answers_no_ping(aws_double: AwsDouble, blobs: S3Blobs) -> None:
    with pytest.raises(Unavailable):
        blobs.ping()
    create_bucket(aws_double.clients.s3, aws_double.name)
    blobs.ping()
    remove_bucket(aws_double)


def test_a_stream_ends_byte_for_byte_in_s3(client: "S3Client", blobs: S3Blobs) -> None:
    """Chunks of sizes that fit no part, over several parts."""
    chunks = [bytes([n % 251]) * (n * 97_700 % 400_000) for n in range(60)]
    assert sum(map(len, chunks)) > 2 * MIN_PART_BYTES
    expected = hashlib.sha256(b"".join(chunks))
    assert blobs.put(ORIGINAL, iter(chunks)).size_bytes == sum(map(len, chunks))
    found = hashlib.sha256()
    for chunk in blobs.get(ORIGINAL):
        found.update(chunk)
    assert found.digest() == expected.digest()
