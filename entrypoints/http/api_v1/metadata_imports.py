"""/metadata-imports: what is to be said of recordings, out of tables."""

from flask import Response, request

from application.metadata_import import MAX_ROWS_OF_REQUEST, TableReport
from domain.job import Job
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import IDEMPOTENCY_KEY, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.streaming import body_chunks, form_file
from entrypoints.http.wire.jobs import JobView, job_address
from entrypoints.http.wire.metadata_imports import MetadataImportQuery, MetadataImportView

metadata_imports = Resource("metadata-imports", "What is to be said of recordings, out of tables.")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TABLE = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
}


@metadata_imports.route(
    "POST",
    "/metadata-imports",
    answers={
        200: Answer(MetadataImportView, description="What the table would change."),
        202: Answer(MetadataImportView, ("Location",), description="What it changes; Location is the batch's."),
    },
    problems=(413, 415),
    parameters=(IDEMPOTENCY_KEY,),
    request_body={"required": True, "content": {"text/csv": _TABLE, _XLSX: _TABLE, "multipart/form-data": _FORM}},
)
def create_metadata_import(query: MetadataImportQuery) -> Response:
    """Send a table, as CSV or XLSX: a row for each recording, by its `id`.

    Columns are `title` and `tags`, which take the place of what is there, `add_tags` and `remove_tags`, with semicolons
    between several, and `field.NAME`; what an export has beside these is passed over. An empty cell leaves what is
    there, `null` takes it out, but not a title. With `dry_run` false a batch carries it out, which can be undone like
    any other. At most 5,000 rows: send more in parts, or use the command line.
    """
    is_form = request.mimetype == "multipart/form-data"
    chunks = form_file(request, "file", frozenset()).chunks if is_form else body_chunks(request)
    made: tuple[TableReport, Job | None] = use_cases().import_metadata()(
        actor(),
        chunks,
        dry_run=query.dry_run,
        partial=query.partial,
        key=request.headers.get("Idempotency-Key"),
        max_rows=MAX_ROWS_OF_REQUEST,
    )
    report, job = made
    if job is None:
        return answered(MetadataImportView.of(report, None))
    return answered(MetadataImportView.of(report, JobView.of(job)), 202, Location=job_address(job.id))
