"""Production's stores, as CloudFormation makes them, are what doubles and tests make for themselves."""

from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from adapters.aws import bucket
from adapters.aws.clients import AwsClients, AwsPlace
from adapters.aws.queues import create_queues
from adapters.aws.schema import TTL, create_table
from domain.blob_keys import INBOX_PREFIX
from tests.aws import AwsDouble
from tests.deployment.files import ROOT, one, template

REGION = "eu-west-3"  # the templates' names are fixed: a region that no other test is in
STACKS = "queues", "storage"


@pytest.fixture(scope="module")
def made(aws_url: str) -> AwsClients:
    """A place where CloudFormation has been."""
    formation = boto3.client("cloudformation", region_name=REGION, endpoint_url=aws_url)
    for name in STACKS:
        formation.create_stack(
            StackName=name,
            TemplateBody=(ROOT / "infra" / f"{name}.yaml").read_text(),
            Parameters=[{"ParameterKey": "Bucket", "ParameterValue": "made-by-cloudformation"}],
        )
        [stack] = formation.describe_stacks(StackName=name)["Stacks"]
        assert stack["StackStatus"] == "CREATE_COMPLETE"
    return AwsClients(AwsPlace(REGION, aws_url))


def _table(clients: AwsClients, name: str) -> Mapping[str, Any]:
    table = clients.dynamodb.describe_table(TableName=name)["Table"]
    ttl = clients.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    indexes = {
        index["IndexName"]: (
            index["KeySchema"],
            index["Projection"]["ProjectionType"],
            frozenset(index["Projection"].get("NonKeyAttributes", ())),
        )
        for index in table["GlobalSecondaryIndexes"]
    }
    attributes = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    return {
        "attributes": attributes,
        "keys": table["KeySchema"],
        "indexes": indexes,
        "billing": table["BillingModeSummary"]["BillingMode"],
        "ttl": ttl.get("AttributeName"),
    }


def test_the_table(made: AwsClients, aws_double: AwsDouble) -> None:
    create_table(aws_double.clients.dynamodb, aws_double.name)
    ours, theirs = _table(aws_double.clients, aws_double.name), _table(made, "audio-backend")
    assert theirs == {**ours, "ttl": theirs["ttl"]}
    # moto makes no TTL of a template.
    assert one("storage", "AWS::DynamoDB::Table")["TimeToLiveSpecification"] == {"AttributeName": TTL, "Enabled": True}


def test_the_table_can_be_brought_back_and_not_be_lost() -> None:
    table = one("storage", "AWS::DynamoDB::Table")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    kept = template("storage")["Resources"]
    assert {kept[name]["DeletionPolicy"] for name in ("Store", "Table")} == {"Retain"}


def _queues(clients: AwsClients, prefix: str) -> dict[str, tuple[dict[str, str], str]]:
    """Of each queue its attributes, account and names left out."""
    found = {}
    for url in clients.sqs.list_queues(QueueNamePrefix=f"{prefix}-")["QueueUrls"]:
        attributes = clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        redrive = attributes.get("RedrivePolicy", "").replace(prefix, "").replace(clients.sqs.meta.region_name, "")
        kept = {name: attributes[name] for name in ("MessageRetentionPeriod", "VisibilityTimeout", "DelaySeconds")}
        found[url.rpartition("/")[2].removeprefix(prefix)] = kept, redrive.replace(" ", "").replace("'", '"')
    return found


def test_the_queues(made: AwsClients, aws_double: AwsDouble) -> None:
    create_queues(aws_double.clients.sqs, aws_double.name)
    ours, theirs = _queues(aws_double.clients, aws_double.name), _queues(made, "audio-backend")
    assert set(theirs) == set(ours)
    for name, (attributes, redrive) in ours.items():
        assert theirs[name][0] == attributes
        assert sorted(theirs[name][1]) == sorted(redrive), name


def test_the_bucket() -> None:
    """Compared as words: moto makes of a bucket's template little more than its name."""
    store = one("storage", "AWS::S3::Bucket")
    ours = [_in_cloudformation(rule) for rule in bucket.lifecycle_rules()]
    assert [dict(rule) for rule in store["LifecycleConfiguration"]["Rules"]] == ours
    [rule], [theirs] = bucket.cors_rules(("*",)), store["CorsConfiguration"]["CorsRules"]
    assert theirs == {
        "AllowedOrigins": {"Ref": "CorsOrigins"},
        "AllowedMethods": rule["AllowedMethods"],
        "AllowedHeaders": rule["AllowedHeaders"],
        "ExposedHeaders": rule["ExposeHeaders"],
        "MaxAge": rule["MaxAgeSeconds"],
    }
    assert store["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(store["PublicAccessBlockConfiguration"].values()) == {True}
    [ring] = store["NotificationConfiguration"]["QueueConfigurations"]
    assert ring["Event"] == "s3:ObjectCreated:*"
    assert ring["Queue"]["Fn::Sub"].endswith(":audio-backend-inbox")
    assert ring["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": INBOX_PREFIX}]


def _in_cloudformation(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule of PutBucketLifecycleConfiguration in CloudFormation's words."""
    said: dict[str, Any] = {"Id": rule["ID"], "Status": rule["Status"]}
    if "Tag" in rule["Filter"]:
        said["TagFilters"] = [rule["Filter"]["Tag"]]
    if "AbortIncompleteMultipartUpload" in rule:
        said["AbortIncompleteMultipartUpload"] = rule["AbortIncompleteMultipartUpload"]
    if "NoncurrentVersionExpiration" in rule:
        said["NoncurrentVersionExpiration"] = rule["NoncurrentVersionExpiration"]
    if "ExpiredObjectDeleteMarker" in rule.get("Expiration", {}):
        said["ExpiredObjectDeleteMarker"] = True
    if "Days" in rule.get("Expiration", {}):
        said["ExpirationInDays"] = rule["Expiration"]["Days"]
    return said
