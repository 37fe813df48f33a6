"""Runs in bulk as SageMaker Processing jobs, against moto's control plane."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import Stubber

from adapters.aws.processing_jobs import ProcessingPlace, SageMakerRuns
from domain.bulk import BulkRun, RunState
from domain.errors import Conflict, Invalid, NotFound, Unavailable
from tests.aws import AwsDouble

ROLE = "arn:aws:iam::123456789012:role/audio-backend-processing"
IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/audio-backend:1"


@pytest.fixture
def runs(aws_double: AwsDouble) -> SageMakerRuns:
    return SageMakerRuns(aws_double.clients.sagemaker, ProcessingPlace(IMAGE, ROLE))


@pytest.fixture
def run(aws_double: AwsDouble) -> BulkRun:
    return BulkRun(
        name=f"audio-backend-{aws_double.name}",
        input_address="s3://archive/2026/",
        output_address="s3://archive/results/",
        machines=4,
        machine_type="ml.c7i.2xlarge",
        volume_gib=200,
        max_hours=12,
    )


def test_a_run_is_one_job_over_shards(aws_double: AwsDouble, run: BulkRun) -> None:
    client = aws_double.clients.sagemaker
    asked: dict[str, Any] = {}
    client.meta.events.register(
        "provide-client-params.sagemaker.CreateProcessingJob", lambda params, **_: asked.update(params)
    )
    SageMakerRuns(client, ProcessingPlace(IMAGE, ROLE)).start(run)
    job = client.describe_processing_job(ProcessingJobName=run.name)
    assert job["AppSpecification"]["ImageUri"] == IMAGE
    assert job["RoleArn"] == ROLE
    command = [*job["AppSpecification"]["ContainerEntrypoint"], *job["AppSpecification"]["ContainerArguments"]]
    assert command[:3] == ["audio-backend", "processing", "run"]
    assert "--no-artefacts" not in command
    (given,) = job["ProcessingInputs"]
    assert given["S3Input"]["S3Uri"] == run.input_address
    assert given["S3Input"]["S3DataDistributionType"] == "ShardedByS3Key"
    assert command[command.index("--input") + 1] == given["S3Input"]["LocalPath"]
    (made,) = job["ProcessingOutputConfig"]["Outputs"]
    assert made["S3Output"]["S3Uri"] == run.output_address
    assert command[command.index("--output") + 1] == made["S3Output"]["LocalPath"]
    cluster = asked["ProcessingResources"]["ClusterConfig"]  # moto does not tell of it again
    assert (cluster["InstanceCount"], cluster["InstanceType"], cluster["VolumeSizeInGB"]) == (4, "ml.c7i.2xlarge", 200)
    assert asked["StoppingCondition"]["MaxRuntimeInSeconds"] == 12 * 3600


def test_files_of_the_pass_are_left_out_where_that_is_asked_for(
    aws_double: AwsDouble, runs: SageMakerRuns, run: BulkRun
) -> None:
    runs.start(replace(run, artefacts=False))
    job = aws_double.clients.sagemaker.describe_processing_job(ProcessingJobName=run.name)
    assert job["AppSpecification"]["ContainerArguments"][-1] == "--no-artefacts"


def test_a_run_is_found(runs: SageMakerRuns, run: BulkRun) -> None:
    runs.start(run)
    found = runs.find(run.name)
    assert (found.name, found.output_address) == (run.name, run.output_address)
    assert found.state in set(RunState)
    assert found.created_at.tzinfo is not None


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ResourceInUse", Conflict),
        ("ResourceLimitExceeded", Conflict),
        ("ValidationException", Invalid),
        ("ThrottlingException", Unavailable),
    ],
)
def test_what_sagemaker_says_is_said_in_our_words(
    aws_double: AwsDouble, run: BulkRun, code: str, error: type[Exception]
) -> None:
    """moto takes a name twice and has no quotas."""
    client = aws_double.clients.sagemaker
    with Stubber(client) as stub:
        stub.add_client_error("create_processing_job", code, "as it says")
        with pytest.raises(error):
            SageMakerRuns(client, ProcessingPlace(IMAGE, ROLE)).start(run)


def test_a_run_that_nobody_started(runs: SageMakerRuns) -> None:
    with pytest.raises(NotFound):
        runs.find("nobody-started-it")


@pytest.mark.parametrize(
    "change",
    [
        {"machines": 0},
        {"machines": 101},
        {"volume_gib": 16385},
        {"max_hours": 216},
        {"input_address": "file:///music/"},
        {"output_address": "file:///music/"},
    ],
)
def test_what_sagemaker_does_not_take_is_refused_before_it_is_asked(
    runs: SageMakerRuns, run: BulkRun, change: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        runs.start(replace(run, **change))  # type: ignore[arg-type]  # names checked by replace
    with pytest.raises(NotFound):
        runs.find(run.name)


@pytest.mark.parametrize("place", [ProcessingPlace(None, ROLE), ProcessingPlace(IMAGE, None)])
def test_without_an_image_or_a_role_it_says_what_to_set(
    aws_double: AwsDouble, run: BulkRun, place: ProcessingPlace
) -> None:
    with pytest.raises(Invalid, match="AUDIO_PROCESSING"):
        SageMakerRuns(aws_double.clients.sagemaker, place).start(run)
