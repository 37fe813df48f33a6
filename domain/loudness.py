"""How much louder a recording may become: loudness matching by a linear gain, below a ceiling for its true peak."""

from dataclasses import dataclass

from domain.errors import Invalid, NotMeasured
from domain.step import LOUDNESS_PRESETS, Step
from domain.values import Scalar

TRUE_PEAK_CEILING_DBTP = -1.0
"""EBU R 128's maximum for production; AES TD1008 has it for streams, too."""

MIN_TARGET_LUFS, MAX_TARGET_LUFS = -40.0, -5.0


@dataclass(frozen=True, slots=True)
class LoudnessMatch:
    """The gain that brings a recording to `target_lufs`, or as near to it as the ceiling allows.

    `loudness_lufs` and `true_peak_dbtp` are those of the result, reckoned from the original's: an encoder that drops
    something may add some tenths of a decibel to the peak.
    """

    target_lufs: float
    gain_db: float
    loudness_lufs: float
    true_peak_dbtp: float

    @classmethod
    def of(cls, target_lufs: float, *, integrated_lufs: float | None, true_peak_dbtp: float | None) -> "LoudnessMatch":
        """
        Raises:
            Invalid: the target is none that anybody means.
            NotMeasured: the recording has no integrated loudness (it is silent, or shorter than 400 ms) or no peak.
        """
        if not MIN_TARGET_LUFS <= target_lufs <= MAX_TARGET_LUFS:
            raise Invalid(
                f"The loudness must lie between {MIN_TARGET_LUFS:g} and {MAX_TARGET_LUFS:g} LUFS.",
                field="loudness_lufs",
            )
        if integrated_lufs is None or true_peak_dbtp is None:
            raise NotMeasured(
                "The recording has no integrated loudness: it is silent or too short. Ask for it as it is.",
                descriptor="integrated_loudness" if integrated_lufs is None else "true_peak",
            )
        gain = min(target_lufs - integrated_lufs, TRUE_PEAK_CEILING_DBTP - true_peak_dbtp)
        return cls(target_lufs, gain, integrated_lufs + gain, true_peak_dbtp + gain)

    @property
    def short_by_lu(self) -> float:
        """How much quieter than the target the result is: more than 0 where the ceiling came first."""
        return max(0.0, self.target_lufs - self.loudness_lufs)

    @property
    def settings(self) -> dict[str, Scalar]:
        return {
            "target_loudness_lufs": self.target_lufs,
            "gain_db": round(self.gain_db, 3),
            "loudness_lufs": round(self.loudness_lufs, 3),
            "short_by_lu": round(self.short_by_lu, 3),
            "true_peak_dbtp": round(self.true_peak_dbtp, 3),
            "true_peak_ceiling_dbtp": TRUE_PEAK_CEILING_DBTP,
        }


@dataclass(frozen=True, slots=True)
class LoudnessGoal:
    """What a recipe's step loudness is to come to."""

    target_lufs: float
    ceiling_dbtp: float
    limiter: bool

    @classmethod
    def of(cls, step: Step) -> "LoudnessGoal":
        """What is said beside a preset takes the place of the preset's. Raises Invalid where neither has a target."""
        said = step.parameters
        preset = LOUDNESS_PRESETS.get(str(said.get("preset")))
        target, ceiling = _number(said.get("target_lufs")), _number(said.get("ceiling_dbtp"))
        if target is None and preset is not None:
            target = preset[0]
        if ceiling is None:
            ceiling = preset[1] if preset else TRUE_PEAK_CEILING_DBTP
        if target is None:
            raise Invalid("The step loudness needs a preset or target_lufs.", field="target_lufs")
        return cls(target, ceiling, said.get("limiter") is True)


def _number(said: object) -> float | None:
    return float(said) if isinstance(said, int | float) else None
