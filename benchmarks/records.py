"""What a page of 50 recordings costs when the library has 1,000 and when it has 100,000, in SQLite."""

import time
from pathlib import Path

from adapters.local.database import Database
from adapters.local.recordings import SqliteRecordings
from benchmarks.measure import medians
from domain.listing import Field, Filter, Op, RecordingQuery, SortKey
from tests.builders import LIBRARY, a_recording, an_audio_format, an_entry, new_id

FEW, MANY = 1_000, 100_000
QUERIES = {
    "newest first": RecordingQuery(),
    "by title": RecordingQuery(sort=SortKey.TITLE, descending=False),
    "longer than 99 s": RecordingQuery((Filter(Field.DURATION, Op.GTE, 99.0),)),
    "with a tag": RecordingQuery((Filter(Field.TAG, Op.EQ, "rare"),)),
}


def rows(folder: Path) -> list[tuple[str, str, str]]:
    few, many = filled(folder / "few.sqlite", FEW), filled(folder / "many.sqlite", MANY)
    found = []
    for name, query in QUERIES.items():
        large, small = medians(
            lambda query=query: many.search(LIBRARY, query),  # type: ignore[misc]  # bound now, called later
            lambda query=query: few.search(LIBRARY, query),  # type: ignore[misc]  # as above
            clock=time.perf_counter,
        )
        found.append((name, f"{large / small:.1f} x", f"{large * 1e3:.2f} ms against {small * 1e3:.2f} ms"))
    return found


def filled(path: Path, count: int) -> SqliteRecordings:
    database = Database(path)
    recordings = SqliteRecordings(database)
    with database.reading() as connection:
        connection.execute("PRAGMA synchronous = OFF")  # the filling is not what is measured
    for n in range(count):
        recording = a_recording(
            id=new_id(),
            title=f"Recording {n * 7919 % count:06}",
            tags=("rare",) if n % 500 == 0 else ("common",),
            audio=an_audio_format(duration_seconds=float(n % 100)),
        )
        recordings.add(recording, an_entry())
    return recordings
