"""A recipe over many recordings, as the work of a batch; and over one, since a rule of its library says so."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from application.apply_recipe import Applied, ApplyRecipe
from application.child_recordings import MakeRecordings
from application.foresee_recipe import bytes_out, refusal_of, wants_measured
from application.item_work import Foreseen, Outcome
from application.recipes import ResolveRecipe
from application.render import Render
from domain.access import Actor, system_actor
from domain.batch import Batch, Item, ItemStatus
from domain.errors import Conflict, Invalid
from domain.job import Job
from domain.parameter import Setting
from domain.ports.audio import Progress
from domain.ports.recordings import Recordings
from domain.processing import LongTrim
from domain.proof import Measured
from domain.recipe import Recipe, RecipeRef
from domain.recipe_rule import Into
from domain.recording import Recording
from domain.values import Failure, LibraryId, Scalar

APPROVED = "approved"
"""The setting of an item that a person has agreed to."""

MADE = "made"
"""In an item's `before`: what an undo takes away, renditions by name or recordings by id."""

TRIM_LIMIT = "trim-limit"

_MOST_KNOWN = 256


@dataclass(frozen=True)
class RecipeWork:
    """Settings: `recipe`, pinned to a version, and `into`. What is there already is skipped."""

    recordings: Recordings
    render: Render
    resolve_recipe: ResolveRecipe
    apply_recipe: ApplyRecipe
    make_recordings: MakeRecordings

    @property
    def is_quick(self) -> bool:
        return False

    def settled(self, actor: Actor, asked: Mapping[str, object]) -> dict[str, Setting]:
        """Raises Invalid, NotFound for a recipe or joined recordings that there are not, Conflict for unready ones."""
        odd = asked.keys() - {"recipe", "into"}
        if odd:
            raise Invalid(f"A recipe's batch has no setting {min(odd)[:64]!r}.", field=min(odd)[:64])
        recipe = self.resolve_recipe(actor.library_id, RecipeRef.of(str(asked.get("recipe") or "")))
        self.render.joined(actor.library_id, recipe.steps)
        return {"recipe": recipe.ref, "into": str(checked_into(asked.get("into")))}

    def foreseen(self, settings: Mapping[str, Setting], recording: Recording) -> Foreseen:
        recipe = self._recipe(recording.library_id, settings)
        refusal = refusal_of(recording, recipe.steps, self._measured(recording, recipe))
        return Foreseen(refusal) if refusal else Foreseen(bytes_out=bytes_out(recording, recipe.steps))

    def __call__(self, batch: Batch, item: Item, fence: str, progress: Progress) -> Outcome:
        recording = self.recordings.get(batch.library_id, item.recording_id)
        recipe = self._recipe(batch.library_id, batch.settings)
        asked_by = f"{batch.id}:{item.n}"
        approved = item.settings.get(APPROVED) is True
        if batch.settings["into"] == Into.RECORDING:
            actor = system_actor(batch.library_id, f"batch:{batch.id}")
            done = self.make_recordings(actor, recording, recipe, asked_by, progress, allow_long_trim=approved)
        else:
            done = self.apply_recipe(recording, recipe, asked_by, fence, progress, allow_long_trim=approved)
        if done.long_trim is not None:
            failure = Failure(TRIM_LIMIT, long_trim_told(done.long_trim))
            return Outcome(ItemStatus.REVIEW, failure=failure, audio_seconds=done.seconds)
        return _outcome(done, str(batch.settings["into"]))

    def _recipe(self, library_id: LibraryId, settings: Mapping[str, Setting]) -> Recipe:
        """A version never changes: looked up once for all items, and all that a plan asks about."""
        known, key = self._known, (library_id, str(settings["recipe"]))
        recipe = known.get(key)
        if recipe is None:
            recipe = self.resolve_recipe(library_id, RecipeRef.of(key[1]))
            if len(known) >= _MOST_KNOWN:
                known.clear()
            known[key] = recipe
        return recipe

    @cached_property
    def _known(self) -> dict[tuple[LibraryId, str], Recipe]:
        return {}

    def _measured(self, recording: Recording, recipe: Recipe) -> Measured | None:
        """Only looked up where a step wants it."""
        return self.render.measured(recording) if wants_measured(recording, recipe.steps) else None


@dataclass(frozen=True)
class RunRecipe:
    """One recording. Run again, it finds what it made."""

    recordings: Recordings
    resolve_recipe: ResolveRecipe
    apply_recipe: ApplyRecipe
    make_recordings: MakeRecordings

    def __call__(self, job: Job, progress: Progress) -> None:
        """Raises Conflict where a trim would take more than its limit: nobody waits here to be asked."""
        recording = self.recordings.get(job.library_id, job.recording_id)
        recipe = self.resolve_recipe(job.library_id, RecipeRef.of(str(job.parameters["recipe"])))
        if job.parameters["into"] == Into.RECORDING:
            actor = system_actor(job.library_id, f"job:{job.id}", job.request_id)
            done = self.make_recordings(actor, recording, recipe, job.id, progress)
        else:
            done = self.apply_recipe(recording, recipe, job.id, job.fence, progress)
        if done.long_trim is not None:
            raise Conflict(f"{long_trim_told(done.long_trim)} Run it as a batch, where a person can agree.")


def checked_into(asked: object) -> Into:
    """A rendition where nothing is said."""
    known = [str(each) for each in Into]
    if asked is None:
        return Into.RENDITION
    if asked not in known:
        raise Invalid(f"into must be one of: {', '.join(known)}.", field="into", known=known)
    return Into(str(asked))


def long_trim_told(trim: LongTrim) -> str:
    return (
        f"The trim would take {trim.removed_seconds:.3f} s, more than its limit of {trim.allowed_seconds:.3f} s. "
        "Listen to the recording; then agree, or set another limit."
    )


def _outcome(done: Applied, into: str) -> Outcome:
    result: dict[str, Scalar] = {
        into: done.names[0] if done.names else None,
        "outputs": len(done.names),
        "key": done.key,
        "reused": done.reused,
    }
    before = json.dumps({MADE: done.own, "into": into}) if done.own else ""
    status = ItemStatus.SUCCEEDED if done.own else ItemStatus.SKIPPED
    return Outcome(status, result, before, audio_seconds=done.seconds)
