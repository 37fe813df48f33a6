"""/jobs: background work, as it goes on."""

from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from application.undo_work import UNDONE
from domain.access import Permission
from domain.batch import Item, ItemStatus
from domain.job import SETTLED, Job, JobStatus
from domain.job_kind import JobKind
from domain.ports.batches import ItemQuery
from domain.ports.work import DeadLetter
from domain.values import JobId, Page
from entrypoints.http.api_v1.jobs import shown
from entrypoints.http.context import actor, use_cases
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.batches import ItemListing, ItemView
from entrypoints.http.wire.jobs import DeadLetterView, JobListing, JobView
from entrypoints.panel import works
from entrypoints.panel.asked import asked
from entrypoints.panel.rendering import page

jobs_page = Blueprint("jobs_page", __name__)

REASONS_FROM = 1_000
"""Failed items that are looked at for the reasons; the page says so where there are more."""


@jobs_page.get("/jobs")
def show_all() -> Response:
    query = asked(JobListing)
    library = actor().library_id
    found: Page[Job] = use_cases().search_jobs()(
        actor(),
        query.query(stores_cursor(library, "jobs", query.cursor)),
    )
    cursor = signed_cursor(library, "jobs", found.next_cursor)
    further = {**request.args.to_dict(), "cursor": cursor}
    return page(
        "_job_rows.html" if request.headers.get("HX-Request") else "jobs.html",
        jobs=[shown(job) for job in found.items],
        titles=_titles(job.recording_id for job in found.items if job.recording_id),
        what=works.told,
        further=f"/jobs?{urlencode(further)}" if cursor else None,
        query=query,
        kinds=tuple(kind for kind in JobKind if kind is not JobKind.CREW),
        statuses=tuple(JobStatus),
        letters=_dead_letters(),
    )


@jobs_page.get("/jobs/<id>")
def show(id: str) -> Response:  # noqa: A002 - as the API's address calls it
    """The whole page; for htmx its live part, or with a cursor the next items."""
    query = asked(ItemListing)
    job: JobView = shown(use_cases().get_job()(actor(), JobId(id)))
    items: Page[Item] = Page(())
    further = None
    if job.batch is not None:
        library, listing = actor().library_id, f"items:{id}"
        cursor = stores_cursor(library, listing, query.cursor)
        items = use_cases().list_items()(actor(), JobId(id), ItemQuery(query.status, query.limit, cursor))
        next_cursor = signed_cursor(library, listing, items.next_cursor)
        further = f"/jobs/{id}?{urlencode({**request.args.to_dict(), 'cursor': next_cursor})}" if next_cursor else None
    fragment = "_item_rows.html" if query.cursor else "_job.html"
    return page(
        fragment if request.headers.get("HX-Request") else "job.html",
        job=job,
        what=works.told(job),
        items=[ItemView.of(item) for item in items.items],
        titles=_titles([*(item.recording_id for item in items.items), *filter(None, [job.recording])]),
        further=further,
        state=query.status,
        states=tuple(ItemStatus),
        reasons=_reasons(job),
        settled=job.status in SETTLED,
        undoable=job.batch is not None and job.batch.work in UNDONE and job.status in SETTLED,
    )


def _titles(ids: Iterable[str]) -> Mapping[str, str]:
    found: Mapping[str, str] = use_cases().name_recordings()(actor(), ids)
    return found


def _reasons(job: JobView) -> list[tuple[str, str, int]]:
    """Code, the words of the first one and how many, the most frequent first."""
    failed = job.batch.counts.get(ItemStatus.FAILED, 0) if job.batch else 0
    counted: Counter[str] = Counter()
    words: dict[str, str] = {}
    cursor = None
    while failed and counted.total() < REASONS_FROM:
        found: Page[Item] = use_cases().list_items()(actor(), JobId(job.id), ItemQuery(ItemStatus.FAILED, 200, cursor))
        for item in found.items:
            if item.failure is not None:
                counted[item.failure.code] += 1
                words.setdefault(item.failure.code, item.failure.detail)
        cursor = found.next_cursor
        if cursor is None:
            break
    return [(code, words[code], count) for code, count in counted.most_common()]


def _dead_letters() -> list[DeadLetterView]:
    if Permission.ADMINISTER not in actor().role.permissions:
        return []
    found: tuple[tuple[DeadLetter, Job], ...] = use_cases().list_dead_letters()(actor())
    return [DeadLetterView.of(letter, job) for letter, job in found]
