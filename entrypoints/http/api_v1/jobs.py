"""/jobs and /dead-letters: background work, watched, stopped and started again."""

from hashlib import sha256

from flask import Response, request

from application.backlog import Backlog
from application.plan_batch import Plan
from domain.job import Job
from domain.job_kind import JobKind
from domain.ports.work import DeadLetter
from domain.values import JobId, Page, RecordingId
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import IDEMPOTENCY_KEY, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.backlog import BacklogView
from entrypoints.http.wire.batches import PlanView
from entrypoints.http.wire.jobs import (
    DeadLetterList,
    DeadLetterView,
    JobList,
    JobListing,
    JobPage,
    JobPath,
    JobView,
    NewJobs,
    job_address,
)

jobs = Resource("jobs", "Background work: watched, stopped and started again.")


@jobs.route("GET", "/jobs", answers={200: Answer(JobPage)})
def list_jobs(query: JobListing) -> Response:
    """Newest first."""
    library = actor().library_id
    found: Page[Job] = use_cases().search_jobs()(
        actor(),
        query.query(stores_cursor(library, "jobs", query.cursor)),
    )
    cursor = signed_cursor(library, "jobs", found.next_cursor)
    return answered(JobPage(items=[JobView.of(job) for job in found.items], next_cursor=cursor))


@jobs.route("GET", "/backlog", answers={200: Answer(BacklogView)})
def tell_backlog() -> Response:
    """How much is still to be done: jobs that are not ended, by kind, and the items of batches."""
    backlog: Backlog = use_cases().tell_backlog()(actor())
    return answered(BacklogView.of(backlog))


@jobs.route(
    "POST",
    "/jobs",
    answers={
        202: Answer(JobList, ("Location",), description="Location where there is one job."),
        200: Answer(PlanView, description="Of a dry run: what would be done."),
    },
    problems=(404, 409, 413, 415),
    parameters=(IDEMPOTENCY_KEY,),
)
def create_jobs(body: NewJobs) -> Response:
    """Starts work on recordings, or with `dry_run` says what it would do.

    One job over all of them, with an item for each and a result of its own, for a recipe, a change, a look at the
    originals, an undo, and for whatever is over a query; the same Idempotency-Key starts it once. For a model or an
    analyser over recordings that are named, a job each: what is current is not decoded, and what is known is not
    predicted again, its job, done, is the answer. Where the library lacks one of the recordings, none is started: 404,
    with `unknown`.
    """
    if body.dry_run:
        return _planned(body)
    ids = [RecordingId(recording) for recording in body.recordings]
    made: tuple[Job, ...]
    if body.is_batch:
        made = (_started(body),)
    elif body.model is not None:
        made = use_cases().start_prediction()(actor(), body.model, ids, body.parameters)
    else:
        made = use_cases().reanalyse()(actor(), body.analyser, ids)
    headers = {"Location": job_address(made[0].id)} if len(made) == 1 else {}
    return answered(JobList(items=[JobView.of(job) for job in made]), 202, **headers)


def _planned(body: NewJobs) -> Response:
    [work], selection = body.works(), body.selection(body.recordings, body.query)
    plan: Plan = use_cases().plan_batch()(actor(), work, body.settings(), selection)
    return answered(PlanView.of(work, plan))


def _started(body: NewJobs) -> Job:
    [work], selection = body.works(), body.selection(body.recordings, body.query)
    told = request.headers.get("Idempotency-Key")
    # Answers are kept for a day, jobs for longer: another request under the same key is another batch.
    key = None if told is None else f"request:{sha256(told.encode() + b'.' + request.get_data()).hexdigest()}"
    job: Job = use_cases().start_batch()(actor(), work, body.settings(), selection, key)
    return job


def shown(job: Job) -> JobView:
    """With how far it is, where it is a batch."""
    return JobView.of(job, use_cases().look_at_batch()(actor(), job.id) if job.kind is JobKind.BATCH else None)


@jobs.route("GET", "/jobs/<id>", answers={200: Answer(JobView)}, problems=(404,))
def get_job(path: JobPath) -> Response:
    """One job."""
    return answered(shown(use_cases().get_job()(actor(), JobId(path.id))))


@jobs.route(
    "POST",
    "/jobs/<id>/cancel",
    answers={200: Answer(JobView)},
    problems=(404, 409, 412),
    parameters=(IDEMPOTENCY_KEY,),
)
def cancel_job(path: JobPath) -> Response:
    """Stops it, for good unless it is retried."""
    return answered(shown(use_cases().cancel_job()(actor(), JobId(path.id))))


@jobs.route(
    "POST",
    "/jobs/<id>/retry",
    answers={202: Answer(JobView, ("Location",))},
    problems=(404, 409, 412),
    parameters=(IDEMPOTENCY_KEY,),
)
def retry_job(path: JobPath) -> Response:
    """Starts one that failed or was cancelled once more, with all its attempts; of a batch, what failed and is left."""
    job: Job = use_cases().retry_job()(actor(), JobId(path.id))
    return answered(shown(job), 202, Location=job_address(job.id))


@jobs.route("GET", "/dead-letters", answers={200: Answer(DeadLetterList)})
def list_dead_letters() -> Response:
    """Jobs that the queue has given up, oldest first."""
    found: tuple[tuple[DeadLetter, Job], ...] = use_cases().list_dead_letters()(actor())
    return answered(DeadLetterList(items=[DeadLetterView.of(letter, job) for letter, job in found]))


@jobs.route(
    "POST",
    "/dead-letters/<id>/release",
    answers={202: Answer(JobView, ("Location",))},
    problems=(404, 409, 412),
    parameters=(IDEMPOTENCY_KEY,),
)
def release_dead_letter(path: JobPath) -> Response:
    """Retries the job of a dead letter."""
    job: Job = use_cases().release_dead_letter()(actor(), JobId(path.id))
    return answered(JobView.of(job), 202, Location=job_address(job.id))
