"""What the address of the library's page asks for: the words of GET /recordings, a day being as good as a moment.

The address is the saved search: it holds all that the page shows but for how far somebody has scrolled.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from domain.listing import Filter
from entrypoints.http.wire.listing import REPEATABLE, RecordingFilters

HOME = "/"
_PLACE = frozenset({"cursor", "limit"})  # of the list, no part of the question
_DAY_ENDS = {"created[gte]": "T00:00:00Z", "created[lte]": "T23:59:59.999999Z"}
_DAY_CHARS = len("2026-01-02")

Word = tuple[str, str]


@dataclass(frozen=True)
class Search:
    """`words` as they stand in the address, without those that say nothing; `listing` is what they ask the store."""

    words: tuple[Word, ...]
    listing: RecordingFilters

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "Search":
        """Raises ValidationError for what cannot be searched so."""
        given = [(name, text.strip()) for name, text in args.items(multi=True) if text.strip()]
        words = tuple(word for word in given if word[0] not in _PLACE)
        asked: dict[str, object] = {}
        for name, text in given:
            moment = _moment(name, text)
            asked[name] = [*asked.get(name, ()), moment] if name in REPEATABLE else moment  # type: ignore[misc]  # lists
        return cls(words, RecordingFilters.model_validate(asked))

    @property
    def filters(self) -> tuple[Filter, ...]:
        return self.listing.query(None).filters

    @property
    def filter_words(self) -> tuple[Word, ...]:
        return tuple(word for word in self.words if word[0] != "sort")

    @property
    def query(self) -> Mapping[str, list[str]]:
        """The filters as the body of POST /jobs has them."""
        found: dict[str, list[str]] = {}
        for name, text in self.filter_words:
            found[name] = [*found.get(name, []), _moment(name, text)] if name in REPEATABLE else [_moment(name, text)]
        return found

    @property
    def api_query(self) -> str:
        """The same as the query of an address below /api/v1, the sort left out."""
        return urlencode([(name, text) for name, texts in self.query.items() for text in texts])

    @property
    def shows_trash(self) -> bool:
        return ("status", "trashed") in self.words

    def has(self, name: str, text: str) -> bool:
        return (name, text) in self.words

    def value(self, name: str) -> str:
        return next((text for word, text in self.words if word == name), "")

    def address(self, path: str = HOME, **more: str) -> str:
        return _address(path, [*self.words, *more.items()])

    def without(self, name: str, text: str) -> str:
        return _address(HOME, [word for word in self.words if word != (name, text)])

    def toggled(self, name: str, text: str) -> str:
        """With the value, in the place of another one where there can be but one; without it where it is there."""
        if self.has(name, text):
            return self.without(name, text)
        kept = [word for word in self.words if name in REPEATABLE or word[0] != name]
        return _address(HOME, [*kept, (name, text)])

    def sorted_by(self, sort: str) -> str:
        return _address(HOME, [*(word for word in self.words if word[0] != "sort"), ("sort", sort)])

    def apart_from(self, name: str) -> "Search":
        """Without any filter of that name."""
        return Search.of(MultiDict([word for word in self.words if word[0] != name]))

    def nothing(self) -> "Search":
        """Without any filter at all."""
        return Search.of(MultiDict())


def _moment(name: str, text: str) -> str:
    return text + _DAY_ENDS[name] if name in _DAY_ENDS and len(text) == _DAY_CHARS else text


def _address(path: str, words: Iterable[Word]) -> str:
    query = urlencode(list(words))
    return f"{path}?{query}" if query else path
