"""/metadata-exports: what is said and known of recordings, to be kept, or edited and sent to /metadata-imports."""

from collections.abc import Iterable

from flask import Response

from application.metadata_export import MAX_ROWS_OF_REQUEST, Export, ExportFormat
from domain.values import RecordingId
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import Answer, Resource
from entrypoints.http.wire.listing import ExportFilters
from entrypoints.http.wire.metadata_exports import MetadataExportAsked

metadata_exports = Resource("metadata-exports", "What is said and known of recordings, as tables.")

_TABLE = {
    200: Answer(
        headers=("Content-Disposition",),
        media_types=tuple(form.content_type.partition(";")[0] for form in ExportFormat),
        description="A row for each recording.",
    )
}


@metadata_exports.route("GET", "/metadata-exports", answers=_TABLE, problems=(404,))
def export_metadata(query: ExportFilters) -> Response:
    """All that the filters find, or the recordings that are named: `id`, as often as it takes, up to 100 of them.

    In `csv` and `xlsx` each field is a column of its own, `field.NAME`, several tags are parted by semicolons, and the
    table may be sent to /metadata-imports once titles, tags and fields were edited in it; the other columns only tell.
    A text that a spreadsheet would take for a formula has an apostrophe before it, which the import takes off. A `csv`
    has at most 100,000 rows, an `xlsx` 400,000 cells. `jsonl` has an object on each line, is sent as it is found, and
    has no limit.
    """
    export: Export = use_cases().export_metadata()(
        actor(), query.format, filters=query.filters(), recording_ids=_ids(query.id or ()), max_rows=MAX_ROWS_OF_REQUEST
    )
    return _attached(export)


@metadata_exports.route("POST", "/metadata-exports", answers=_TABLE, problems=(404, 413, 415))
def export_metadata_of(body: MetadataExportAsked) -> Response:
    """The same of up to 1,000 recordings, which are more than an address has room for. It changes nothing."""
    export: Export = use_cases().export_metadata()(actor(), body.format, recording_ids=_ids(body.recordings))
    return _attached(export)


def _ids(named: Iterable[str]) -> tuple[RecordingId, ...]:
    return tuple(map(RecordingId, named))


def _attached(export: Export) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{export.filename}"'}
    if export.size_bytes is not None:
        headers["Content-Length"] = str(export.size_bytes)
    return Response(export.chunks, 200, headers, content_type=export.content_type)
