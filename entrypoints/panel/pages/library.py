"""/: the table of recordings, by pages that follow each other; /library/facets: what there is to filter by."""

from flask import Blueprint, Response, abort, request
from pydantic import ValidationError

from domain.recording import Recording
from domain.tally import Tally
from domain.values import Page
from entrypoints.http import errors
from entrypoints.http.context import actor, use_cases
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.recordings import RecordingView
from entrypoints.panel.library_facets import SHOWN, chips, counted, facet_choices
from entrypoints.panel.library_search import Search
from entrypoints.panel.rendering import page

library = Blueprint("library", __name__)

_COLUMNS = (
    ("title", "Title"),
    ("", "Status"),
    ("duration", "Duration"),
    ("loudness", "LUFS"),
    ("", "Findings"),
    ("", "Tags"),
    ("created", "Created"),
)
"""What each is sorted by, where it can be, and its head."""


@library.get("/")
def table() -> Response:
    """The page; for htmx the results alone, or the rows that follow where there is a cursor."""
    search = _search()
    listing, of_library = search.listing, actor().library_id
    cursor = stores_cursor(of_library, "recordings", listing.cursor)
    found: Page[Recording] = use_cases().search_recordings()(actor(), listing.query(cursor))
    following = signed_cursor(of_library, "recordings", found.next_cursor)
    return page(
        _template(bool(cursor)),
        search=search,
        chips=chips(search),
        columns=_COLUMNS,
        recordings=[RecordingView.of(recording) for recording in found.items],
        is_first=cursor is None,
        more=search.address(cursor=following) if following else None,
    )


def _template(goes_on: bool) -> str:
    """A part that htmx asks for to show again what the browser goes back to is cut out of the whole page."""
    if request.headers.get("HX-Request") != "true" or request.headers.get("HX-Request-Type") == "full":
        return "library.html"
    return "_library_rows.html" if goes_on else "_library_results.html"


@library.get("/library/facets")
def facets() -> Response:
    search = _search()
    now = _tally(search)
    whole = _tally(search.nothing()) if search.filter_words and not search.shows_trash else None
    return page(
        "_library_facets.html",
        facets=facet_choices(search, _tally),
        shown=SHOWN,
        count=now.total.recordings,
        counted=counted(now, whole),
    )


def _tally(search: Search) -> Tally:
    found: Tally = use_cases().tally_recordings()(actor(), search.filters)
    return found


def _search() -> Search:
    try:
        return Search.of(request.args)
    except ValidationError as error:
        abort(errors.of_validation(error))
