"""/jobs/<id>/items, pause, resume, approve, reject: batches, while they run."""

from flask import Response

from domain.batch import Item
from domain.ports.batches import ItemQuery
from domain.values import JobId, Page
from entrypoints.http.api_v1.jobs import shown
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import IDEMPOTENCY_KEY, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.batches import ItemListing, ItemPage, ItemPath, ItemView
from entrypoints.http.wire.jobs import JobPath, JobView

batches = Resource("batches", "Jobs over many recordings: each is an item with its own result.")


@batches.route("GET", "/jobs/<id>/items", answers={200: Answer(ItemPage)}, problems=(404,))
def list_items(path: JobPath, query: ItemListing) -> Response:
    """In their order."""
    library, job_id = actor().library_id, JobId(path.id)
    cursor = stores_cursor(library, f"items:{job_id}", query.cursor)
    found: Page[Item] = use_cases().list_items()(actor(), job_id, ItemQuery(query.status, query.limit, cursor))
    following = signed_cursor(library, f"items:{job_id}", found.next_cursor)
    return answered(ItemPage(items=[ItemView.of(item) for item in found.items], next_cursor=following))


@batches.route(
    "POST",
    "/jobs/<id>/pause",
    answers={200: Answer(JobView)},
    problems=(404, 409, 412),
    parameters=(IDEMPOTENCY_KEY,),
)
def pause_job(path: JobPath) -> Response:
    """No item of the batch is begun any more; those that run come to their end."""
    return answered(shown(use_cases().pause_job()(actor(), JobId(path.id))))


@batches.route(
    "POST",
    "/jobs/<id>/resume",
    answers={200: Answer(JobView)},
    problems=(404, 409, 412),
    parameters=(IDEMPOTENCY_KEY,),
)
def resume_job(path: JobPath) -> Response:
    """The batch goes on where it was."""
    return answered(shown(use_cases().resume_job()(actor(), JobId(path.id))))


@batches.route(
    "POST",
    "/jobs/<id>/items/<n>/approve",
    answers={200: Answer(ItemView)},
    problems=(404, 409, 412),
    parameters=(IDEMPOTENCY_KEY,),
)
def approve_item(path: ItemPath) -> Response:
    """An item that waits for review is done after all."""
    return answered(ItemView.of(use_cases().decide_item()(actor(), JobId(path.id), path.n, approve=True)))


@batches.route(
    "POST",
    "/jobs/<id>/items/<n>/reject",
    answers={200: Answer(ItemView)},
    problems=(404, 409, 412),
    parameters=(IDEMPOTENCY_KEY,),
)
def reject_item(path: ItemPath) -> Response:
    """An item that waits for review has failed."""
    return answered(ItemView.of(use_cases().decide_item()(actor(), JobId(path.id), path.n, approve=False)))
