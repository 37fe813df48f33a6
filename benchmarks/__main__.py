"""`make bench`: what the service costs, as ratios in one run. `make bench FILES="a.wav b.mp3"` takes other sounds."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks import listening, records, work

console = Console()


def main(files: list[Path]) -> None:
    with TemporaryDirectory() as folder:
        show("Listening, against decoding alone", listening.rows(files or listening.material(Path(folder))))
        show("Listing 50 of many recordings, against 50 of 1,000", records.rows(Path(folder)))
        show("Background work", work.rows(Path(folder)))


def show(title: str, rows: list[tuple[str, str, str]]) -> None:
    table = Table("what", "ratio", "medians", title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    console.print(table)


main([Path(name) for name in sys.argv[1:]])
