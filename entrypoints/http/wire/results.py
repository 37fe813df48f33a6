"""Analyses and renditions in JSON."""

from datetime import datetime

from pydantic import BaseModel, Field

from domain.analysis import Analysis, Descriptor
from domain.recording import Recording
from domain.rendition import Rendition
from domain.values import Scalar
from entrypoints.http.wire.common import Asked, Id, Links
from entrypoints.http.wire.recordings import AudioView, FindingView, recording_address


class RenditionPath(Asked):
    id: Id
    name: str = Field(max_length=255)


class DescriptorView(BaseModel):
    name: str
    value: float | str | list[float] | None
    unit: str
    method: str
    reason: str | None = Field(description="Why there is no value; null where there is one.")

    @classmethod
    def of(cls, descriptor: Descriptor) -> "DescriptorView":
        value = list(descriptor.value) if isinstance(descriptor.value, tuple) else descriptor.value
        return cls(
            name=descriptor.name,
            value=value,
            unit=descriptor.unit,
            method=descriptor.method,
            reason=descriptor.reason,
        )


class AnalysisView(BaseModel):
    recording: str
    content_sha256: str
    analyser: str
    analyser_version: str
    parameters: dict[str, Scalar]
    created_at: datetime
    audio: AudioView | None
    descriptors: list[DescriptorView]
    findings: list[FindingView]
    embedded_tags: dict[str, str] = Field(description="What the file says of itself: plain text, never markup.")
    links: Links

    @classmethod
    def of(cls, recording: Recording, analysis: Analysis) -> "AnalysisView":
        return cls(
            recording=recording.id,
            content_sha256=analysis.content_sha256,
            analyser=analysis.analyser,
            analyser_version=analysis.analyser_version,
            parameters=dict(analysis.parameters),
            created_at=analysis.created_at,
            audio=AudioView.of(analysis.audio),
            descriptors=[DescriptorView.of(descriptor) for descriptor in analysis.descriptors],
            findings=[FindingView.of(finding) for finding in analysis.findings],
            embedded_tags=dict(analysis.embedded_tags),
            links={"recording": recording_address(recording.id)},
        )


class RenditionView(BaseModel):
    name: str
    content_type: str
    size_bytes: int
    created_at: datetime
    settings: dict[str, Scalar]
    links: Links

    @classmethod
    def of(cls, rendition: Rendition) -> "RenditionView":
        own = f"{recording_address(rendition.recording_id)}/renditions/{rendition.name}"
        return cls(
            name=rendition.name,
            content_type=rendition.content_type,
            size_bytes=rendition.size_bytes,
            created_at=rendition.created_at,
            settings=dict(rendition.settings),
            links={"self": own, "recording": recording_address(rendition.recording_id)},
        )


class RenditionList(BaseModel):
    items: list[RenditionView]
