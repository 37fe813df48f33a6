"""The steps of recipes in JSON: a model of each is made of the table of steps, so that every bound is said once."""

import operator
from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, PlainValidator, WithJsonSchema, create_model

from domain.errors import Invalid
from domain.parameter import (
    MAX_TEXT_CHARS,
    Choice,
    Flag,
    Listing,
    Number,
    Numbers,
    Parameter,
    RowsOfNumbers,
    Setting,
    Texts,
)
from domain.step import STEPS, Step, StepKind
from entrypoints.http.wire.common import Asked

Schema = dict[str, Any]


class StepAsked(Asked):
    """What the models of all steps have in common; each has its own `step` and parameters."""

    step: str

    def settled(self) -> Step:
        return Step.of(self.step, {name: getattr(self, name) for name in type(self).model_fields if name != "step"})


def _model(kind: StepKind) -> type[StepAsked]:
    about = f"{kind.about} It takes a pass of its own before: for {kind.measures}." if kind.measures else kind.about
    name = f"{kind.name.title().replace('_', '')}Step"
    fields: dict[str, Any] = {parameter.name: _field(parameter) for parameter in kind.parameters}
    fields["step"] = Literal[kind.name], ...
    return create_model(name, __base__=StepAsked, __doc__=about, **fields)


def _field(parameter: Parameter) -> tuple[Any, Any]:
    shape = Annotated[Any, PlainValidator(_check(parameter)), WithJsonSchema(_schema(parameter))]
    must_be_said = parameter.default is None and not parameter.optional
    return shape, Field(... if must_be_said else parameter.default)


def _may_be_null(parameter: Parameter) -> bool:
    """What has no default, and need not be said."""
    return parameter.default is None and parameter.optional


def _check(parameter: Parameter) -> Callable[[object], Setting]:
    """The domain's own check, whose refusal says the range."""

    def check(value: object) -> Setting:
        if value is None and _may_be_null(parameter):
            return None
        try:
            return parameter.checked(value)
        except Invalid as error:
            raise ValueError(error.detail) from error

    return check


def _schema(parameter: Parameter) -> Schema:
    bounds = _bounds(parameter)
    schema: Schema = {"anyOf": [bounds, {"type": "null"}]} if _may_be_null(parameter) else bounds
    unit = {"x-unit": parameter.unit} if isinstance(parameter, Number) and parameter.unit else {}
    return {"description": parameter.meaning, **unit, **schema}


def _bounds(parameter: Parameter) -> Schema:
    if isinstance(parameter, Number):
        kind = "integer" if parameter.whole else "number"
        return {"type": kind, "minimum": parameter.least, "maximum": parameter.greatest}
    if isinstance(parameter, Choice):
        return {"type": "string", "enum": list(parameter.options)}
    if isinstance(parameter, Flag):
        return {"type": "boolean"}
    return _list_of(parameter.holds)


def _list_of(holds: Numbers | RowsOfNumbers | Texts) -> Schema:
    if isinstance(holds, Texts):
        item: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT_CHARS}
    else:
        item = {"type": "number", "minimum": holds.least, "maximum": holds.greatest}
    if isinstance(holds, RowsOfNumbers):
        item = {"type": "array", "items": item, "minItems": 1, "maxItems": holds.longest}
    return {"type": "array", "items": item, "minItems": 1, "maxItems": holds.most}


_MODELS = {kind.name: _model(kind) for kind in STEPS.values()}

if TYPE_CHECKING:
    AnyStep = StepAsked
else:
    AnyStep = Annotated[reduce(operator.or_, _MODELS.values()), Field(discriminator="step")]


def step_view(step: Step) -> StepAsked:
    """Not checked again: what was taken once is shown, whatever is taken today."""
    said: dict[str, Any] = {"step": step.kind, **step.parameters}
    return _MODELS[step.kind].model_construct(**said)


class ParameterView(BaseModel):
    name: str
    kind: Literal["number", "choice", "flag", "numbers", "rows-of-numbers", "texts"]
    meaning: str
    required: bool
    default: float | bool | str | None = Field(description="Null: none, or something that the meaning tells.")
    unit: str | None = Field(description="Of numbers.")
    least: float | None = Field(description="Of numbers, and of those in lists.")
    greatest: float | None
    whole: bool = Field(description="Whole numbers alone.")
    options: list[str] | None = Field(description="Of a choice.")
    max_items: int | None = Field(description="Of lists.")
    max_row_items: int | None = Field(description="Of each list in a list.")

    @classmethod
    def of(cls, parameter: Parameter) -> "ParameterView":
        holds = parameter.holds if isinstance(parameter, Listing) else None
        bounded = parameter if isinstance(parameter, Number) else holds
        return cls(
            name=parameter.name,
            kind=_KINDS[type(holds or parameter)],
            meaning=parameter.meaning,
            required=parameter.default is None and not parameter.optional,
            default=parameter.default,
            unit=parameter.unit if isinstance(parameter, Number) else None,
            least=getattr(bounded, "least", None),
            greatest=getattr(bounded, "greatest", None),
            whole=isinstance(parameter, Number) and parameter.whole,
            options=list(parameter.options) if isinstance(parameter, Choice) else None,
            max_items=getattr(holds, "most", None),
            max_row_items=getattr(holds, "longest", None),
        )


_KINDS: dict[type, Any] = {
    Number: "number",
    Choice: "choice",
    Flag: "flag",
    Numbers: "numbers",
    RowsOfNumbers: "rows-of-numbers",
    Texts: "texts",
}


class StepKindView(BaseModel):
    step: str
    about: str
    measures: str | None = Field(
        description="Why the sound up to this step has to be gone through once more; null where one pass is enough."
    )
    parameters: list[ParameterView]

    @classmethod
    def of(cls, kind: StepKind) -> "StepKindView":
        parameters = [ParameterView.of(parameter) for parameter in kind.parameters]
        return cls(step=kind.name, about=kind.about, measures=kind.measures or None, parameters=parameters)


class StepKinds(BaseModel):
    items: list[StepKindView]
