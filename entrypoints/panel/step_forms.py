"""The forms of the builder: a control for each parameter, made of the same description as the API's checks."""

import math
from dataclasses import dataclass

from domain.parameter import Number
from domain.step import STEPS, StepKind
from entrypoints.http.wire.steps import ParameterView
from entrypoints.panel.recipe_words import name_of, option_text, title_of

_MANY_TIMES = 100.0
"""Where the greatest is so many times the least, a slider goes by ratios: 20 to 40 Hz is as far as 1 to 2 kHz."""


@dataclass(frozen=True, slots=True)
class Slider:
    """By ratios it has positions 0 to 1000, otherwise the values themselves."""

    least: float
    greatest: float
    step: float
    is_by_ratio: bool


@dataclass(frozen=True, slots=True)
class ParameterForm:
    """`options` with their texts; `bounds` in words, empty where there are none."""

    asked: ParameterView
    title: str
    options: tuple[tuple[str, str], ...]
    bounds: str
    slider: Slider | None


@dataclass(frozen=True, slots=True)
class StepForm:
    kind: str
    title: str
    about: str
    measures: str
    parameters: tuple[ParameterForm, ...]


def step_forms() -> tuple[StepForm, ...]:
    return tuple(_form(kind) for kind in STEPS.values())


def _form(kind: StepKind) -> StepForm:
    parameters = tuple(
        ParameterForm(
            asked=ParameterView.of(parameter),
            title=name_of(parameter),
            options=tuple((one, option_text(kind.name, one)) for one in ParameterView.of(parameter).options or ()),
            bounds=_bounds(ParameterView.of(parameter)),
            slider=_slider(parameter) if isinstance(parameter, Number) else None,
        )
        for parameter in kind.parameters
    )
    return StepForm(kind.name, title_of(kind.name), kind.about, kind.measures, parameters)


def _bounds(asked: ParameterView) -> str:
    if asked.least is None or asked.greatest is None:
        return ""
    unit = f" {asked.unit}" if asked.unit else ""
    numbers = f"{asked.least:,.10g} to {asked.greatest:,.10g}{unit}".replace(",", "\u202f").replace("-", "\u2212")
    return f"Whole numbers, {numbers}" if asked.whole else numbers


def _slider(parameter: Number) -> Slider:
    if parameter.least > 0 and parameter.greatest / parameter.least > _MANY_TIMES:
        return Slider(0, 1000, 1, is_by_ratio=True)
    fine = 10.0 ** math.floor(math.log10((parameter.greatest - parameter.least) / 200))
    return Slider(parameter.least, parameter.greatest, max(1.0, fine) if parameter.whole else fine, is_by_ratio=False)
