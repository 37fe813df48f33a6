"""A recipe over one recording; what came of it is kept beside the recording, with its proof."""

from dataclasses import dataclass, replace

from application.keep_rendition import KeepRendition
from application.render import PROCESS, Proven, Render, Rendered, require_ready
from domain.ports.audio import AudioEngine, Progress
from domain.ports.blobs import Blobs, Workspaces
from domain.ports.recordings import Renditions
from domain.processing import LongTrim
from domain.recipe import Recipe
from domain.recording import Recording
from domain.rendition import Rendition
from domain.values import Scalar

_KEPT_OF_KEY = 16  # characters: enough to tell the results of one recording apart


@dataclass(frozen=True, slots=True)
class Applied:
    """What was made, or was there already (`reused`): names of renditions, or ids of recordings; none where a person
    has to be asked (`long_trim`). `own` are those that were made for whoever asked, now or in a run that was cut short.
    """

    names: tuple[str, ...]
    key: str
    own: tuple[str, ...] = ()
    reused: bool = False
    seconds: float = 0.0
    long_trim: LongTrim | None = None


@dataclass(frozen=True)
class ApplyRecipe:
    """The same bytes, steps and engine are answered by the renditions that are there, whatever the recipe was called.

    Nothing is kept unless all of it was proven. A result of the same recipe that another engine made is replaced.
    """

    renditions: Renditions
    blobs: Blobs
    workspaces: Workspaces
    engine: AudioEngine
    render: Render
    keep_rendition: KeepRendition

    def __call__(
        self,
        recording: Recording,
        recipe: Recipe,
        asked_by: str,
        fence: str,
        progress: Progress,
        *,
        allow_long_trim: bool = False,
    ) -> Applied:
        """Raises ProofFailed, Conflict when the recording is not ready, and what the engine raises."""
        require_ready(recording)
        key = self.render.key(recording, recipe.steps)
        kept = self._kept(recording, key)
        if kept:
            own = tuple(each.name for each in kept if each.settings.get("asked_by") == asked_by)
            return Applied(tuple(each.name for each in kept), key, own, reused=True)
        with self.workspaces.open() as workspace:
            made = self.render(
                recording, recipe.steps, stem_of(recipe), workspace, progress, allow_long_trim=allow_long_trim
            )
            for n, file in enumerate(made.files):
                settings = self._settings(recording, recipe, key, made, n)
                artefact = replace(file.artefact, settings={**settings, "asked_by": asked_by})
                maker = f"recipe-{key[:_KEPT_OF_KEY]}"
                self.keep_rendition(recording, artefact, maker, fence)
        names = tuple(file.artefact.name for file in made.files)
        if names:
            self._drop_others(recording, recipe, key)
        return Applied(names, key, names, seconds=made.input_seconds, long_trim=made.long_trim)

    def _drop_others(self, recording: Recording, recipe: Recipe, key: str) -> None:
        """Of an earlier result there may be more files than of this one; those of the same names are replaced."""
        for rendition in self.renditions.of_recording(recording.library_id, recording.id):
            if rendition.settings.get("recipe") == recipe.ref and rendition.settings["key"] != key:
                self.renditions.remove(rendition)
                self.blobs.delete(rendition.blob_key)

    def _kept(self, recording: Recording, key: str) -> list[Rendition]:
        """All files of the result, or none: a run that was cut short may have left some."""
        kept = self.renditions.of_recording(recording.library_id, recording.id)
        ours = [rendition for rendition in kept if rendition.settings.get("key") == key]
        return ours if ours and len(ours) == ours[0].settings["outputs"] else []

    def _settings(self, recording: Recording, recipe: Recipe, key: str, made: Rendered, n: int) -> dict[str, Scalar]:
        file = made.files[n]
        return {
            **file.artefact.settings,
            **made.notes,
            **measured_settings(file),
            **file.proof.settings,
            "recipe": recipe.ref,
            "steps_digest": recipe.digest,
            "key": key,
            "n": n,
            "outputs": len(made.files),
            "input_sha256": recording.sha256,
            "engine.process": self.engine.renderers[PROCESS],
            "engine.listen": self.engine.version,
        }


def stem_of(recipe: Recipe) -> str:
    return f"{recipe.name}-v{recipe.version}"


def measured_settings(file: Proven) -> dict[str, Scalar]:
    return {
        "integrated_loudness_lufs": file.measured.loudness_lufs,
        "true_peak_dbtp": file.measured.true_peak_dbtp,
        "duration_seconds": file.measured.audio.duration_seconds,
    }
