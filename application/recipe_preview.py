"""A recipe tried on an excerpt: what it sounds like, and what it measures, before and after."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from application.browse import Content
from application.hear import heard_format, require_audible
from application.on_request import MakeOnRequest
from application.recipes import ResolveRecipe
from application.render import PROCESS, Proven, Render
from domain.access import Actor, Permission
from domain.errors import Invalid, NotFound
from domain.ports.audio import AudioEngine
from domain.ports.blobs import Blobs, Workspaces
from domain.ports.recordings import Recordings
from domain.proof import Measured, Proof
from domain.recipe import RecipeRef, checked_chain
from domain.recording import Recording
from domain.step import Step
from domain.stretch import Excerpt, ExcerptFormat, Stretch
from domain.values import RecordingId

MAX_SECONDS = 30.0
MAX_FILES = 10
"""Of a recipe that splits; more are measured by running it."""

_NAME = re.compile(r"[0-9a-f]{64}\.(wav|flac|mp3|opus|ogg|m4a)")
_TYPES = {"mp3": "audio/mpeg", "opus": "audio/ogg", "m4a": "audio/mp4"}


@dataclass(frozen=True, slots=True)
class PreviewFile:
    """`name` is that under which the sound is found for an hour."""

    name: str
    measured: Measured
    proof: Proof


@dataclass(frozen=True, slots=True)
class RecipePreview:
    """`outputs` is how many files there are of the excerpt, of which `files` are the first."""

    stretch: Stretch
    before: Measured
    files: tuple[PreviewFile, ...]
    outputs: int
    notes: Mapping[str, float | str]


@dataclass(frozen=True)
class PreviewRecipe:
    """The excerpt is processed as if it were the whole: it is brought to the target itself, and its ends are trimmed,
    beyond the limit of that, too."""

    recordings: Recordings
    blobs: Blobs
    engine: AudioEngine
    workspaces: Workspaces
    resolve_recipe: ResolveRecipe
    render: Render
    make_on_request: MakeOnRequest

    def __call__(
        self,
        actor: Actor,
        recording_id: RecordingId,
        recipe: str | Sequence[Step],
        *,
        start: float,
        seconds: float,
    ) -> RecipePreview:
        """`recipe` is a name, a name and version, or steps. Raises InvalidStretch, NotFound, Invalid, and what the
        engine raises; a result that is not what was promised is shown as it is."""
        actor.require(Permission.WRITE)
        recording = require_audible(self.recordings.get(actor.library_id, recording_id))
        _, duration = heard_format(recording)
        stretch = Stretch.within(duration, start, min(start + seconds, duration)).at_most(
            MAX_SECONDS, "Ask for a shorter one."
        )
        if isinstance(recipe, str):
            steps = self.resolve_recipe(actor.library_id, RecipeRef.of(recipe)).steps
        else:
            steps = checked_chain(recipe)
        if any(step.kind == "concatenate" for step in steps):
            raise Invalid(
                "A recipe that joins recordings has no preview: it would be as long as they are.", field="recipe"
            )
        with self.workspaces.open() as workspace:
            return self._made(recording, steps, stretch, workspace)

    def _made(self, recording: Recording, steps: tuple[Step, ...], stretch: Stretch, workspace: Path) -> RecipePreview:
        with self.blobs.as_file(recording.blob_key) as path:
            whole = Excerpt(stretch, ExcerptFormat.WAV, fade_in=False, fade_out=False)
            before = self.render.measure(self.engine.excerpt(path, workspace, whole).path, workspace, _nobody)
            made = self.render.trial(
                path,
                recording,
                steps,
                "preview",
                workspace,
                progress=_nobody,
                allow_long_trim=True,
                excerpt=stretch,
            )
        key = self.render.key(recording, steps)
        files = []
        for n, file in enumerate(made.files[:MAX_FILES]):
            name = _name(key, stretch, n, file)
            self.make_on_request.keep(recording, name, file.artefact.path)
            files.append(PreviewFile(name, file.measured, file.proof))
        return RecipePreview(stretch, before, tuple(files), len(made.files), made.notes)


@dataclass(frozen=True)
class GetRecipePreview:
    """The sound that a preview made."""

    recordings: Recordings
    make_on_request: MakeOnRequest

    def __call__(self, actor: Actor, recording_id: RecordingId, name: str) -> Content:
        actor.require(Permission.READ)
        recording = self.recordings.get(actor.library_id, recording_id)
        if not _NAME.fullmatch(name):
            raise NotFound("There is no preview of this name.")
        suffix = name.rpartition(".")[2]
        title = recording.title.replace("/", "-").replace("\\", "-")
        return self.make_on_request.kept(
            recording, name, f"{title} preview.{suffix}", _TYPES.get(suffix, f"audio/{suffix}")
        )


def _name(key: str, stretch: Stretch, n: int, file: Proven) -> str:
    made_of = f"{PROCESS}:{key}:{stretch.start!r}:{stretch.end!r}:{n}"
    return f"{hashlib.sha256(made_of.encode()).hexdigest()}{file.artefact.path.suffix}"


def _nobody(_share: float, _stage: str) -> None:
    """Whoever waits for the answer is not told how far it is."""
