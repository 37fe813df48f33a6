"""All that the environment may say. Nothing else reads it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.access import MIN_TOKEN_CHARS, TOKEN_PREFIX
from domain.errors import Invalid
from domain.job_kind import Lane
from domain.source import Importable, checked_address
from entrypoints.remote_model import RemoteModel

MIB, GIB = 1024**2, 1024**3


class Profile(StrEnum):
    LOCAL = "local"
    MEMORY = "memory"
    AWS = "aws"


STOP_GRACE_SECONDS = {Profile.LOCAL: 20.0, Profile.MEMORY: 20.0, Profile.AWS: 90.0}
"""Before a worker hands back what it cannot finish. ECS kills a task after 120 s at most; 90 leave it some to do so:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html (stopTimeout)"""


class StorageClass(StrEnum):
    """Those whose bytes can be read at once."""

    STANDARD = "STANDARD"
    STANDARD_IA = "STANDARD_IA"
    INTELLIGENT_TIERING = "INTELLIGENT_TIERING"
    GLACIER_IR = "GLACIER_IR"


def _parts(comma_separated: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in comma_separated.split(",") if part.strip())


class Settings(BaseSettings):
    """Each field is read from `AUDIO_` and its name in capitals; a variable that is empty is none."""

    model_config = SettingsConfigDict(env_prefix="AUDIO_", env_ignore_empty=True, frozen=True, extra="ignore")

    profile: Profile = Profile.LOCAL
    data_dir: Path = Path(".data")
    log_level: str = "INFO"

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    web_threads: int = Field(32, ge=2, le=512)
    admin_key: SecretStr | None = None
    signing_key: SecretStr | None = Field(
        None, description="Signs cursors and upload addresses. Without it, the data folder keeps one that was made."
    )
    secure_cookies: bool = Field(
        default_factory=lambda told: told.get("profile") is Profile.AWS,
        description="Browsers come by https, though what reaches the service may be http: its cookies stay with https.",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="How many proxies stand before the service and add to X-Forwarded-For and -Proto; what others put"
        " into these headers is not believed.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    rate_limit_per_minute: int = Field(1200, ge=1)
    max_event_streams: int = Field(16, ge=1)

    max_upload_bytes: int = Field(2 * GIB, ge=1)
    max_excerpt_seconds: float = Field(120.0, gt=0, le=3600)
    trash_retention_days: int = Field(30, ge=0)
    import_addresses: Annotated[tuple[Importable, ...], NoDecode] = Field(
        (),
        description="What keys may import from, as LIBRARY=address, or an address for all libraries; the command line "
        "may import from anywhere.",
    )

    webhook_allow_private: bool = Field(
        False, description="For development: webhooks may have private addresses, and http ones."
    )

    keep_arrivals: bool = Field(False, description="What arrived in the inbox stays there once it is a recording.")

    aws_region: str | None = Field(None, description="Without it, the SDK's own chain says where.")
    aws_endpoint_url: str | None = Field(None, description="Of a double that answers for every service.")
    aws_bucket: str = "audio-backend"
    aws_table: str = "audio-backend"
    aws_queue_prefix: str = Field("audio-backend", description="Queues are called so, and by what they are for.")
    aws_storage_class: StorageClass = Field(StorageClass.STANDARD, description="Of originals.")
    aws_part_bytes: int = Field(8 * MIB, ge=5 * MIB, le=5 * GIB, description="Of what the service itself sends.")
    aws_concurrency: int = Field(4, ge=1, le=64, description="Parts of one blob that are sent at a time.")

    sagemaker_models: tuple[RemoteModel, ...] = Field((), description="Models behind endpoints, as a JSON list.")
    sagemaker_realtime_bytes: int = Field(
        6_291_456, ge=1, description="Of a request: the greatest Body in the API reference of InvokeEndpoint."
    )
    sagemaker_realtime_seconds: int = Field(
        60, ge=1, le=3600, description="The container's time for an answer: API reference of InvokeEndpoint."
    )
    sagemaker_async_bytes: int = Field(
        10**9, ge=1, description="1 GB: SageMaker's developer guide, Asynchronous inference."
    )
    sagemaker_async_seconds: int = Field(
        3600, ge=1, le=3600, description="An hour: the same page, and InvocationTimeoutSeconds of InvokeEndpointAsync."
    )

    served_model: str = Field("speech", description="Which model the model server runs.")
    model_server_port: int = Field(8080, ge=0, le=65535, description="SageMaker asks on 8080.")
    model_server_max_bytes: int = Field(10**9, ge=1, description="Of one body; SageMaker sends up to 1 GB.")

    processing_image_uri: str | None = Field(None, description="What machines for bulk run: this service's own image.")
    processing_role_arn: str | None = Field(None, description="The role that they run in.")

    worker_children: int = Field(2, ge=1, le=64)
    bulk_slots: int = Field(
        default_factory=lambda told: min(16, told.get("worker_children", 2)),
        ge=1,
        le=16,
        description="Items of batches at a time, of each library and each sort of work.",
    )
    worker_lanes: Annotated[tuple[Lane, ...], NoDecode] = Field(
        tuple(Lane), min_length=1, description="What a worker takes jobs from, the preferred lane first."
    )
    lease_seconds: float = Field(30.0, gt=0)
    stop_grace_seconds: float = Field(
        default_factory=lambda told: STOP_GRACE_SECONDS[told.get("profile", Profile.LOCAL)], ge=0
    )
    ecs_agent_uri: str | None = Field(None, validation_alias="ECS_AGENT_URI", description="ECS says it to its tasks.")

    child_memory_bytes: int = Field(2 * GIB, ge=GIB)
    max_decoded_samples: int = Field(8_300_000_000, ge=1)
    max_expansion: float = Field(4_000.0, ge=1, description="Decoded bytes, as 16 bit, per byte of the file.")
    max_tag_bytes: int = Field(32 * MIB, ge=1)
    max_tag_frames: int = Field(4_096, ge=1)
    max_channels: int = Field(32, ge=1)
    min_sample_rate_hz: int = Field(1_000, ge=1)
    max_sample_rate_hz: int = Field(768_000, ge=1)

    @field_validator("cors_origins", "worker_lanes", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return _parts(value) if isinstance(value, str) else value

    @field_validator("import_addresses", mode="before")
    @classmethod
    def _importable(cls, value: object) -> object:
        try:
            return tuple(map(Importable.parse, _parts(value))) if isinstance(value, str) else value
        except Invalid as error:
            raise ValueError(error.detail) from error

    @field_validator("sagemaker_models")
    @classmethod
    def _names_of_their_own(cls, value: tuple[RemoteModel, ...]) -> tuple[RemoteModel, ...]:
        if len({each.name for each in value}) < len(value):
            raise ValueError("two models have the same name")
        return value

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """Of all that the service itself keeps, in the form of domain.source."""
        return f"s3://{self.aws_bucket}/", checked_address(f"file://{self.data_dir.resolve()}")

    @model_validator(mode="after")
    def _some_rate_is_left(self) -> Self:
        if self.min_sample_rate_hz > self.max_sample_rate_hz:
            raise ValueError("AUDIO_MIN_SAMPLE_RATE_HZ is above AUDIO_MAX_SAMPLE_RATE_HZ: no recording could be taken")
        return self

    @field_validator("admin_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        token = value.get_secret_value() if value else None
        if token is not None and (not token.startswith(TOKEN_PREFIX) or len(token) < MIN_TOKEN_CHARS):
            raise ValueError(f"must start with {TOKEN_PREFIX} and have {MIN_TOKEN_CHARS} characters or more")
        return value
