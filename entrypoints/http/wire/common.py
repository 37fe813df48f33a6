"""What several resources are made of."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.listing import DEFAULT_LIMIT, MAX_LIMIT
from domain.values import Failure

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{64}$")]
Links = dict[str, str]


def _in_utc(moment: datetime) -> datetime:
    """The first and the last day of the calendar have moments that UTC's does not reach."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("The time lies outside of the calendar in UTC.") from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class Asked(BaseModel):
    """What comes in: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Listing(Asked):
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="How many at most.")
    cursor: str | None = Field(
        None,
        max_length=2048,
        description="The `next_cursor` of the page before. A page without one is the last, and no other: rare things"
        " among many may be told of in pages that are short, or empty.",
    )


class FailureView(BaseModel):
    code: str
    detail: str

    @classmethod
    def of(cls, failure: Failure | None) -> "FailureView | None":
        return None if failure is None else cls(code=failure.code, detail=failure.detail)


def mistakes_of(error: ValidationError) -> list[dict[str, str]]:
    """Each field with what is wrong of it; in our own words, without more before them, where they are ours."""
    found = error.errors(include_url=False, include_input=False)
    return [
        {
            "field": ".".join(map(str, each["loc"])),
            "message": str(each["ctx"]["error"]) if each["type"] == "value_error" else each["msg"],
        }
        for each in found
    ]


def example(**values: Any) -> ConfigDict:
    """Of what comes in: an example for the document, and unknown fields refused."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})
