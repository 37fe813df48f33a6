"""A recipe tried on an excerpt, in JSON."""

from typing import Self

from pydantic import BaseModel, Field, model_validator

from application.recipe_preview import MAX_SECONDS, PreviewFile, RecipePreview
from domain.proof import Measured
from domain.recipe import MAX_STEPS
from domain.step import Step
from entrypoints.http.wire.common import Asked, Id, Links, example
from entrypoints.http.wire.proof import CheckView, checks_of
from entrypoints.http.wire.recordings import AudioView, FindingView, recording_address
from entrypoints.http.wire.steps import AnyStep


class NewRecipePreview(Asked):
    """Either a recipe that is there, or the steps of one that is not there yet."""

    model_config = example(recipe="podcast", start=12.5, seconds=10)

    recipe: str | None = Field(None, max_length=64, description="A name, or name@version.")
    steps: list[AnyStep] | None = Field(None, min_length=1, max_length=MAX_STEPS)
    start: float = Field(0.0, ge=0, allow_inf_nan=False, description="In seconds from the recording's start.")
    seconds: float = Field(
        10.0, gt=0, le=MAX_SECONDS, allow_inf_nan=False, description="Fewer where the recording ends before."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.recipe is None) == (self.steps is None):
            raise ValueError("say either recipe or steps")
        return self

    def asked(self) -> str | tuple[Step, ...]:
        return self.recipe or tuple(step.settled() for step in self.steps or ())


class RecipePreviewPath(Asked):
    id: Id
    name: str = Field(max_length=255)


class MeasuredView(BaseModel):
    audio: AudioView | None
    integrated_loudness_lufs: float | None
    true_peak_dbtp: float | None
    reasons: dict[str, str] = Field(description="Why there is no number, by descriptor.")
    findings: list[FindingView]

    @classmethod
    def of(cls, measured: Measured) -> "MeasuredView":
        return cls(
            audio=AudioView.of(measured.audio),
            integrated_loudness_lufs=measured.loudness_lufs,
            true_peak_dbtp=measured.true_peak_dbtp,
            reasons=dict(measured.reasons),
            findings=[FindingView.of(finding) for finding in measured.findings],
        )


class PreviewFileView(BaseModel):
    measured: MeasuredView
    proof: list[CheckView] = Field(description="As it would be of the whole; one that is missed fails a run.")
    links: Links

    @classmethod
    def of(cls, recording_id: str, file: PreviewFile) -> "PreviewFileView":
        address = f"{recording_address(recording_id)}/recipe-previews/{file.name}"
        return cls(measured=MeasuredView.of(file.measured), proof=checks_of(file.proof), links={"sound": address})


class BeforeView(BaseModel):
    measured: MeasuredView
    links: Links


class RecipePreviewView(BaseModel):
    """What the excerpt is before and after: it is processed as if it were the whole recording."""

    start: float
    end: float
    before: BeforeView
    after: list[PreviewFileView] = Field(description="One, but for a recipe that splits: then the first of them.")
    outputs: int = Field(description="How many there are of this excerpt.")
    notes: dict[str, str | float] = Field(description="What each step did, in figures.")

    @classmethod
    def of(cls, recording_id: str, preview: RecipePreview) -> "RecipePreviewView":
        start, end = preview.stretch.start, preview.stretch.end
        sound = f"{recording_address(recording_id)}/excerpt?start={start!r}&end={end!r}&format=wav"
        return cls(
            start=start,
            end=end,
            before=BeforeView(measured=MeasuredView.of(preview.before), links={"sound": sound}),
            after=[PreviewFileView.of(recording_id, file) for file in preview.files],
            outputs=preview.outputs,
            notes=dict(preview.notes),
        )
