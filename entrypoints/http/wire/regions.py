"""Regions in JSON."""

from dataclasses import asdict, replace
from datetime import datetime

from pydantic import BaseModel, Field, FiniteFloat

from domain.errors import Invalid
from domain.prediction import MAX_SPANS
from domain.region import MAX_LABEL_CHARS, MAX_NOTE_CHARS, Mark, Origin, OriginKind, Region, RegionVerdict
from entrypoints.http.wire.common import Asked, Id, Links, example
from entrypoints.http.wire.recordings import recording_address

# What a text looks like is the domain's business; these are no more than bounds.
_MOST_CHARS = 4096

_START = "From the recording's start."
_END = "A point where it is the start. The recording's end, where it lies half a second behind it or less."
_LABEL = f"Plain text of 1 to {MAX_LABEL_CHARS} characters."
_CHANNEL = "Counted from 0; null: all of them."
_NOTE = f"Plain text of up to {MAX_NOTE_CHARS} characters."
_VERDICT = "The decision about the origin, in whatever way the region corrects it; null: undecided."
_ORIGIN = "The finding or prediction that it corrects; null where it was drawn."


class RegionPath(Asked):
    id: Id
    region: Id


class AskedOrigin(Asked):
    kind: OriginKind
    name: str = Field(min_length=1, max_length=64, description="A finding's code, or a prediction's key.")
    n: int = Field(ge=0, le=MAX_SPANS, description="Which range or span, from 0; of a finding without ranges 0.")


class OriginView(BaseModel):
    kind: OriginKind
    name: str = Field(description="A finding's code, or a prediction's key.")
    n: int = Field(description="Which range or span, from 0.")
    version: str = Field(description="That the finding had: another one may have other ranges. Empty of predictions.")

    @classmethod
    def of(cls, origin: Origin | None) -> "OriginView | None":
        return None if origin is None else cls(**asdict(origin))


class NewRegion(Asked):
    model_config = example(
        start_seconds=12.5,
        end_seconds=14.25,
        label="a dog",
        verdict="confirmed",
        origin={"kind": "finding", "name": "clipping", "n": 0},
    )

    start_seconds: FiniteFloat = Field(ge=0, description=_START)
    end_seconds: FiniteFloat = Field(ge=0, description=_END)
    label: str = Field(max_length=_MOST_CHARS, description=_LABEL)
    channel: int | None = Field(None, ge=0, description=_CHANNEL)
    note: str | None = Field(None, max_length=_MOST_CHARS, description=_NOTE)
    verdict: RegionVerdict | None = Field(None, description=_VERDICT)
    origin: AskedOrigin | None = Field(None, description=_ORIGIN)

    def mark(self) -> Mark:
        return Mark(self.start_seconds, self.end_seconds, self.label, self.channel, self.note, self.verdict)

    def corrects(self) -> Origin | None:
        return None if self.origin is None else Origin(self.origin.kind, self.origin.name, self.origin.n)


class RegionPatch(Asked):
    """A JSON merge patch (RFC 7396): what is absent stays; null takes out a note, a channel or a verdict."""

    model_config = example(end_seconds=14.5, verdict="dismissed", note=None)

    start_seconds: FiniteFloat | None = Field(None, ge=0, description=_START)
    end_seconds: FiniteFloat | None = Field(None, ge=0, description=_END)
    label: str | None = Field(None, max_length=_MOST_CHARS, description=_LABEL)
    channel: int | None = Field(None, ge=0, description=_CHANNEL)
    note: str | None = Field(None, max_length=_MOST_CHARS, description=_NOTE)
    verdict: RegionVerdict | None = Field(None, description=_VERDICT)

    def over(self, mark: Mark) -> Mark:
        """The mark with what is said here. Raises Invalid where that takes out what each region has."""
        told = {name: getattr(self, name) for name in self.model_fields_set}
        for name in ("start_seconds", "end_seconds", "label"):
            if name in told and told[name] is None:
                raise Invalid(f"A region has {name}; it cannot be taken out.", field=name)
        return replace(mark, **{name.removesuffix("_seconds"): value for name, value in told.items()})


class RegionView(BaseModel):
    id: str
    recording: str
    start_seconds: float
    end_seconds: float
    label: str
    channel: int | None = Field(description=_CHANNEL)
    note: str | None
    verdict: RegionVerdict | None = Field(description=_VERDICT)
    origin: OriginView | None = Field(description=_ORIGIN)
    version: int
    created_by: str
    created_at: datetime
    updated_at: datetime
    links: Links

    @classmethod
    def of(cls, region: Region) -> "RegionView":
        mark = region.mark
        return cls(
            id=region.id,
            recording=region.recording_id,
            start_seconds=mark.start,
            end_seconds=mark.end,
            label=mark.label,
            channel=mark.channel,
            note=mark.note,
            verdict=mark.verdict,
            origin=OriginView.of(region.origin),
            version=region.version,
            created_by=region.created_by,
            created_at=region.created_at,
            updated_at=region.updated_at,
            links={"self": region_address(region), "recording": recording_address(region.recording_id)},
        )


class RegionList(BaseModel):
    items: list[RegionView] = Field(description="By their start, then by their id.")


def region_address(region: Region) -> str:
    return f"{recording_address(region.recording_id)}/regions/{region.id}"
