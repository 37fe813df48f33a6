"""Ids of recordings that recipes make."""

from ulid import ULID

from domain.lineage import child_id

BATCH = str(ULID())


def test_the_same_wish_gives_the_same_id() -> None:
    ids = {child_id(key, n, asked) for key in "ab" for n in (0, 1) for asked in (BATCH, f"{BATCH}:7")}
    assert len(ids) == 8
    assert child_id("a", 0, BATCH) in ids


def test_it_is_a_ulid_of_the_time_of_the_wish() -> None:
    made = child_id("a", 0, f"{BATCH}:7")
    assert ULID.from_str(made).timestamp == ULID.from_str(BATCH).timestamp
    assert str(ULID.from_str(made)) == made
