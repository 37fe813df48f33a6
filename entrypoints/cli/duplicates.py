"""`audio-backend duplicates ID`."""

import typer
from rich.table import Table

from application.access import DEFAULT_LIBRARY
from application.duplicates import Duplicates
from domain.values import RecordingId
from entrypoints.cli.access import JsonOption, LibraryOption
from entrypoints.cli.session import Session


def duplicates(
    context: typer.Context, recording_id: str, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False
) -> None:
    """List the recordings that have the same sound."""
    session: Session = context.obj
    with session.container() as container:
        found: Duplicates = container.use_cases.list_duplicates()(
            session.actor(container, library), RecordingId(recording_id)
        )
    if as_json:
        session.print_json(_plain(found))
        return
    table = Table("recording", "title", "same", "begins at")
    for exact in found.exact:
        table.add_row(exact.recording.id, exact.recording.title, "file" if exact.same_file else "samples", "")
    for near in found.near:
        offset = f"{near.match.offset_seconds:+.3f} s"
        table.add_row(near.recording.id, near.recording.title, f"{near.match.similarity:.0%}", offset)
    session.out.print(table)
    if found.reason:
        session.out.print(f"Only exact ones can be found: {found.reason}.", highlight=False)


def _plain(found: Duplicates) -> dict[str, object]:
    return {
        "exact": [{"recording": one.recording.id, "same_file": one.same_file} for one in found.exact],
        "near": [
            {
                "recording": one.recording.id,
                "similarity": round(one.match.similarity, 4),
                "offset_seconds": one.match.offset_seconds,
                "overlap_seconds": one.match.overlap_seconds,
            }
            for one in found.near
        ],
        "reason": found.reason,
    }
