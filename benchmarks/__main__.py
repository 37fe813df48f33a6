"""`make bench`: what the service costs, as ratios in one run.

make bench                            five minutes of sound in three formats, and all tables: half an hour
make bench ARGS="--minutes 60"        an hour of it, and lengths up to four hours: about an hour in all
make bench FILES="a.wav b.mp3 music"  sounds and folders of one's own
make bench ARGS="--only listening"    one table: listening, lengths, clips, processing, steps, batches, ready, uploads,
                                      records, panel, work or transfers
"""

import argparse
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks import batches, listening, material, panel, processing, ready, records, transfers, uploads, work

SUFFIXES = frozenset({".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aiff", ".aac", ".wma", ".webm", ".caf"})

console = Console()


def main() -> None:
    asked = _asked()
    with TemporaryDirectory() as name:
        folder = Path(name)
        lengths = [1 / 6, 5, asked.minutes] + ([240] if asked.minutes >= 60 else [])
        tables: Mapping[str, tuple[str, tuple[str, ...], Callable[[], Iterable[tuple[str, ...]]]]] = {
            "listening": (
                "Listening: CPU of each way as a multiple of the engine's",
                listening.HEADS,
                lambda: listening.against_yardsticks(_files(asked.files) or _made(folder, asked.minutes)),
            ),
            "lengths": (
                "Memory over lengths, and the worst case",
                listening.HEADS,
                lambda: listening.over_lengths(folder, lengths),
            ),
            "clips": ("Short clips", listening.HEADS, lambda: listening.clips(folder)),
            "processing": (
                "Processing: to -16 LUFS as opus of 128 kbit/s, against ffmpeg's command line",
                processing.HEADS,
                lambda: processing.rows(folder, lengths[2:]),
            ),
            "steps": ("Steps of recipes, alone", processing.STEP_HEADS, lambda: processing.steps(folder)),
            "batches": ("Batches", batches.HEADS, lambda: batches.rows(folder, asked.clips, asked.items)),
            "ready": ("Usable", ("what", "ratio", "medians"), lambda: ready.rows(folder)),
            "uploads": ("Uploads of 128 MiB", uploads.HEADS, lambda: uploads.rows(folder)),
            "records": (
                "Lists of 200 of many recordings, against 200 of 1,000",
                records.HEADS,
                lambda: records.rows(folder),
            ),
            "panel": ("Pages of the panel, over 100,000 and 1,000 recordings", panel.HEADS, lambda: panel.rows(folder)),
            "work": ("Background work", ("what", "ratio", "medians"), lambda: work.rows(folder)),
            "transfers": ("Blobs of 256 MiB in S3", transfers.HEADS, transfers.rows),
        }
        for key, (title, heads, rows) in tables.items():
            if asked.only in {None, key}:
                _show(title, heads, rows())


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--clips", type=int, default=1000, help="of the batches through a recipe")
    parser.add_argument("--items", type=int, default=100_000, help="of the batches that do nothing")
    parser.add_argument("--only")
    return parser.parse_args()


def _files(named: list[Path]) -> list[Path]:
    found = []
    for path in named:
        found += sorted(path.rglob("*")) if path.is_dir() else [path]
    return [path for path in found if path.is_file() and (path in named or path.suffix.lower() in SUFFIXES)]


def _made(folder: Path, minutes: float) -> list[Path]:
    wav = material.wav(folder / f"{minutes:g} min.wav", minutes * 60)
    return [material.encoded(wav, ".mp3"), material.encoded(wav, ".flac"), wav]


def _show(title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    table = Table(*heads, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    console.print(table)


main()
