"""/imports: recordings out of buckets and folders."""

from flask import Response

from domain.job import Job
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import IDEMPOTENCY_KEY, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.wire.imports import MAX_PLANNED, ImportPlanView, NewImport
from entrypoints.http.wire.jobs import JobView, job_address

imports = Resource("imports", "Recordings out of buckets and folders.")


@imports.route(
    "POST",
    "/imports",
    answers={
        200: Answer(ImportPlanView, description="What would change."),
        202: Answer(JobView, ("Location",), description="The job that imports it."),
    },
    problems=(404, 413, 415),
    parameters=(IDEMPOTENCY_KEY,),
)
def create_import(body: NewImport) -> Response:
    """Says what an import would change; with `dry_run` false, a job does it.

    Objects are known again by their URL, etag and size: what is there already is not read. One that has changed becomes
    a recording of its own. A plan looks at the first 20,000 objects, which takes about a second for each 5,000; the job
    imports all.
    """
    address = use_cases().require_importable()(actor(), body.address)
    if body.dry_run:
        return answered(ImportPlanView.of(use_cases().plan_import()(actor(), address, MAX_PLANNED)))
    job: Job = use_cases().start_import()(actor(), address, body.mode, trash_missing=body.trash_missing)
    return answered(JobView.of(job), 202, Location=job_address(job.id))
