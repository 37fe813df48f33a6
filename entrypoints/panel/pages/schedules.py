"""/schedules: what is run by itself, when, and what became of it."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, available_timezones

from flask import Blueprint, Response, request

from domain.batch import Work
from domain.prediction import ModelCard
from domain.recipe import Recipe
from domain.schedule import MAINTENANCE, Run, Schedule, ScheduledTask, ScheduleId
from domain.values import Page
from entrypoints.http.context import actor, use_cases
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.common import Listing
from entrypoints.http.wire.schedules import RunView, ScheduledRun, ScheduleView
from entrypoints.panel import works
from entrypoints.panel.asked import asked
from entrypoints.panel.rendering import page

schedules_page = Blueprint("schedules_page", __name__)

MOST_RECIPES = 500
TASKS = {
    "reconcile-blobs": "look for files that no record knows",
    "empty-trash": "empty the trash of what lay there long enough",
    "purge-expired-uploads": "remove uploads that were given up",
    "purge-on-request": "remove what was asked for and is not used any more",
}


@schedules_page.get("/schedules")
def show_all() -> Response:
    found: tuple[Schedule, ...] = use_cases().list_schedules()(actor())
    shown = [(ScheduleView.of(schedule), what(schedule), _last_run(schedule)) for schedule in found]
    return page("schedules.html", schedules=shown, schedule=None, chosen="", **_choices())


@schedules_page.get("/schedules/times")
def times() -> Response:
    """A part of the form: when an expression comes round, or what is wrong with it."""
    zone = request.args.get("time_zone", "UTC")
    found: tuple[datetime, ...] = use_cases().foretell_times()(actor(), request.args.get("cron", ""), zone)
    return page("_schedule_times.html", times=[moment.astimezone(ZoneInfo(zone)) for moment in found])


@schedules_page.get("/schedules/<id>")
def show(id: str) -> Response:  # noqa: A002 - as the API's address calls it
    query = asked(Listing)
    library, listing = actor().library_id, f"runs:{id}"
    schedule: Schedule = use_cases().get_schedule()(actor(), ScheduleId(id))
    cursor = stores_cursor(library, listing, query.cursor)
    runs: Page[Run] = use_cases().list_runs()(actor(), schedule.id, query.limit, cursor)
    next_cursor = signed_cursor(library, listing, runs.next_cursor)
    view = ScheduleView.of(schedule)
    return page(
        "_run_rows.html" if request.headers.get("HX-Request") else "schedule.html",
        schedule=view,
        chosen=chosen(view.runs),
        what=what(schedule),
        runs=[RunView.of(run) for run in runs.items],
        further=f"/schedules/{id}?{urlencode({'cursor': next_cursor})}" if next_cursor else None,
        **_choices(),
    )


def what(schedule: Schedule) -> str:
    if isinstance(schedule.runs, ScheduledTask):
        return f"Maintenance: {TASKS[schedule.runs.task]}"
    return works.of_work(schedule.runs.work, schedule.runs.settings)


def chosen(runs: ScheduledRun) -> str:
    """The entry of the form's list; empty for what has no entry there, such as a change."""
    if runs.task is not None:
        return f"task:{runs.task}"
    named = {Work.RECIPE: runs.recipe, Work.PREDICT: runs.model, Work.ANALYSE: runs.analyser}
    prefix = {Work.RECIPE: "recipe", Work.PREDICT: "model", Work.ANALYSE: "analyser"}
    [work] = runs.works()
    if work is Work.FIXITY and runs.fixity is not None:
        return f"fixity:{runs.fixity.share:g}"
    return f"{prefix[work]}:{named[work]}" if work in named else ""


def _last_run(schedule: Schedule) -> RunView | None:
    runs: Page[Run] = use_cases().list_runs()(actor(), schedule.id, 1, None)
    return RunView.of(runs.items[0]) if runs.items else None


def _choices() -> dict[str, Any]:
    recipes: Page[Recipe] = use_cases().list_recipes()(actor(), MOST_RECIPES)
    models: tuple[ModelCard, ...] = use_cases().list_models()(actor())
    return {
        "recipes": [recipe.name for recipe in recipes.items],
        "models": [model.name for model in models],
        "tasks": {name: TASKS[name] for name in MAINTENANCE},
        "zones": sorted(available_timezones()),
    }
