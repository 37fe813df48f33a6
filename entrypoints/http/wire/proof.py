"""Proofs of what recipes made, and where it comes from, in JSON."""

from collections.abc import Mapping

from pydantic import BaseModel, Field

from domain.proof import PREFIX, Check, Proof
from domain.values import Scalar

_LINEAGE = ("recipe", "steps_digest", "key", "n", "outputs", "input_sha256", "asked_by")
_ENGINE = "engine."


class CheckView(BaseModel):
    what: str
    asked: str | float
    measured: str | float | None
    unit: str
    tolerance: float = Field(description="How far the measured may be off, in the unit.")
    passed: bool | None = Field(description="null: it could not be measured, and `reason` says why.")
    reason: str | None

    @classmethod
    def of(cls, check: Check) -> "CheckView":
        return cls(
            what=check.what,
            asked=check.asked,
            measured=check.measured,
            unit=check.unit,
            tolerance=check.tolerance,
            passed=check.passed,
            reason=check.reason or None,
        )


def checks_of(proof: Proof) -> list[CheckView]:
    return [CheckView.of(check) for check in proof.checks]


class ResultLineage(BaseModel):
    """What made a file, so that it can be made again and is not made twice."""

    recipe: str = Field(description="Name and version.")
    steps_digest: str = Field(description="Of the steps with all their parameters.")
    key: str = Field(description="Names the result by all that made it.")
    n: int = Field(description="Which of its files, from 0.")
    outputs: int = Field(description="How many files it has.")
    input_sha256: str
    asked_by: str = Field(description="The job, or `batch:item`, that made it.")
    engine: dict[str, str] = Field(description="What processed and what measured, with their versions.")


def split_settings(
    settings: Mapping[str, Scalar],
) -> tuple[ResultLineage | None, list[CheckView] | None, dict[str, Scalar]]:
    """Where a rendition comes from, its proof, and the rest of its settings; neither where no recipe made it."""
    proof = Proof.from_settings(settings)
    if proof is None:
        return None, None, dict(settings)
    lineage = ResultLineage.model_validate(
        {
            **{name: settings[name] for name in _LINEAGE},
            "engine": {
                name.removeprefix(_ENGINE): version for name, version in settings.items() if name.startswith(_ENGINE)
            },
        }
    )
    told = {
        name: value
        for name, value in settings.items()
        if name not in _LINEAGE and not name.startswith((PREFIX, _ENGINE))
    }
    return lineage, checks_of(proof), told
