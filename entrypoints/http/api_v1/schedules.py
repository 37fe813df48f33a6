"""/schedules: what is run by itself, and what became of it."""

from flask import Response, request

from domain.schedule import Run, Schedule, ScheduleId
from domain.values import Page
from entrypoints.http import conditional
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import IDEMPOTENCY_KEY, IF_MATCH, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.common import Listing
from entrypoints.http.wire.jobs import job_address
from entrypoints.http.wire.schedules import (
    RunPage,
    RunView,
    ScheduleBody,
    ScheduleList,
    SchedulePath,
    ScheduleView,
    schedule_address,
)

schedules = Resource("schedules", "What is run by itself, and what became of it.")

_SHOWN = {200: Answer(ScheduleView, ("ETag",))}


@schedules.route("GET", "/schedules", answers={200: Answer(ScheduleList)})
def list_schedules() -> Response:
    """All of the library, oldest first."""
    found: tuple[Schedule, ...] = use_cases().list_schedules()(actor())
    return answered(ScheduleList(items=[ScheduleView.of(schedule) for schedule in found]))


@schedules.route(
    "POST",
    "/schedules",
    answers={201: Answer(ScheduleView, ("ETag", "Location"))},
    problems=(404, 409, 413, 415),
    parameters=(IDEMPOTENCY_KEY,),
)
def create_schedule(body: ScheduleBody) -> Response:
    """Makes one, active from now on. What could not be run now is refused.

    A time that clocks leave out on a day runs once, at the end of the gap; one that comes twice runs once.
    """
    made: Schedule = use_cases().create_schedule()(actor(), body.name, body.timing(), body.runs.runs())
    return _answered(made, 201, Location=schedule_address(made.id))


@schedules.route("GET", "/schedules/<id>", answers=_SHOWN, problems=(404,))
def get_schedule(path: SchedulePath) -> Response:
    """One schedule."""
    return _answered(use_cases().get_schedule()(actor(), ScheduleId(path.id)))


@schedules.route(
    "PUT",
    "/schedules/<id>",
    answers=_SHOWN,
    problems=(404, 409, 412, 413, 415, 428),
    parameters=(IF_MATCH,),
)
def edit_schedule(path: SchedulePath, body: ScheduleBody) -> Response:
    """Puts another name, timing and work in the place of all there were."""
    edited: Schedule = use_cases().edit_schedule()(
        actor(),
        ScheduleId(path.id),
        _version(path.id),
        name=body.name,
        timing=body.timing(),
        runs=body.runs.runs(),
    )
    return _answered(edited)


@schedules.route(
    "DELETE",
    "/schedules/<id>",
    answers={204: Answer()},
    problems=(404, 412, 428),
    parameters=(IF_MATCH, IDEMPOTENCY_KEY),
)
def remove_schedule(path: SchedulePath) -> Response:
    """Takes it out, with its history. What it has started goes on."""
    use_cases().remove_schedule()(actor(), ScheduleId(path.id), _version(path.id))
    return Response(status=204)


@schedules.route("POST", "/schedules/<id>/pause", answers=_SHOWN, problems=(404, 412), parameters=(IDEMPOTENCY_KEY,))
def pause_schedule(path: SchedulePath) -> Response:
    """Starts nothing by itself from now on."""
    return _answered(use_cases().pause_schedule()(actor(), ScheduleId(path.id)))


@schedules.route("POST", "/schedules/<id>/resume", answers=_SHOWN, problems=(404, 412), parameters=(IDEMPOTENCY_KEY,))
def resume_schedule(path: SchedulePath) -> Response:
    """Goes on with its next time: what passed meanwhile was not missed."""
    return _answered(use_cases().resume_schedule()(actor(), ScheduleId(path.id)))


@schedules.route(
    "POST",
    "/schedules/<id>/run",
    answers={202: Answer(RunView, ("Location",), description="Location of the job.")},
    problems=(404, 409, 412),
    parameters=(IDEMPOTENCY_KEY,),
)
def run_schedule(path: SchedulePath) -> Response:
    """Runs it now, out of turn, also where it is paused or its window closed."""
    run: Run = use_cases().run_schedule()(actor(), ScheduleId(path.id))
    return answered(RunView.of(run), 202, Location=job_address(str(run.job_id)))


@schedules.route("GET", "/schedules/<id>/runs", answers={200: Answer(RunPage)}, problems=(404,))
def list_schedule_runs(path: SchedulePath, query: Listing) -> Response:
    """Its history of the last 90 days, latest first: what each run started, or why it started nothing."""
    library, listing = actor().library_id, f"runs:{path.id}"
    cursor = stores_cursor(library, listing, query.cursor)
    found: Page[Run] = use_cases().list_runs()(actor(), ScheduleId(path.id), query.limit, cursor)
    items = [RunView.of(run) for run in found.items]
    return answered(RunPage(items=items, next_cursor=signed_cursor(library, listing, found.next_cursor)))


def _answered(schedule: Schedule, status: int = 200, **headers: str) -> Response:
    return answered(ScheduleView.of(schedule), status, ETag=conditional.etag(schedule.version), **headers)


def _version(schedule_id: str) -> int:
    def stored() -> int:
        schedule: Schedule = use_cases().get_schedule()(actor(), ScheduleId(schedule_id))
        return schedule.version

    return conditional.version_to_change(request, stored)
