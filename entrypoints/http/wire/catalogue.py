"""What can be known of a recording, in JSON."""

from pydantic import BaseModel, Field

from domain.analysis import DescriptorKind, Severity
from domain.findings import FindingKind


class DescriptorKindView(BaseModel):
    name: str
    unit: str
    range: tuple[float | None, float | None] = Field(
        description="The least and the greatest value that there can be; null where there is no bound."
    )
    method: str
    source: str = Field(description="Where the method is defined.")
    part: str = Field(description="The part of the analyser that measures it.")
    version: str = Field(description="The part's version.")

    @classmethod
    def of(cls, kind: DescriptorKind) -> "DescriptorKindView":
        part, _, version = kind.version.rpartition("-")
        return cls(
            name=kind.name,
            unit=kind.unit,
            range=kind.range,
            method=kind.method,
            source=kind.source,
            part=part,
            version=version,
        )


class DescriptorKinds(BaseModel):
    items: list[DescriptorKindView]


class FindingKindView(BaseModel):
    code: str
    meaning: str
    severity: Severity = Field(description="The usual one; a finding says its own.")
    remedy: str

    @classmethod
    def of(cls, kind: FindingKind) -> "FindingKindView":
        return cls(code=kind.code, meaning=kind.meaning, severity=kind.severity, remedy=kind.remedy)


class FindingKinds(BaseModel):
    items: list[FindingKindView]
