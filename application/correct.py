"""What an encoder that drops something does to loudness and peaks, made up for beforehand."""

from collections.abc import Sequence
from dataclasses import replace

from domain.loudness import LoudnessGoal
from domain.proof import Check, Proof
from domain.step import Step

MARGIN_DB = 0.1
"""More than a peak was over: encoding anew does not shift it by just as much."""

_CAN_BE_MET = frozenset({"integrated_loudness", "true_peak"})


def corrected(steps: Sequence[Step], proofs: Sequence[Proof]) -> tuple[Step, ...] | None:
    """The steps with another target and ceiling, so that what missed its own will meet it; None where that is no way.

    The ceiling can only be lowered where a limiter holds it. Without one, the loudness can be raised as far as the peak
    leaves room.
    """
    misses = [check for proof in proofs for check in proof.misses]
    places = [place for place, step in enumerate(steps) if step.kind == "loudness"]
    if not misses or not places or not _CAN_BE_MET.issuperset(check.what for check in misses):
        return None
    place = places[-1]
    goal = LoudnessGoal.of(steps[place])
    over = max((_beyond(check) for check in misses if check.what == "true_peak"), default=0.0)
    # One shift for all files of a split: the middle of what they need.
    short = [-_beyond(check) for check in misses if check.what == "integrated_loudness"] or [0.0]
    shift = (min(short) + max(short)) / 2
    if not goal.limiter and (over > 0 or any(_lacks_room(proof, shift) for proof in proofs)):
        return None
    ceiling = goal.ceiling_dbtp - (over + MARGIN_DB if over > 0 else 0.0)
    changed = {"target_lufs": goal.target_lufs + shift, "ceiling_dbtp": ceiling}
    made = replace(steps[place], parameters={**steps[place].parameters, **changed})
    return (*steps[:place], made, *steps[place + 1 :])


def _beyond(check: Check) -> float:
    """How far the measured is above what was asked; both are numbers, since it was missed."""
    return float(check.measured or 0.0) - float(check.asked)


def _lacks_room(proof: Proof, shift: float) -> bool:
    peak = next((check for check in proof.checks if check.what == "true_peak"), None)
    return peak is not None and peak.measured is not None and _beyond(peak) + shift > 0
