"""What models said, in memory."""

import threading

from adapters import cursors, refusals
from domain.ports.models import PredictionQuery, Predictions
from domain.prediction import Prediction, PredictionSummary
from domain.values import LibraryId, Page, RecordingId


class MemoryPredictions(Predictions):
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._predictions: dict[tuple[LibraryId, RecordingId, str], Prediction] = {}

    def put(self, prediction: Prediction) -> None:
        place = (prediction.library_id, prediction.recording_id, prediction.key)
        with self._lock:
            stored = self._predictions.get(place)
            if stored is not None and stored.fence > prediction.fence:
                raise refusals.fenced_off("prediction", prediction.key)
            self._predictions[place] = prediction

    def find(self, library_id: LibraryId, recording_id: RecordingId, key: str) -> Prediction | None:
        with self._lock:
            return self._predictions.get((library_id, recording_id, key))

    def search(self, library_id: LibraryId, query: PredictionQuery) -> Page[PredictionSummary]:
        found = self._newest_first(library_id, query)
        start = cursors.read(library_id, query, str)
        if start is not None:
            found = [prediction for prediction in found if _position(prediction) < start]
        items = tuple(found[: query.limit])
        more = len(found) > query.limit
        return Page(items, cursors.written(library_id, query, _position(items[-1])) if more else None)

    def remove_all(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        with self._lock:
            kept = {p: one for p, one in self._predictions.items() if p[:2] != (library_id, recording_id)}
            self._predictions = kept

    def _newest_first(self, library_id: LibraryId, query: PredictionQuery) -> list[PredictionSummary]:
        with self._lock:
            own = [p.summary for p in self._predictions.values() if p.library_id == library_id and _asked_for(p, query)]
        return sorted(own, key=_position, reverse=True)


def _asked_for(prediction: Prediction, query: PredictionQuery) -> bool:
    return (query.recording_id is None or prediction.recording_id == query.recording_id) and (
        query.model is None or prediction.said.model == query.model
    )


def _position(prediction: PredictionSummary) -> tuple[str, str]:
    """One key may stand under several recordings of the same bytes."""
    return cursors.moment(prediction.created_at), f"{prediction.recording_id}#{prediction.key}"
