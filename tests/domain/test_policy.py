"""Policies: which findings hold a recording back, and which refuse it."""

import pytest

from domain.errors import Invalid
from domain.findings import FINDINGS
from domain.policy import MAX_RULES, Judgement, Policy, Rule, Verdict
from tests.builders import a_finding

ACCEPT, QUARANTINE, REJECT = Verdict
CLIPPING = a_finding(ranges=((0.0, 1.0), (2.0, 3.5)))
HUM = a_finding(code="hum", detail="It hums at 50 Hz.", remedy="Look for a ground loop.", ranges=())


def test_without_rules_everything_is_accepted() -> None:
    assert Policy().judge((CLIPPING, HUM), 10.0) == Judgement(ACCEPT)


def test_the_strictest_verdict_wins_and_says_why() -> None:
    policy = Policy((Rule("clipping", QUARANTINE), Rule("hum", REJECT), Rule("dropouts", REJECT)))
    assert policy.judge((CLIPPING,), 10.0) == Judgement(QUARANTINE, ("clipping: The signal clips. Record it quieter.",))
    assert policy.judge((CLIPPING, HUM), 10.0) == Judgement(REJECT, ("hum: It hums at 50 Hz. Look for a ground loop.",))
    assert policy.judge((), 10.0) == Judgement(ACCEPT)


def test_what_is_accepted_by_a_rule_needs_no_reason() -> None:
    assert Policy((Rule("clipping", ACCEPT),)).judge((CLIPPING,), 10.0) == Judgement(ACCEPT)


@pytest.mark.parametrize(("least", "verdict"), [(None, QUARANTINE), (2.5, QUARANTINE), (2.6, ACCEPT)])
def test_ranges_count_together(least: float | None, verdict: Verdict) -> None:
    assert Policy((Rule("clipping", QUARANTINE, least),)).judge((CLIPPING,), 10.0).verdict is verdict


@pytest.mark.parametrize(("seconds", "verdict"), [(299.0, ACCEPT), (747.0, REJECT)])
def test_ranges_that_are_not_listed_count_too(seconds: float, verdict: Verdict) -> None:
    silence = a_finding(code="inner-silence", ranges=((0.0, 2.5),), seconds=seconds)
    assert Policy((Rule("inner-silence", REJECT, 300.0),)).judge((silence,), 1047.0).verdict is verdict


@pytest.mark.parametrize(("duration", "verdict"), [(4.9, ACCEPT), (5.0, REJECT)])
def test_what_concerns_all_counts_with_the_whole_duration(duration: float, verdict: Verdict) -> None:
    assert Policy((Rule("hum", REJECT, 5.0),)).judge((HUM,), duration).verdict is verdict


def test_a_code_may_lead_further_the_longer_it_lasts() -> None:
    policy = Policy((Rule("clipping", QUARANTINE, 1.0), Rule("clipping", REJECT, 2.0)))
    assert policy.judge((a_finding(ranges=((0.0, 1.5),)),), 10.0).verdict is QUARANTINE
    assert policy.judge((CLIPPING,), 10.0).verdict is REJECT


def test_an_unknown_code_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Invalid) as refused:
        Rule("cliping", REJECT)
    assert refused.value.data["known"] == list(FINDINGS)
    assert "clipping" in refused.value.detail


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_a_length_that_cannot_be_is_refused(seconds: float) -> None:
    with pytest.raises(Invalid):
        Rule("clipping", REJECT, seconds)


def test_rules_that_say_the_same_and_too_many_are_refused() -> None:
    with pytest.raises(Invalid):
        Policy((Rule("hum", REJECT), Rule("hum", REJECT, 5.0)))
    with pytest.raises(Invalid):
        Policy((Rule("hum", REJECT),) * (MAX_RULES + 1))
