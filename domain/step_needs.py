"""What a step's parameters need of one another, whatever the sound: seen when a recipe is made, not when it is run."""

from collections.abc import Callable, Mapping

from domain.errors import Invalid
from domain.file_formats import RATES
from domain.parameter import Setting
from domain.step import Step

Asked = Mapping[str, Setting]
Mistake = tuple[str, str] | None
"""The parameter, and what to do about it."""

_DEPTHS: Mapping[str, tuple[str, ...]] = {"wav": ("16", "24", "32"), "flac": ("16", "24")}


def require_complete(step: Step, place: str) -> None:
    """Raises Invalid for a step that lacks something, or has what does not go with the rest of it. `place` is where it
    stands, e.g. steps.0."""
    check = _CHECKS.get(step.kind)
    if check is None:
        return
    mistake = check(step.parameters)
    if mistake is not None:
        name, says = mistake
        raise Invalid(f"{step.kind}: {says}", field=f"{place}.{step.kind}.{name}")


def _channels(asked: Asked) -> Mistake:
    needed = {"pick": ("pick", "say which channels to keep: pick."), "remix": ("matrix", "say the factors: matrix.")}
    mistake = needed.get(str(asked["mode"]))
    return mistake if mistake and not asked[mistake[0]] else None


def _loudness(asked: Asked) -> Mistake:
    if asked["preset"] is None and asked["target_lufs"] is None:
        return ("target_lufs", "say how loud: preset or target_lufs.")
    return None


def _split(asked: Asked) -> Mistake:
    if asked["by"] == "time" and asked["every_seconds"] is None:
        return ("every_seconds", "say how long each piece is: every_seconds.")
    if asked["by"] == "regions":
        regions = asked["regions"]
        if not isinstance(regions, tuple):
            return ("regions", "say where to cut: regions.")
        if not all(isinstance(each, tuple) and len(each) == 2 and each[0] < each[1] for each in regions):
            return ("regions", "each region has a start and, after it, an end, in seconds.")
    return None


def _tags(asked: Asked) -> Mistake:
    written = asked["write"]
    for text in written if isinstance(written, tuple) else ():
        name, said, _ = str(text).partition("=")
        if not said or not name.strip():
            return ("write", f"a tag is written as name=value; {str(text)[:64]!r} is not.")
    return None


def _transcode(asked: Asked) -> Mistake:
    name, depth, rate = str(asked["format"]), asked["bit_depth"], asked["sample_rate_hz"]
    rates = RATES.get(name)
    if rates and rate is not None and rate not in rates:
        return ("sample_rate_hz", f"{name} has the sample rates {', '.join(map(str, rates))} Hz.")
    if depth is None or depth in _DEPTHS.get(name, ()):
        return None
    has = f"has {' or '.join(_DEPTHS[name])} bits" if name in _DEPTHS else "has no bit depth; leave it out"
    return ("bit_depth", f"{name} {has}.")


_CHECKS: Mapping[str, Callable[[Asked], Mistake]] = {
    "channels": _channels,
    "loudness": _loudness,
    "split": _split,
    "tags": _tags,
    "transcode": _transcode,
}
