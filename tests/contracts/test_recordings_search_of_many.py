"""Recordings.search over a thousand recordings: every filter in every order, and filters together, to the last page.

moto looks through its whole table for every question: over a thousand it takes minutes, so it is given fewer. The
other doubles, and AWS itself, are asked over all of them.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice

import pytest

from domain.fixity import FixityStatus
from domain.listing import MAX_LIMIT, ORDERED, Comparable, Field, Filter, Op, RecordingQuery, SortKey
from domain.recording import Recording, Status
from tests.aws import BACKEND
from tests.builders import (
    LIBRARY,
    NOON,
    FakeClock,
    a_finding,
    a_fixity,
    a_lineage,
    a_recording,
    a_sha256,
    an_audio_format,
)
from tests.contracts.conftest import NAMES, Family, maker_of
from tests.contracts.test_recordings_search import expected, paged

pytestmark = pytest.mark.timeout(300)

MANY, ENOUGH_FOR_MOTO = 1000, 250
FEW = 60
"""Some values are rarer than that, some are not."""

_VALUES: dict[Field, tuple[Comparable, ...]] = {
    Field.TEXT: ("A dog", "take 199"),
    Field.STATUS: (Status.READY, Status.TRASHED),
    Field.TAG: ("common", "rare"),
    Field.FINDING: ("clipping", "hum"),
    Field.FIXITY: ("damaged", "missing"),
    Field.PARENT: ("split", "once"),
    Field.CODEC: ("pcm_s16le", "mp3"),
    Field.CONTAINER: ("wav", "mp3"),
    Field.SHA256: (a_sha256("many"), a_sha256("one")),
    Field.FILENAME: ("take 1.wav", "take 7.wav"),
    Field.CHANNELS: (2, 6),
    Field.SAMPLE_RATE: (48_000, 96_000),
    Field.DURATION: (1.5, 3599.0),
    Field.LOUDNESS: (-23.0, -6.5),
    Field.SIZE: (2**20, 2**31),
    Field.CREATED: (NOON + timedelta(minutes=500), NOON + timedelta(minutes=990)),
    Field.UPDATED: (NOON + timedelta(days=500), NOON + timedelta(days=990)),
}
READY = Filter(Field.STATUS, Op.EQ, Status.READY)
FILTERS = tuple(
    tuple(Filter(field, op, value) for value in values)
    for field, values in _VALUES.items()
    for op in (tuple(Op) if field in ORDERED else (Op.EQ,))
)


def many(rng: random.Random) -> Iterator[Recording]:
    for n in range(MANY):
        is_mp3 = rng.random() < 0.1
        audio = an_audio_format(
            container="mp3" if is_mp3 else "wav",
            codec="mp3" if is_mp3 else "pcm_s16le",
            channels=rng.choice((1, 1, 2, 2, 2, 2, 6)),
            sample_rate_hz=rng.choice((44_100, 48_000, 48_000, 96_000)),
            duration_seconds=rng.choice((None, 0.5, 1.5, float(rng.randrange(3600)))),
        )
        tags = {tag for tag, share in (("common", 0.6), ("rare", 0.03), ("other", 0.3)) if rng.random() < share}
        codes = {code for code, share in (("clipping", 0.3), ("hum", 0.02)) if rng.random() < share}
        yield a_recording(
            title=rng.choice(("A dog", "a dog", "Ä", "🎧", f"Take {n}")),
            filename=f"take {rng.randrange(5) if n % 50 else 7}.wav",
            status=rng.choices(tuple(Status), weights=(5, 25, 40, 15, 10, 5))[0],
            created_at=NOON + timedelta(minutes=rng.randrange(MANY)),
            updated_at=NOON + timedelta(days=rng.randrange(MANY)),
            sha256=a_sha256("one" if n == 200 else "many" if n % 9 == 0 else n),
            keep_duplicate=True,
            size_bytes=rng.choice((2**20, 2**20 + n, 2**32)),
            tags=tuple(sorted(tags)),
            findings=tuple(a_finding(code=code) for code in sorted(codes)),
            loudness_lufs=rng.choice((None, -23.0, -rng.randrange(700) / 10)),
            audio=audio if rng.random() < 0.95 else None,
            fixity=a_fixity(rng.choices(tuple(FixityStatus), weights=(90, 8, 2))[0]),
            lineage=a_lineage("once" if n == 100 else "split") if n % 4 == 0 else None,
        )


@pytest.fixture(scope="module", params=NAMES)
def stored(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Family, list[Recording]]]:
    count = ENOUGH_FOR_MOTO if (request.param, BACKEND) == ("aws", "moto") else MANY
    recordings = list(islice(many(random.Random(4)), count))
    with maker_of(request)(FakeClock(), tmp_path_factory.mktemp("many"), few=FEW) as family:
        family.load(recordings)
        yield family, recordings


def queries(sort: SortKey) -> Iterator[RecordingQuery]:
    """In that order: no filter, each filter alone, filters together."""
    rng = random.Random(sort)
    yield RecordingQuery((), sort, descending=False)
    yield RecordingQuery((), sort, descending=True)
    for values in FILTERS:
        yield RecordingQuery((rng.choice(values),), sort, descending=rng.random() < 0.5)
    for _ in range(15):
        together = tuple(rng.choice(values) for values in rng.sample(FILTERS, rng.choice((2, 3))))
        yield RecordingQuery(together, sort, descending=rng.random() < 0.5)


def test_all_of_many_are_listed_page_by_page(stored: tuple[Family, list[Recording]]) -> None:
    family, recordings = stored
    query = RecordingQuery(sort=SortKey.UPDATED, limit=MAX_LIMIT)
    assert paged(family.recordings, LIBRARY, query) == expected(recordings, query)


@pytest.mark.parametrize("sort", SortKey)
def test_every_filter_in_every_order_is_what_the_domain_says(
    stored: tuple[Family, list[Recording]], sort: SortKey
) -> None:
    family, recordings = stored
    asked = list(queries(sort))
    if family.is_slow:
        # Each filter has its turn in one of the orders, and among the ready ones, which are one list and not five.
        alone = asked[2 : 2 + len(FILTERS)]
        some = [RecordingQuery((), sort), *alone[list(SortKey).index(sort) :: len(SortKey)]]
        asked = [replace(query, filters=(READY, *query.filters)) for query in some]
    for query in asked:
        assert paged(family.recordings, LIBRARY, replace(query, limit=MAX_LIMIT)) == expected(recordings, query), query
