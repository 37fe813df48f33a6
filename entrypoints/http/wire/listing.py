"""The filters of recordings as query parameters, made of what the domain filters by: `tag=dog`, `duration[gte]=1`."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, create_model

from application.metadata_export import ExportFormat
from domain.listing import ORDERED, Comparable, Filter, Op, RecordingQuery, SortKey
from domain.listing import Field as Filtered
from domain.recording import Status
from domain.text_search import MAX_TEXT_CHARS, MAX_WORDS
from entrypoints.http.wire.common import Asked, Id, Listing, Moment, Sha256

REPEATABLE = frozenset({"tag", "finding", "id"})
"""Parameters that may be given several times: of filters all must match."""

MAX_IDS = 100
"""Of an address: gunicorn takes 4,094 bytes of method, address and protocol."""

_SORTS = "|".join(SortKey)
_Word = Annotated[str, StringConstraints(min_length=1, max_length=255)]
_Count = Annotated[int, Field(ge=0, le=2**53)]
_Number = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Loudness = Annotated[float, Field(allow_inf_nan=False)]
_Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_TEXT_CHARS),
    Field(description=f"Up to {MAX_WORDS} words, each of which occurs in the title, the file name or the tags."),
]

_TYPES: dict[Filtered, Any] = {
    Filtered.TEXT: _Text,
    Filtered.STATUS: Status,
    Filtered.TAG: list[_Word],
    Filtered.FINDING: list[_Word],
    Filtered.FIXITY: Literal["damaged", "missing"],
    Filtered.PARENT: _Word,
    Filtered.CODEC: _Word,
    Filtered.CONTAINER: _Word,
    Filtered.SHA256: Sha256,
    Filtered.FILENAME: _Word,
    Filtered.CHANNELS: _Count,
    Filtered.SAMPLE_RATE: _Count,
    Filtered.DURATION: _Number,
    Filtered.LOUDNESS: _Loudness,
    Filtered.SIZE: _Count,
    Filtered.CREATED: Moment,
    Filtered.UPDATED: Moment,
}


class _Filters(BaseModel):
    def filters(self) -> tuple[Filter, ...]:
        return tuple(
            Filter(field, op, _comparable(field, value))
            for field in Filtered
            for op in Op
            for value in _several(getattr(self, _name(field, op), None))
        )


class RecordingListing(_Filters, Listing):
    sort: str = Field("-created", pattern=f"^-?({_SORTS})$", description="What to sort by; `-` for descending.")

    def query(self, cursor: str | None) -> RecordingQuery:
        return RecordingQuery(
            filters=self.filters(),
            sort=SortKey(self.sort.removeprefix("-")),
            descending=self.sort.startswith("-"),
            limit=self.limit,
            cursor=cursor,
        )


class RecordingTallying(_Filters, Asked):
    """The same filters; there is nothing to sort, and no page."""


class RecordingExporting(_Filters, Asked):
    """The same filters, or some recordings; all of what is found comes at once."""

    format: ExportFormat = ExportFormat.CSV
    id: list[Id] | None = Field(None, max_length=MAX_IDS, description="Of recordings to tell of, and of no others.")


def _several(given: Any) -> list[Any]:
    if isinstance(given, list):
        return given
    return [] if given is None else [given]


def _comparable(field: Filtered, value: Any) -> Comparable:
    if isinstance(value, datetime | int | float):
        return value
    return str(value).lower() if field is Filtered.SHA256 else str(value)


def _name(field: Filtered, op: Op) -> str:
    return f"{field}_{op}"


def _parameters() -> dict[str, Any]:
    made = {}
    for field in Filtered:
        for op in Op if field in ORDERED else (Op.EQ,):
            alias = str(field) if op is Op.EQ else f"{field}[{op}]"
            made[_name(field, op)] = (_TYPES[field] | None, Field(None, alias=alias))
    return made


if TYPE_CHECKING:
    RecordingFilters = RecordingListing
    TallyFilters = RecordingTallying
    ExportFilters = RecordingExporting
else:
    RecordingFilters = create_model("RecordingFilters", __base__=RecordingListing, **_parameters())
    TallyFilters = create_model("TallyFilters", __base__=RecordingTallying, **_parameters())
    ExportFilters = create_model("ExportFilters", __base__=RecordingExporting, **_parameters())
