"""`audio-backend reanalyse`."""

from typing import Annotated

import typer

from application.access import DEFAULT_LIBRARY
from domain.values import RecordingId
from entrypoints.cli.access import JsonOption, LibraryOption
from entrypoints.cli.session import Session


def reanalyse(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(help="Recordings.")] = None,
    stale: Annotated[bool, typer.Option("--stale", help="All whose analysis is not current.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="All; what is current is only judged anew.")] = False,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Listen again to what the analyser has changed in since, and judge it by the library's policy of now.

    Workers do it; this starts their jobs.
    """
    if [bool(ids), stale, everything].count(True) != 1:
        raise typer.BadParameter("Name recordings, or give one of --stale and --all.")
    session: Session = context.obj
    with session.container() as container:
        actor = session.actor(container, library)
        if ids:
            analyser = container.adapters.engine().analyser
            started = len(container.use_cases.reanalyse()(actor, analyser, [RecordingId(each) for each in ids]))
        else:
            started = container.use_cases.reanalyse_library()(actor, stale_only=stale)
    if as_json:
        session.print_json({"started": started})
        return
    session.out.print(f"{started} recordings are to be analysed again.")
