"""The proof of a file that a recipe made: what was promised of it against what is heard in it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.analysis import AudioFormat, Descriptor, Finding
from domain.errors import ProofFailed
from domain.processing import Promise
from domain.values import Scalar

LOUDNESS_TOLERANCE_LU = 0.1
"""Half of what EBU Tech 3341 lets two meters differ by, so that a result passes on another meter, too."""

_ROUNDED_BY = 0.0005  # half of the step in which the listening engine tells levels

PEAK_TOLERANCE_DB = 0.005
"""What writing in 16 bits may add: half a step, times what a true-peak meter's filter makes of it."""

CLIPPING_TOLERANCE_SECONDS = 0.01
"""Ranges of clipping begin and end on samples: at another rate they differ by some of them."""

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "duration": "samples",
        "sample_rate": "Hz",
        "bit_depth": "bit",
        "integrated_loudness": "LUFS",
        "true_peak": "dBTP",
        "cut_off": "samples",
        "clipping": "s",
    }
)

_REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "integrated_loudness": "Allow the limiter in the step loudness, lower its target, or raise its ceiling.",
        "true_peak": "Allow the limiter in the step loudness, or lower its ceiling.",
        "cut_off": "Put a step loudness with a ceiling, or less gain, before the sound is written.",
        "clipping": "Use less gain, or a step loudness with a ceiling.",
    }
)
_OTHERWISE = "Nothing was kept. Report this with the recording: the engine broke its promise."

PREFIX = "proof."
"""Of the settings in which a rendition carries its proof."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was asked of a file. `passed` None: it could not be measured, and `reason` says why.

    For `true_peak`, `clipping` and `cut_off` less than asked is as good; the tolerance is in the unit.
    """

    what: str
    asked: str | float
    measured: str | float | None
    passed: bool | None
    tolerance: float = 0.0
    reason: str = ""

    @property
    def unit(self) -> str:
        return UNITS.get(self.what, "")

    @property
    def told(self) -> str:
        """`true_peak is -0.62 dBTP instead of at most -1 dBTP`."""
        unit = f" {self.unit}".rstrip()
        most = "at most " if self.what in {"true_peak", "clipping", "cut_off"} else ""
        margin = f" (within {self.tolerance:g})" if self.tolerance else ""
        return f"{self.what} is {_figure(self.measured)}{unit} instead of {most}{_figure(self.asked)}{unit}{margin}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What the listening engine said of a file. A loudness or peak of None comes with the reason."""

    audio: AudioFormat
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    findings: tuple[Finding, ...]
    reasons: Mapping[str, str]

    @classmethod
    def of(cls, audio: AudioFormat, descriptors: Iterable[Descriptor], findings: Iterable[Finding]) -> "Measured":
        told = {descriptor.name: descriptor for descriptor in descriptors}
        return cls(
            audio,
            _number(told.get("integrated_loudness")),
            _number(told.get("true_peak")),
            tuple(findings),
            {name: descriptor.reason for name, descriptor in told.items() if descriptor.reason},
        )


@dataclass(frozen=True, slots=True)
class Proof:
    checks: tuple[Check, ...]

    @classmethod
    def of(cls, promise: Promise, measured: Measured, clipped_before: float) -> "Proof":
        """`clipped_before` is how many seconds of the input are clipped."""
        return cls(tuple(_checks(promise, measured, clipped_before)))

    @property
    def misses(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.passed is False)

    def miss(self, what: str) -> Check | None:
        return next((check for check in self.misses if check.what == what), None)

    def require(self, name: str) -> None:
        """Raises ProofFailed, with the figures, when anything is not as it was promised."""
        if not self.misses:
            return
        remedies = dict.fromkeys(_REMEDIES.get(check.what, _OTHERWISE) for check in self.misses)
        figures = "; ".join(check.told for check in self.misses)
        raise ProofFailed(
            f"{name}: {figures}. {' '.join(remedies)}",
            misses=[{"what": c.what, "asked": c.asked, "measured": c.measured, "unit": c.unit} for c in self.misses],
        )

    @property
    def settings(self) -> dict[str, Scalar]:
        """As a rendition carries it: `proof.duration.asked`, `proof.duration.measured`, …"""
        told: dict[str, Scalar] = {}
        for check in self.checks:
            name = f"{PREFIX}{check.what}"
            told |= {f"{name}.asked": check.asked, f"{name}.measured": check.measured, f"{name}.passed": check.passed}
            if check.tolerance:
                told[f"{name}.tolerance"] = check.tolerance
            if check.reason:
                told[f"{name}.reason"] = check.reason
        return told

    @classmethod
    def from_settings(cls, settings: Mapping[str, Scalar]) -> "Proof | None":
        """None: there is no proof in them, since no recipe made the file."""
        told: dict[str, dict[str, Scalar]] = {}
        for name, value in settings.items():
            if name.startswith(PREFIX):
                what, _, part = name.removeprefix(PREFIX).rpartition(".")
                told.setdefault(what, {})[part] = value
        checks = tuple(Check(what, **parts) for what, parts in told.items())  # type: ignore[arg-type]  # as written
        return cls(checks) if checks else None


def clipping_seconds(findings: Iterable[Finding]) -> float:
    return sum(finding.lasts or 0.0 for finding in findings if finding.code == "clipping")


def _checks(promise: Promise, measured: Measured, clipped_before: float) -> Iterator[Check]:
    audio = measured.audio
    yield _same("duration", promise.frames, round((audio.duration_seconds or 0.0) * audio.sample_rate_hz))
    yield _same("sample_rate", promise.sample_rate_hz, audio.sample_rate_hz)
    yield _same("channels", promise.channels, audio.channels)
    yield _same("container", promise.container, audio.container)
    yield _same("codec", promise.codec, audio.codec)
    if promise.bit_depth is not None:
        yield _same("bit_depth", promise.bit_depth, audio.bit_depth)
    if promise.target_lufs is not None:
        yield _loudness(promise.target_lufs, measured)
    if promise.ceiling_dbtp is not None:
        peak = measured.true_peak_dbtp
        yield _at_most("true_peak", promise.ceiling_dbtp, peak, PEAK_TOLERANCE_DB, measured.reasons)
    yield _at_most("cut_off", 0, promise.cut_off_samples)
    yield _at_most("clipping", clipped_before, clipping_seconds(measured.findings), CLIPPING_TOLERANCE_SECONDS)


def _same(what: str, asked: str | float, measured: str | float | None) -> Check:
    return Check(what, asked, measured, asked == measured)


def _loudness(target: float, measured: Measured) -> Check:
    what, found = "integrated_loudness", measured.loudness_lufs
    if found is None:
        return _unmeasured(what, target, LOUDNESS_TOLERANCE_LU, measured.reasons)
    is_near = abs(found - target) <= LOUDNESS_TOLERANCE_LU + _ROUNDED_BY
    return Check(what, target, found, is_near, LOUDNESS_TOLERANCE_LU)


def _at_most(
    what: str,
    asked: float,
    measured: float | None,
    tolerance: float = 0.0,
    reasons: Mapping[str, str] = MappingProxyType({}),
) -> Check:
    if measured is None:
        return _unmeasured(what, asked, tolerance, reasons)
    return Check(what, asked, measured, measured <= asked + tolerance, tolerance)


def _unmeasured(what: str, asked: float, tolerance: float, reasons: Mapping[str, str]) -> Check:
    return Check(what, asked, None, None, tolerance, reasons.get(what, "The engine did not measure it."))


def _number(descriptor: Descriptor | None) -> float | None:
    value = descriptor.value if descriptor else None
    return float(value) if isinstance(value, int | float) else None


def _figure(value: str | float | None) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return "nothing" if value is None else str(value)
