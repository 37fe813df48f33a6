"""All that the environment may say. Nothing else reads it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.access import MIN_TOKEN_CHARS, TOKEN_PREFIX

MIB, GIB = 1024**2, 1024**3


class Profile(StrEnum):
    LOCAL = "local"
    MEMORY = "memory"


class Settings(BaseSettings):
    """Each field is read from `AUDIO_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="AUDIO_", frozen=True, extra="ignore")

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
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    rate_limit_per_minute: int = Field(1200, ge=1)
    max_event_streams: int = Field(16, ge=1)

    max_upload_bytes: int = Field(2 * GIB, ge=1)
    max_excerpt_seconds: float = Field(120.0, gt=0, le=3600)
    trash_retention_days: int = Field(30, ge=0)

    worker_children: int = Field(2, ge=1, le=64)
    lease_seconds: float = Field(30.0, gt=0)
    stop_grace_seconds: float = Field(20.0, ge=0)

    child_memory_bytes: int = Field(2 * GIB, ge=GIB)
    max_decoded_samples: int = Field(8_300_000_000, ge=1)
    max_expansion: float = Field(4_000.0, ge=1, description="Decoded bytes, as 16 bit, per byte of the file.")
    max_tag_bytes: int = Field(32 * MIB, ge=1)
    max_tag_frames: int = Field(4_096, ge=1)
    max_channels: int = Field(32, ge=1)
    min_sample_rate_hz: int = Field(1_000, ge=1)
    max_sample_rate_hz: int = Field(768_000, ge=1)

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

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
