"""What models said, in SQLite."""

from adapters import codec, cursors, refusals
from adapters.local import rows
from adapters.local.database import Database
from domain.ports.models import PredictionQuery, Predictions
from domain.prediction import Prediction, PredictionSummary
from domain.values import LibraryId, Page, RecordingId


class SqlitePredictions(Predictions):
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, prediction: Prediction) -> None:
        with self._database.writing() as connection:
            written = connection.execute(
                "INSERT INTO predictions (library_id, recording_id, key, id, model, created_at, fence, summary, doc)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (library_id, recording_id, key) DO UPDATE"
                " SET created_at = excluded.created_at, fence = excluded.fence,"
                " summary = excluded.summary, doc = excluded.doc"
                " WHERE excluded.fence >= predictions.fence",
                (
                    prediction.library_id,
                    prediction.recording_id,
                    prediction.key,
                    _id(prediction.summary),
                    prediction.said.model,
                    cursors.moment(prediction.created_at),
                    prediction.fence,
                    codec.written(prediction.summary),
                    codec.written(prediction),
                ),
            )
            if written.rowcount == 0:
                raise refusals.fenced_off("prediction", prediction.key)

    def find(self, library_id: LibraryId, recording_id: RecordingId, key: str) -> Prediction | None:
        query = "SELECT doc FROM predictions WHERE library_id = ? AND recording_id = ? AND key = ?"
        with self._database.reading() as connection:
            return rows.read_one(connection, Prediction, query, library_id, recording_id, key)

    def search(self, library_id: LibraryId, query: PredictionQuery) -> Page[PredictionSummary]:
        conditions = {"recording_id = ?": query.recording_id, "model = ?": query.model}
        with self._database.reading() as connection:
            return _PREDICTIONS.page(connection, library_id, query, conditions)

    def remove_all(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM predictions WHERE library_id = ? AND recording_id = ?", (library_id, recording_id)
            )


def _id(prediction: PredictionSummary) -> str:
    """One key may stand under several recordings of the same bytes."""
    return f"{prediction.recording_id}#{prediction.key}"


_PREDICTIONS = rows.Listing(
    PredictionSummary, "predictions", "created_at", lambda one: one.created_at, _id, column="summary"
)
