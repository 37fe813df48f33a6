"""Recordings in JSON."""

from dataclasses import asdict
from datetime import datetime

from pydantic import BaseModel, Field, FiniteFloat

from application.waveform_image import outline_version
from domain.analysis import AudioFormat, Finding, Severity
from domain.fixity import Fixity, FixityStatus
from domain.lineage import Lineage
from domain.recording import Recording, Status
from domain.source import Source
from domain.values import Scalar
from entrypoints.http.wire.common import Asked, FailureView, Id, Links, Sha256, example
from entrypoints.http.wire.policy import VerdictView

FieldValue = str | int | FiniteFloat | bool | None


class RecordingPath(Asked):
    id: Id


class AudioView(BaseModel):
    container: str
    codec: str
    sample_rate_hz: int
    channels: int
    bit_depth: int | None
    duration_seconds: float | None = Field(description="Counted in decoded samples; null until it has been heard.")
    bit_rate_bps: int | None
    declared_duration_seconds: float | None = Field(description="What the file says of itself.")
    layout: str | None = Field(description="The places of the channels: mono, stereo, 5.1, …; null where unknown.")

    @classmethod
    def of(cls, audio: AudioFormat | None) -> "AudioView | None":
        return None if audio is None else cls(**asdict(audio))


class FindingView(BaseModel):
    code: str
    severity: Severity
    detail: str
    remedy: str
    ranges: list[tuple[float, float]] = Field(
        description="Start and end in seconds, the first of them where there are many; empty where it concerns all."
    )
    seconds: float | None = Field(description="How long it lasts in all; null where it concerns all.")
    version: str = Field(description="The part of the analyser that found it, with its version.")

    @classmethod
    def of(cls, finding: Finding) -> "FindingView":
        return cls(**{**asdict(finding), "ranges": list(finding.ranges), "seconds": finding.lasts})


class SourceView(BaseModel):
    url: str
    etag: str
    size_bytes: int
    by_reference: bool = Field(description="Whether the original lies there and nowhere else.")
    replaces: str | None = Field(description="The recording of what the object was before.")

    @classmethod
    def of(cls, source: Source | None) -> "SourceView | None":
        return None if source is None else cls(**asdict(source))


class ParentView(BaseModel):
    recording: str
    recipe: str = Field(description="Name and version of what made this of it.")
    steps_digest: str
    engine_version: str
    content_sha256: str = Field(description="Of the parent's bytes.")
    n: int = Field(description="Which of the files that the recipe made, from 0.")
    outputs: int = Field(description="How many it made.")
    links: Links

    @classmethod
    def of(cls, lineage: Lineage | None) -> "ParentView | None":
        if lineage is None:
            return None
        return cls(
            recording=lineage.parent,
            recipe=lineage.recipe,
            steps_digest=lineage.steps_digest,
            engine_version=lineage.engine_version,
            content_sha256=lineage.content_sha256,
            n=lineage.n,
            outputs=lineage.outputs,
            links={"recording": recording_address(lineage.parent)},
        )


class FixityView(BaseModel):
    status: FixityStatus
    checked_at: datetime = Field(description="Of an intact one within 90 days of the latest check.")
    sha256: str | None = Field(description="What was found; null where nothing is.")

    @classmethod
    def of(cls, fixity: Fixity | None) -> "FixityView | None":
        return None if fixity is None else cls(**asdict(fixity))


class RecordingView(BaseModel):
    id: str
    library: str
    title: str
    filename: str
    status: Status
    version: int
    created_at: datetime
    updated_at: datetime
    tags: list[str]
    fields: dict[str, Scalar]
    audio: AudioView | None
    loudness_lufs: float | None = Field(
        description="Integrated, by BS.1770; null until it has been heard, and where it is silent or too short."
    )
    size_bytes: int
    sha256: str | None
    fixity: FixityView | None = Field(description="Whether the stored bytes still have that hash; null until checked.")
    source: SourceView | None = Field(description="The object that it was imported from; null where it was sent.")
    parent: ParentView | None = Field(description="What a recipe made it of; null where it came in otherwise.")
    findings: list[FindingView]
    verdict: VerdictView | None = Field(description="Whether it may be used; null until it has been heard.")
    failure: FailureView | None = Field(description="Why it failed, in words to act on.")
    links: Links

    @classmethod
    def of(cls, recording: Recording, **links: str) -> "RecordingView":
        own = recording_address(recording.id)
        return cls(
            id=recording.id,
            library=recording.library_id,
            title=recording.title,
            filename=recording.filename,
            status=recording.status,
            version=recording.version,
            created_at=recording.created_at,
            updated_at=recording.updated_at,
            tags=list(recording.tags),
            fields=dict(recording.fields),
            audio=AudioView.of(recording.audio),
            loudness_lufs=recording.loudness_lufs,
            size_bytes=recording.size_bytes,
            sha256=recording.sha256,
            fixity=FixityView.of(recording.fixity),
            source=SourceView.of(recording.source),
            parent=ParentView.of(recording.lineage),
            findings=[FindingView.of(finding) for finding in recording.findings],
            verdict=VerdictView.of(recording.judgement),
            failure=FailureView.of(recording.failure),
            links={
                "self": own,
                "content": f"{own}/content",
                "analysis": f"{own}/analysis",
                "analyses": f"{own}/analyses",
                "renditions": f"{own}/renditions",
                "duplicates": f"{own}/duplicates",
                "excerpt": f"{own}/excerpt",
                "waveform": f"{own}/waveform",
                "loudness": f"{own}/loudness",
                "spectrogram": f"{own}/spectrogram",
                "previews": f"{own}/previews",
                **_picture(recording),
                "recipe-previews": f"{own}/recipe-previews",
                "children": f"/api/v1/recordings?parent={recording.id}",
                "predictions": f"{own}/predictions",
                "regions": f"{own}/regions",
                "jobs": f"/api/v1/jobs?recording={recording.id}",
                **{decision: f"{own}/{decision}" for decision in recording.decisions},
                **links,
            },
        )


def _picture(recording: Recording) -> Links:
    version = outline_version(recording)
    return {"waveform-image": f"{recording_address(recording.id)}/waveform.svg?v={version}"} if version else {}


class RecordingPage(BaseModel):
    items: list[RecordingView]
    next_cursor: str | None


class OnDuplicate(Asked):
    filename: str | None = Field(None, max_length=4096, description="The file's name.")
    sha256: Sha256 | None = Field(None, description="The SHA-256 of the file, compared with what arrives.")
    on_duplicate: str = Field("refuse", pattern="^(keep|refuse)$", description="What becomes of bytes already here.")


def recording_address(recording_id: str) -> str:
    return f"/api/v1/recordings/{recording_id}"


class RecordingPatch(Asked):
    """A JSON merge patch (RFC 7396): what is absent stays, null takes out."""

    model_config = example(title="A dog, far away", tags=["dog", "outdoor"], fields={"take": 3, "draft": None})

    title: str | None = Field(None, max_length=4096, description="Cannot be taken out.")
    tags: list[str] | None = Field(None, max_length=1000, description="Replaced as a whole.")
    fields: dict[str, FieldValue] | None = Field(None, max_length=1000, description="Merged name by name.")
