"""What may be sent, in JSON."""

from dataclasses import asdict

from pydantic import BaseModel, Field

from application.ingest import Limits


class LimitsView(BaseModel):
    max_upload_bytes: int
    containers: list[str] = Field(description="What is taken; the content decides, not the name.")
    max_decoded_samples: int = Field(description="A sample is one number of one channel.")
    max_expansion: float = Field(description="Decoded bytes, as 16 bit, per byte of the file.")
    max_tag_bytes: int = Field(description="Of all tags of a file, with their pictures.")
    max_tag_frames: int
    max_channels: int
    min_sample_rate_hz: int
    max_sample_rate_hz: int

    @classmethod
    def of(cls, limits: Limits) -> "LimitsView":
        return cls(max_upload_bytes=limits.max_upload_bytes, **asdict(limits.audio))
