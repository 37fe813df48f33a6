"""A step's parameters as what they are: `Step.of` has checked them, types have not seen it."""

from typing import cast

from domain.step import Step


def number(step: Step, name: str) -> float:
    return float(cast("float", step.parameters[name]))


def optional_number(step: Step, name: str) -> float | None:
    value = step.parameters.get(name)
    return None if value is None else float(cast("float", value))


def word(step: Step, name: str) -> str:
    return str(step.parameters[name])


def flag(step: Step, name: str) -> bool:
    return bool(step.parameters[name])


def rows(step: Step, name: str) -> tuple[tuple[float, ...], ...]:
    """Of numbers; none where it was not said."""
    return cast("tuple[tuple[float, ...], ...]", step.parameters.get(name) or ())


def texts(step: Step, name: str) -> tuple[str, ...]:
    return cast("tuple[str, ...]", step.parameters.get(name) or ())


def numbers(step: Step, name: str) -> tuple[float, ...]:
    return cast("tuple[float, ...]", step.parameters.get(name) or ())
