"""Duplicates in JSON."""

from pydantic import BaseModel, Field

from application.duplicates import Duplicates, ExactDuplicate, NearDuplicate
from domain.fingerprint import NEAR
from entrypoints.http.wire.common import Links
from entrypoints.http.wire.recordings import recording_address


class ExactDuplicateView(BaseModel):
    recording: str
    title: str
    same_file: bool = Field(description="The same bytes; otherwise the same samples in another file.")
    links: Links

    @classmethod
    def of(cls, duplicate: ExactDuplicate) -> "ExactDuplicateView":
        other = duplicate.recording
        links = {"recording": recording_address(other.id)}
        return cls(recording=other.id, title=other.title, same_file=duplicate.same_file, links=links)


class NearDuplicateView(BaseModel):
    recording: str
    title: str
    similarity: float = Field(description=f"1 for the same fingerprint, 0 for chance; from {NEAR} on it is listed.")
    offset_seconds: float = Field(description="When in this recording the other one begins; negative: before it.")
    overlap_seconds: float = Field(description="How much of both was compared.")
    links: Links

    @classmethod
    def of(cls, duplicate: NearDuplicate) -> "NearDuplicateView":
        other, match = duplicate.recording, duplicate.match
        return cls(
            recording=other.id,
            title=other.title,
            similarity=round(match.similarity, 4),
            offset_seconds=match.offset_seconds,
            overlap_seconds=match.overlap_seconds,
            links={"recording": recording_address(other.id)},
        )


class DuplicatesView(BaseModel):
    recording: str
    exact: list[ExactDuplicateView]
    near: list[NearDuplicateView] = Field(description="The most alike first; none of those that are exact.")
    reason: str | None = Field(description="Why nothing that is near can be found; null where it can.")
    links: Links

    @classmethod
    def of(cls, recording_id: str, duplicates: Duplicates) -> "DuplicatesView":
        return cls(
            recording=recording_id,
            exact=[ExactDuplicateView.of(duplicate) for duplicate in duplicates.exact],
            near=[NearDuplicateView.of(duplicate) for duplicate in duplicates.near],
            reason=duplicates.reason,
            links={"recording": recording_address(recording_id)},
        )
