"""Tallies in JSON."""

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field

from domain.tally import DURATION_EDGES, MOST_VALUES, Facet, Tally

_MOST = f"The {MOST_VALUES} most frequent, these first."


class AmountView(BaseModel):
    recordings: int
    seconds: float = Field(description="Of those whose duration is known.")
    bytes: int


class TextShare(AmountView):
    value: str


class NumberShare(AmountView):
    value: int


class FailureShare(TextShare):
    detail: str | None = Field(description="Why the newest of them failed, in words to act on; null where it is gone.")


class FacetsView(BaseModel):
    status: list[TextShare] = Field(
        description="Without a filter on status, `trashed` has a row here and counts nowhere else."
    )
    codec: list[TextShare] = Field(description=_MOST)
    container: list[TextShare] = Field(description=_MOST)
    channels: list[NumberShare] = Field(description=_MOST)
    sample_rate: list[NumberShare] = Field(description=f"In Hz. {_MOST}")
    tag: list[TextShare] = Field(description=_MOST)
    finding: list[TextShare] = Field(description=_MOST)
    severity: list[TextShare] = Field(description="Of findings; a recording may have several of one, and counts once.")
    verdict: list[TextShare]
    failure: list[FailureShare] = Field(description=f"Codes. {_MOST}")
    loudness: list[NumberShare] = Field(
        description="By integrated loudness in LUFS: -23 has those from -23 up to -22, -70 also the quieter ones, 0"
        " also the louder ones."
    )
    duration: list[NumberShare] = Field(
        description="By seconds: a value has those that last as long, or longer up to the next one of "
        + ", ".join(map(str, DURATION_EDGES))
        + "."
    )
    created: list[TextShare] = Field(description="By month in UTC, as 2026-03.")


class TallyView(BaseModel):
    """Lists have the values that there are, and no others."""

    total: AmountView
    by: FacetsView
    whole: bool = Field(description="Whether all that match were counted. Else there are more than is told here.")

    @classmethod
    def of(cls, tally: Tally) -> "TallyView":
        by: dict[str, list[dict[str, Any]]] = {
            facet.value: [{"value": value, **asdict(amount)} for value, amount in tally.by[facet].items()]
            for facet in Facet
        }
        for share in by[Facet.FAILURE]:
            share["detail"] = tally.details.get(str(share["value"]))
        return cls(total=AmountView(**asdict(tally.total)), by=FacetsView.model_validate(by), whole=tally.whole)
