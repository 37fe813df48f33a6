"""The bucket, as doubles and tests make theirs; production's is made by infra/, and a test holds the two together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ON_REQUEST_TAG = "kept=on-request"
"""Of files that are made when somebody asks. The service deletes them within hours; the bucket, should it not."""

MULTIPARTS_ABORTED_DAYS = 90
"""After they were begun. An upload that was completed stays in parts until its job has run, which a backlog or a dead
letter that is released late may delay; the service itself aborts those that nothing waits for."""
OLD_VERSIONS_DELETED_DAYS = 30
ON_REQUEST_DELETED_DAYS = 2


def lifecycle_rules() -> list[dict[str, Any]]:
    tag, value = ON_REQUEST_TAG.split("=")
    return [
        {
            "ID": "abort-multiparts",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": MULTIPARTS_ABORTED_DAYS},
        },
        {
            "ID": "delete-old-versions",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSIONS_DELETED_DAYS},
            "Expiration": {"ExpiredObjectDeleteMarker": True},
        },
        {
            "ID": "delete-on-request-files",
            "Status": "Enabled",
            "Filter": {"Tag": {"Key": tag, "Value": value}},
            "Expiration": {"Days": ON_REQUEST_DELETED_DAYS},
        },
    ]


def cors_rules(origins: Sequence[str]) -> list[dict[str, Any]]:
    """Browsers send parts and read ranges by themselves, and a part's ETag is only theirs to see when it is exposed."""
    return [
        {
            "AllowedOrigins": list(origins),
            "AllowedMethods": ["GET", "HEAD", "PUT"],
            "AllowedHeaders": ["*"],
            "ExposeHeaders": ["ETag", "Accept-Ranges", "Content-Range", "Content-Length", "x-amz-checksum-sha256"],
            "MaxAgeSeconds": 3600,
        }
    ]


def create_bucket(client: "S3Client", name: str, origins: Sequence[str] = ("*",)) -> None:
    """Versioned, encrypted, closed to the public; `origins` are those of browsers that may use it."""
    region = client.meta.region_name
    where: Any = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client.create_bucket(Bucket=name, **where)
    client.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    client.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    cors: Any = {"CORSRules": cors_rules(origins)}
    client.put_bucket_cors(Bucket=name, CORSConfiguration=cors)
    lifecycle: Any = {"Rules": lifecycle_rules()}
    client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration=lifecycle)
