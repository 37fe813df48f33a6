"""What can be asked of tables of recordings, beside the filters."""

from pydantic import Field

from application.chosen import MAX_RECORDINGS
from application.metadata_export import ExportFormat
from entrypoints.http.wire.common import Asked, Id, example


class MetadataExportAsked(Asked):
    model_config = example(format="csv", recordings=["01ARZ3NDEKTSV4RRFFQ69G5FAV"])

    format: ExportFormat = ExportFormat.CSV
    recordings: list[Id] = Field(min_length=1, max_length=MAX_RECORDINGS, description="Told of in this order.")
