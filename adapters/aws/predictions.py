"""What models said, in DynamoDB: beside the recording's own item, and in lists of the library and of each model.

A read costs by the size of the item, so lists have an item of their own: the summary, without spans. What one writes
about a day of speech is larger than an item may be. All of it is written in one transaction.
"""

from collections.abc import Iterator, Sequence

from adapters import cursors, refusals
from adapters.aws.documents import cut, whole
from adapters.aws.items import Item, Key, document, key, read
from adapters.aws.schema import BY_CREATED, LIST_2
from adapters.aws.table import Range, Refused, Table
from adapters.aws.writes import Condition, delete, put
from domain.ports.models import PredictionQuery, Predictions
from domain.prediction import Prediction, PredictionSummary
from domain.values import LibraryId, Page, RecordingId

_WHOLE, _SUMMARY = "prediction", "prediction-summary"
_PREDICTIONS = "prediction#", "prediction-summary$"  # from the first and below the second lie all of a recording
_SUMMARIES = "prediction-summary#", "prediction-summary$"


class DynamoPredictions(Predictions):
    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, prediction: Prediction) -> None:
        not_later = Condition(
            "attribute_not_exists(pk) OR #fence <= :fence", {"fence": "fence"}, {"fence": prediction.fence}
        )
        head, *parts = cut(_whole(prediction))
        try:
            self._table.write(put(head, not_later), *map(put, parts), put(_summary(prediction.summary)))
        except Refused as error:
            raise refusals.fenced_off("prediction", prediction.key) from error

    def find(self, library_id: LibraryId, recording_id: RecordingId, key: str) -> Prediction | None:
        item = self._table.get(_place_of(_WHOLE, library_id, recording_id, key))
        found = None if item is None else whole(self._table, item)
        return None if found is None else read(Prediction, found)

    def search(self, library_id: LibraryId, query: PredictionQuery) -> Page[PredictionSummary]:
        start = cursors.read(library_id, query, str)
        found: list[PredictionSummary] = []
        for prediction in self._newest_first(library_id, query, None if start is None else f"{start[0]}#{start[1]}"):
            found.append(prediction)
            if len(found) > query.limit:
                cursor = cursors.written(library_id, query, _position(found[-2]))
                return Page(tuple(found[:-1]), cursor)
        return Page(tuple(found))

    def remove_all(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        items = self._items(library_id, recording_id, *_PREDICTIONS)
        self._table.write_each(delete(_place(item)) for item in items)

    def _items(self, library_id: LibraryId, recording_id: RecordingId, least: str, below: str) -> Iterator[Item]:
        return self._table.items(Range(key("recording", library_id, recording_id), least=least, below=below))

    def _newest_first(
        self, library_id: LibraryId, query: PredictionQuery, below: str | None
    ) -> Iterator[PredictionSummary]:
        if query.recording_id is not None:
            items = self._items(library_id, query.recording_id, *_SUMMARIES)
            summaries = [read(PredictionSummary, item) for item in items]
            for prediction in sorted(summaries, key=_position, reverse=True):
                asked_for = query.model is None or prediction.model == query.model
                if asked_for and (below is None or _listed_at(prediction) < below):
                    yield prediction
            return
        listed = Range(
            _list(library_id, query.model),
            index=BY_CREATED if query.model is None else LIST_2,
            partition_name="list" if query.model is None else "list2",
            sort_name="created",
            below=below,
            descending=True,
        )
        for page in self._table.pages(listed, query.limit + 1):
            yield from self._current(page)

    def _current(self, listed: Sequence[Item]) -> Iterator[PredictionSummary]:
        """Of what an index lists, what the table holds: the index may lag behind it."""
        stored = self._table.get_all(_place(item) for item in listed)
        for item in listed:
            found = stored.get(_place(item))
            if found is not None and found["created"] == item["created"]:
                yield read(PredictionSummary, found)


def _place_of(kind: str, library_id: LibraryId, recording_id: RecordingId, prediction_key: str) -> Key:
    return key("recording", library_id, recording_id), key(kind, prediction_key)


def _whole(prediction: Prediction) -> Item:
    pk, sk = _place_of(_WHOLE, prediction.library_id, prediction.recording_id, prediction.key)
    return {"pk": pk, "sk": sk, "doc": document(prediction), "fence": prediction.fence}


def _summary(prediction: PredictionSummary) -> Item:
    pk, sk = _place_of(_SUMMARY, prediction.library_id, prediction.recording_id, prediction.key)
    return {
        "pk": pk,
        "sk": sk,
        "doc": document(prediction),
        "list": _list(prediction.library_id, None),
        "list2": _list(prediction.library_id, prediction.model),
        "created": _listed_at(prediction),
    }


def _place(item: Item) -> Key:
    return str(item["pk"]), str(item["sk"])


def _list(library_id: LibraryId, model: str | None) -> str:
    return key(library_id, "predictions") if model is None else key(library_id, "predictions", "model", model)


def _position(prediction: PredictionSummary) -> cursors.Position:
    """One key may stand under several recordings of the same bytes."""
    return cursors.moment(prediction.created_at), f"{prediction.recording_id}#{prediction.key}"


def _listed_at(prediction: PredictionSummary) -> str:
    return "#".join(map(str, _position(prediction)))
