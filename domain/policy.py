"""What a library makes of findings: whether a recording may be used, is held back, or is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.analysis import Finding
from domain.errors import Invalid
from domain.findings import FINDINGS
from domain.values import Failure

MAX_RULES = 100


class Verdict(StrEnum):
    """Each is stricter than the one before it."""

    ACCEPT = "accept"
    QUARANTINE = "quarantine"
    REJECT = "reject"


_STRICTNESS = {verdict: place for place, verdict in enumerate(Verdict)}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided of a recording, and why, in words. `decided_by` names the actor who did; None: the policy."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    decided_by: str | None = None
    note: str | None = None

    @property
    def failure(self) -> Failure | None:
        """Why the recording cannot be used, where it was rejected."""
        if self.verdict is not Verdict.REJECT:
            return None
        if self.decided_by is None:
            why = " ".join(("The library's policy rejects it.", *self.reasons))
            return Failure("rejected-by-policy", f"{why} Send a better file, or release this one to use it as it is.")
        note = f": {self.note}" if self.note else "."
        return Failure("rejected", f"{self.decided_by} rejected it{note}")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a finding of this code leads to, where it lasts `min_seconds` or longer, all its ranges together.

    A finding without ranges concerns all of the recording and counts with its whole duration.
    """

    code: str
    verdict: Verdict
    min_seconds: float | None = None

    def __post_init__(self) -> None:
        if self.code not in FINDINGS:
            raise Invalid(
                f"There is no finding {self.code[:64]!r}. Known are: {', '.join(FINDINGS)}.",
                field="code",
                known=list(FINDINGS),
            )
        if self.min_seconds is not None and not 0 <= self.min_seconds < float("inf"):
            raise Invalid("min_seconds must be 0 or more.", field="min_seconds")

    def applies_to(self, finding: Finding, duration: float) -> bool:
        if finding.code != self.code:
            return False
        lasts = duration if finding.lasts is None else finding.lasts
        return lasts >= (self.min_seconds or 0.0)


@dataclass(frozen=True, slots=True)
class Policy:
    """A library's rules. What no rule speaks of is accepted, so that one without rules accepts everything.

    A code may have several rules, for findings of different length.
    """

    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        if len(self.rules) > MAX_RULES:
            raise Invalid(f"A policy has at most {MAX_RULES} rules.", field="rules")
        seen: set[tuple[str, Verdict]] = set()
        for rule in self.rules:
            if (rule.code, rule.verdict) in seen:
                raise Invalid(f"Two rules say {rule.verdict} for {rule.code}. Keep one of them.", field="rules")
            seen.add((rule.code, rule.verdict))

    def judge(self, findings: Iterable[Finding], duration: float) -> Judgement:
        """The strictest verdict of all rules that apply, with what led to it. `duration` in seconds."""
        told = [
            (rule.verdict, finding) for finding in findings for rule in self.rules if rule.applies_to(finding, duration)
        ]
        strictest = max((verdict for verdict, _ in told), key=_STRICTNESS.__getitem__, default=Verdict.ACCEPT)
        if strictest is Verdict.ACCEPT:
            return Judgement(strictest)
        return Judgement(strictest, tuple(_reason(finding) for verdict, finding in told if verdict is strictest))


ACCEPT_ALL = Policy()


def _reason(finding: Finding) -> str:
    return f"{finding.code}: {finding.detail} {finding.remedy}"
