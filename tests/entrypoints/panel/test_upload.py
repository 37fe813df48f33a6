"""Where files come in: for whom, and what the page says before anything is sent."""

from tests.entrypoints.http.conftest import Service
from tests.entrypoints.panel.conftest import Reader


def test_editors_are_told_how_large_a_file_may_be_and_of_what_kind(service: Service, editor: Reader) -> None:
    page = editor.read("/upload")
    assert "Up to 2.1 GB a file: wav, " in page
    assert f'data-library="{service.admin.library_id}"' in page


def test_a_viewer_is_told_why_not_and_what_to_do(viewer: Reader) -> None:
    answer = viewer.get("/upload")
    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert "Ask an admin for a key of the role editor" in answer.text
    assert 'type="file"' not in answer.text
