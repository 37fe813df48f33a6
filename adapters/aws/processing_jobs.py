"""Runs in bulk as SageMaker Processing jobs: the service's own image, over S3 inputs that are sharded by key.

boto3 alone: a job is one request, and the `sagemaker` package brings 132 others (see the README on its extra).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from adapters import refusals
from adapters.aws.errors import code_of, translated
from domain.bulk import BulkRun, RunState, RunStatus
from domain.errors import Conflict, Invalid
from domain.ports.bulk import BulkRuns

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

SERVICE = "SageMaker"
MAX_MACHINES, MAX_VOLUME_GIB, MAX_HOURS = 100, 16384, 215
"""Bounds of InstanceCount, VolumeSizeInGB and MaxRuntimeInSeconds (777,600) in the API's CreateProcessingJob."""

_INPUT, _OUTPUT = "/opt/ml/processing/input/recordings", "/opt/ml/processing/output/results"
_STATES: Mapping[str, RunState] = {
    "InProgress": RunState.RUNNING,
    "Stopping": RunState.STOPPING,
    "Stopped": RunState.STOPPED,
    "Completed": RunState.COMPLETED,
    "Failed": RunState.FAILED,
}


@dataclass(frozen=True, slots=True)
class ProcessingPlace:
    """The image that runs, and the role that it runs in."""

    image_uri: str | None
    role_arn: str | None


class SageMakerRuns(BulkRuns):
    def __init__(self, client: "SageMakerClient", place: ProcessingPlace) -> None:
        self._client = client
        self._place = place

    def start(self, run: BulkRun) -> None:
        request = self._request(run)
        with translated(SERVICE):
            try:
                self._client.create_processing_job(**request)
            except ClientError as error:
                if code_of(error) == "ResourceInUse":
                    raise refusals.taken("run", run.name) from error
                words = f"SageMaker refused the run: {error.response['Error']['Message']}"
                if code_of(error) == "ResourceLimitExceeded":
                    raise Conflict(words) from error  # the account's quota, which is raised on request
                if code_of(error) in {"ResourceNotFound", "ValidationException"}:
                    raise Invalid(words) from error
                raise

    def find(self, name: str) -> RunStatus:
        with translated(SERVICE):
            try:
                found = self._client.describe_processing_job(ProcessingJobName=name)
            except ClientError as error:
                # SageMaker says ValidationException of a job that it does not know.
                if code_of(error) in {"ResourceNotFound", "ValidationException"}:
                    raise refusals.unknown("run", name) from error
                raise
        outputs = found.get("ProcessingOutputConfig", {}).get("Outputs", [])
        return RunStatus(
            name=name,
            state=_STATES[found["ProcessingJobStatus"]],
            reason=found.get("FailureReason") or found.get("ExitMessage"),
            created_at=found["CreationTime"],
            ended_at=found.get("ProcessingEndTime"),
            output_address=outputs[0]["S3Output"]["S3Uri"] if outputs else "",
        )

    def _request(self, run: BulkRun) -> dict[str, Any]:
        image_uri, role_arn = self._place.image_uri, self._place.role_arn
        if not image_uri or not role_arn:
            raise Invalid(
                "Say which image runs, and in which role: AUDIO_PROCESSING_IMAGE_URI, AUDIO_PROCESSING_ROLE_ARN."
            )
        _require("machines", run.machines, MAX_MACHINES)
        _require("volume", run.volume_gib, MAX_VOLUME_GIB)
        _require("hours", run.max_hours, MAX_HOURS)
        return {
            "ProcessingJobName": run.name,
            "RoleArn": role_arn,
            "AppSpecification": {
                "ImageUri": image_uri,
                "ContainerEntrypoint": ["audio-backend", "processing", "run"],
                "ContainerArguments": ["--input", _INPUT, "--output", _OUTPUT, *_artefacts(run)],
            },
            "ProcessingInputs": [
                {
                    "InputName": "recordings",
                    "S3Input": {
                        "S3Uri": _s3(run.input_address),
                        "LocalPath": _INPUT,
                        "S3DataType": "S3Prefix",
                        "S3InputMode": "File",
                        "S3DataDistributionType": "ShardedByS3Key",
                    },
                }
            ],
            "ProcessingOutputConfig": {
                "Outputs": [
                    {
                        "OutputName": "results",
                        # Parts are uploaded as they are made: what a lost machine has heard is not lost with it.
                        "S3Output": {
                            "S3Uri": _s3(run.output_address),
                            "LocalPath": _OUTPUT,
                            "S3UploadMode": "Continuous",
                        },
                    }
                ]
            },
            "ProcessingResources": {
                "ClusterConfig": {
                    "InstanceCount": run.machines,
                    "InstanceType": run.machine_type,
                    "VolumeSizeInGB": run.volume_gib,
                }
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": run.max_hours * 3600},
        }


def _artefacts(run: BulkRun) -> list[str]:
    return [] if run.artefacts else ["--no-artefacts"]


def _require(what: str, count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise Invalid(f"SageMaker takes 1 to {most} for {what}.", field=what)


def _s3(address: str) -> str:
    if not address.startswith("s3://"):
        raise refusals.unreadable("s3", address)
    return address
