"""Policies, verdicts and decisions in JSON."""

from pydantic import BaseModel, Field

from domain.access import Library
from domain.findings import FINDINGS
from domain.policy import MAX_RULES, Judgement, Policy, Rule, Verdict
from domain.recording import MAX_NOTE_CHARS
from entrypoints.http.wire.common import Asked, example


class RuleView(Asked):
    # An unknown code is refused with the list of the known ones, so that it is no matter of form.
    code: str = Field(max_length=64, json_schema_extra={"enum": list(FINDINGS)}, description="Of GET /findings.")
    verdict: Verdict
    min_seconds: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        description="How long the finding's ranges must last, all together; one without ranges lasts the whole time.",
    )


class PolicyView(Asked):
    """What no rule speaks of is accepted; of several rules that apply, the strictest decides."""

    model_config = example(
        rules=[
            {"code": "clipping", "verdict": "quarantine", "min_seconds": 0.5},
            {"code": "all-silence", "verdict": "reject"},
        ]
    )

    rules: list[RuleView] = Field(max_length=MAX_RULES)

    @classmethod
    def of(cls, library: Library) -> "PolicyView":
        rules = library.policy.rules
        return cls(rules=[RuleView(code=r.code, verdict=r.verdict, min_seconds=r.min_seconds) for r in rules])

    def policy(self) -> Policy:
        """Raises Invalid for rules that cannot be."""
        return Policy(tuple(Rule(rule.code, rule.verdict, rule.min_seconds) for rule in self.rules))


class VerdictView(BaseModel):
    verdict: Verdict
    reasons: list[str] = Field(description="The findings that led to it, in words.")
    decided_by: str | None = Field(description="The key whose holder decided; null where the policy did.")
    note: str | None

    @classmethod
    def of(cls, judgement: Judgement | None) -> "VerdictView | None":
        if judgement is None:
            return None
        return cls(
            verdict=judgement.verdict,
            reasons=list(judgement.reasons),
            decided_by=judgement.decided_by,
            note=judgement.note,
        )


class Decision(Asked):
    model_config = example(note="The silence is meant to be there.")

    note: str | None = Field(None, max_length=4 * MAX_NOTE_CHARS, description="Why, for those who look later.")
