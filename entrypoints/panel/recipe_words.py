"""Recipes in words: what each step does and how it is set, and what one version changes of another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from domain.parameter import Choice, Flag, Number, Parameter, Setting
from domain.step import LOUDNESS_PRESETS, STEPS, TRIM_PROFILES, Step

_UNITS_IN_NAMES = ("_hz", "_dbfs", "_dbtp", "_db", "_lufs", "_seconds", "_kbps")
_TITLES = {"transcode": "File format", "tags": "Tags of the file", "denoise": "Noise reduction", "concatenate": "Join"}


@dataclass(frozen=True, slots=True)
class SettingTold:
    name: str
    text: str
    meaning: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class StepTold:
    """`line` is the step in a few words: only what was chosen."""

    kind: str
    title: str
    about: str
    line: str
    settings: tuple[SettingTold, ...]


def told(steps: Sequence[Step]) -> tuple[StepTold, ...]:
    return tuple(_told(step) for step in steps)


def title_of(kind: str) -> str:
    return _TITLES.get(kind) or _spaced(kind).capitalize()


def name_of(parameter: Parameter) -> str:
    return spoken(parameter.name, parameter.unit if isinstance(parameter, Number) else "")


def spoken(name: str, unit: str) -> str:
    """Without the unit, which stands behind the number."""
    if unit:
        name = next((name.removesuffix(end) for end in _UNITS_IN_NAMES if name.endswith(end)), name)
    return _spaced(name).capitalize()


def option_text(kind: str, option: str) -> str:
    """A choice, with what it stands for where that is a standard."""
    if kind == "loudness" and option in LOUDNESS_PRESETS:
        target, ceiling = LOUDNESS_PRESETS[option]
        return f"{option} ({_number(target)} LUFS, {_number(ceiling)} dBTP)"
    if kind == "trim" and option in TRIM_PROFILES:
        threshold, padding = TRIM_PROFILES[option]
        return f"{option} ({_number(threshold)} dBFS, {_number(padding)} s)"
    return option


def changes(before: Sequence[Step], after: Sequence[Step]) -> tuple[str, ...]:
    """What was added, taken out and set otherwise, in the order of the steps; a step that moved is out and in."""
    return tuple(_changes(before, after))


def _changes(before: Sequence[Step], after: Sequence[Step]) -> Iterator[str]:
    matcher = SequenceMatcher(None, [step.kind for step in before], [step.kind for step in after], autojunk=False)
    for what, start, end, begin, finish in matcher.get_opcodes():
        if what == "equal":
            for old, new in zip(before[start:end], after[begin:finish], strict=True):
                yield from _changed_settings(old, new)
            continue
        yield from (f"Step {start + n + 1} was taken out: {_line(old)}" for n, old in enumerate(before[start:end]))
        yield from (f"Step {begin + n + 1} is new: {_line(new)}" for n, new in enumerate(after[begin:finish]))


def _changed_settings(old: Step, new: Step) -> Iterator[str]:
    for parameter in STEPS[new.kind].parameters:
        was, now = old.parameters.get(parameter.name), new.parameters.get(parameter.name)
        if was != now:
            yield f"{title_of(new.kind)}: {name_of(parameter)} {_text(parameter, was)} → {_text(parameter, now)}"


def _told(step: Step) -> StepTold:
    kind = STEPS[step.kind]
    settings = tuple(
        SettingTold(name_of(parameter), _text(parameter, value), parameter.meaning, value == parameter.default)
        for parameter in kind.parameters
        if (value := step.parameters.get(parameter.name)) is not None
    )
    return StepTold(step.kind, title_of(step.kind), kind.about, _line(step), settings)


def _line(step: Step) -> str:
    chosen = ", ".join(_few_words(STEPS[step.kind].parameters, step.parameters))
    return f"{title_of(step.kind)} ({chosen})" if chosen else title_of(step.kind)


def _few_words(parameters: Sequence[Parameter], asked: Mapping[str, Setting]) -> Iterator[str]:
    for n, parameter in enumerate(parameters):
        value = asked.get(parameter.name)
        is_sort = n == 0 and isinstance(parameter, Choice)  # what sort of step it is: said, the usual one too
        if value is None or (value == parameter.default and not is_sort):
            continue
        if isinstance(parameter, Flag):
            yield name_of(parameter).lower() if value else f"no {name_of(parameter).lower()}"
        elif (isinstance(value, str) and not value.isdigit()) or (isinstance(parameter, Number) and parameter.unit):
            yield _text(parameter, value)
        else:
            yield f"{name_of(parameter).lower()} {_text(parameter, value)}"


def _text(parameter: Parameter, value: Setting) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(", ".join(map(_item, row)) if isinstance(row, tuple) else _item(row) for row in value)
    unit = f" {parameter.unit}" if isinstance(parameter, Number) and parameter.unit else ""
    return f"{_item(value)}{unit}"


def _item(value: float | str) -> str:
    return value if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    return f"{value:,.10g}".replace(",", "\u202f").replace("-", "\u2212")


def _spaced(name: str) -> str:
    return name.replace("_", " ")
