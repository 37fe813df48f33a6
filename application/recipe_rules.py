"""Recipes that a library runs over what comes in."""

from dataclasses import dataclass

from application.notices import Notices
from application.recipes import ResolveRecipe
from application.work import StartJob
from domain.access import Actor, Library, Permission
from domain.audit import AuditEntry
from domain.errors import Invalid, VersionMismatch
from domain.job import Job
from domain.job_kind import JobKind
from domain.listing import RecordingQuery, filters_of
from domain.ports.access import Libraries
from domain.ports.world import Clock, Ids
from domain.recipe import RecipeRef
from domain.recipe_rule import MAX_RULES, RecipeRule
from domain.recording import Recording, Status


@dataclass(frozen=True)
class SetRecipeRules:
    """For what becomes ready from now on."""

    libraries: Libraries
    resolve_recipe: ResolveRecipe
    notices: Notices
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, rules: tuple[RecipeRule, ...], version: int) -> Library:
        """Raises NotFound for a recipe that there is not, Invalid for a query that cannot be or too many rules."""
        actor.require(Permission.ADMINISTER)
        if len(rules) > MAX_RULES:
            raise Invalid(f"A library has at most {MAX_RULES} rules.", field="rules")
        for rule in rules:
            self.resolve_recipe(actor.library_id, RecipeRef.of(rule.recipe))
            filters_of(rule.query)
        library = self.libraries.get(actor.library_id)
        if library.version != version:
            raise VersionMismatch("The library has changed. Load its rules again, then repeat the change.")
        changed = library.processing(rules)
        if changed is not library:
            entry = AuditEntry.of_change(
                self.ids.next(), self.clock.now(), actor, "library.process", before=library, after=changed
            )
            events = self.notices.of_library(changed)
            self.libraries.save(changed, replaces=library.version, audit=entry, events=events)
            self.notices.hand_on(events)
        return changed


@dataclass(frozen=True)
class FollowRules:
    """A job for each rule that speaks of a recording which has become ready, and none twice.

    What a recipe made is left alone: a rule would otherwise go round and round.
    """

    libraries: Libraries
    resolve_recipe: ResolveRecipe
    start_job: StartJob

    def __call__(self, actor: Actor, recording: Recording) -> tuple[Job, ...]:
        if recording.status is not Status.READY or recording.lineage is not None:
            return ()
        return tuple(
            self._start(actor, recording, rule)
            for rule in self.libraries.get(recording.library_id).recipes_on_upload
            if RecordingQuery(filters_of(rule.query)).matches(recording)
        )

    def _start(self, actor: Actor, recording: Recording, rule: RecipeRule) -> Job:
        recipe = self.resolve_recipe(recording.library_id, RecipeRef.of(rule.recipe))
        said = {"recipe": recipe.ref, "into": str(rule.into)}
        return self.start_job(actor, JobKind.RECIPE, recording.id, said)
