"""Analyses and renditions in JSON."""

from datetime import datetime

from pydantic import BaseModel, Field

from domain.analysis import Analysis, Descriptor, Embedded
from domain.recording import Recording
from domain.rendition import Rendition
from domain.values import Scalar
from entrypoints.http.wire.common import Asked, Id, Links
from entrypoints.http.wire.proof import CheckView, ResultLineage, split_settings
from entrypoints.http.wire.recordings import AudioView, FindingView, recording_address


class RenditionPath(Asked):
    id: Id
    name: str = Field(max_length=255)


class DescriptorView(BaseModel):
    name: str
    value: float | str | list[float | None] | None = Field(
        description="In a list null stands for what cannot be measured, as the method says."
    )
    unit: str
    method: str
    reason: str | None = Field(description="Why there is no value; null where there is one.")
    range: tuple[float | None, float | None] = Field(
        description="The least and the greatest value that there can be; null where there is no bound."
    )
    source: str = Field(description="Where the method is defined.")
    version: str = Field(description="The part of the analyser that measured it, with its version.")

    @classmethod
    def of(cls, descriptor: Descriptor) -> "DescriptorView":
        value = list(descriptor.value) if isinstance(descriptor.value, tuple) else descriptor.value
        return cls(
            name=descriptor.name,
            value=value,
            unit=descriptor.unit,
            method=descriptor.method,
            reason=descriptor.reason,
            range=descriptor.range,
            source=descriptor.source,
            version=descriptor.version,
        )


class ChapterView(BaseModel):
    start_seconds: float
    end_seconds: float
    title: str


class EmbeddedView(BaseModel):
    tags: dict[str, str]
    chapters: list[ChapterView]
    cover: bool = Field(description="Whether the file carries a picture.")

    @classmethod
    def of(cls, embedded: Embedded) -> "EmbeddedView":
        chapters = [ChapterView(start_seconds=c.start, end_seconds=c.end, title=c.title) for c in embedded.chapters]
        return cls(tags=dict(embedded.tags), chapters=chapters, cover=embedded.cover)


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
    embedded: EmbeddedView = Field(description="What the file says of itself: plain text, never markup.")
    parts: dict[str, str] = Field(description="The analyser's parts, and the version in which each one listened.")
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
            embedded=EmbeddedView.of(analysis.embedded),
            parts=dict(analysis.parts),
            links={"recording": recording_address(recording.id)},
        )


class AnalysisVersion(Asked):
    version: str | None = Field(None, max_length=64, description="An older one, by the analyser's version.")


class AnalysisSummary(BaseModel):
    analyser: str
    analyser_version: str
    parameters: dict[str, Scalar]
    parts: dict[str, str]
    created_at: datetime
    current: bool = Field(description="Whether it is the one that the recording stands on.")
    links: Links

    @classmethod
    def of(cls, recording: Recording, analysis: Analysis) -> "AnalysisSummary":
        own = recording_address(recording.id)
        return cls(
            analyser=analysis.analyser,
            analyser_version=analysis.analyser_version,
            parameters=dict(analysis.parameters),
            parts=dict(analysis.parts),
            created_at=analysis.created_at,
            current=analysis.key == recording.analysis_key,
            links={"self": f"{own}/analysis?version={analysis.analyser_version}", "recording": own},
        )


class AnalysisList(BaseModel):
    items: list[AnalysisSummary]


class RenditionView(BaseModel):
    name: str
    content_type: str
    size_bytes: int
    created_at: datetime
    settings: dict[str, Scalar]
    lineage: ResultLineage | None = Field(description="What made it; null where no recipe did.")
    proof: list[CheckView] | None = Field(description="What was asked of it and what was measured; null likewise.")
    links: Links

    @classmethod
    def of(cls, rendition: Rendition) -> "RenditionView":
        lineage, proof, settings = split_settings(rendition.settings)
        own = f"{recording_address(rendition.recording_id)}/renditions/{rendition.name}"
        return cls(
            name=rendition.name,
            content_type=rendition.content_type,
            size_bytes=rendition.size_bytes,
            created_at=rendition.created_at,
            settings=settings,
            lineage=lineage,
            proof=proof,
            links={"self": own, "recording": recording_address(rendition.recording_id)},
        )


class RenditionList(BaseModel):
    items: list[RenditionView]
