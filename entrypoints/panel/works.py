"""What a job does, in words."""

from collections.abc import Mapping
from typing import Any

from domain.batch import Work
from entrypoints.http.wire.jobs import JobView

_KINDS: Mapping[str, str] = {
    "ingest": "Listen to a new recording",
    "preview": "Make previews",
    "analyse": "Listen again",
    "predict": "Run a model",
    "import": "Import",
    "recipe": "Run a recipe on what came in",
    "batch": "Work on many recordings",
    "crew": "Work on the items of batches",
    "maintenance": "Maintenance",
}
_ACTIONS: Mapping[str, str] = {
    "describe": "Change what is said",
    "trash": "Move to the trash",
    "restore": "Restore from the trash",
}


def told(job: JobView) -> str:
    """One line, for lists and heads."""
    if job.batch is not None:
        return of_work(job.batch.work, job.batch.settings)
    named = job.parameters.get("model") or job.parameters.get("address") or job.parameters.get("task")
    return f"{_KINDS[job.kind]}: {named}" if named else _KINDS[job.kind]


def of_work(work: Work, settings: Mapping[str, Any]) -> str:
    named = {
        Work.RECIPE: f"Recipe {settings.get('recipe', '')}",
        Work.PREDICT: f"Model {settings.get('model', '')}",
        Work.CHANGE: _ACTIONS.get(str(settings.get("action", "describe")), "Change"),
        Work.MOVE: "Move to another library",
        Work.FIXITY: "Compare originals with their hashes",
        Work.ANALYSE: "Listen again",
        Work.UNDO: "Take back what another job did",
    }
    return named[work]
