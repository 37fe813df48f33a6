"""Whether an original still has its bytes, and when that is written down."""

from datetime import timedelta

import pytest

from domain.fixity import REMEMBERED_FOR, Fixity, FixityStatus
from domain.recording import Recording
from tests.builders import NOON, a_recording, a_sha256

WHOLE = a_recording()
LATER = NOON + timedelta(days=1)


def found(sha256: str | None, days: float = 0) -> Fixity:
    return Fixity.of(sha256, str(WHOLE.sha256), NOON + timedelta(days=days))


@pytest.mark.parametrize(
    ("sha256", "status"),
    [
        (WHOLE.sha256, FixityStatus.INTACT),
        (a_sha256("other"), FixityStatus.DAMAGED),
        (None, FixityStatus.MISSING),
    ],
)
def test_what_was_found_says_how_it_is(sha256: str | None, status: FixityStatus) -> None:
    fixity = found(sha256)
    assert (fixity.status, fixity.sha256, fixity.checked_at) == (status, sha256, NOON)


def test_that_all_is_well_is_no_change_of_the_recording() -> None:
    checked = WHOLE.checked(found(WHOLE.sha256, days=1))
    assert (checked.fixity, checked.updated_at, checked.version) == (found(WHOLE.sha256, days=1), NOON, 2)


def test_that_all_is_well_is_written_down_now_and_then() -> None:
    checked = WHOLE.checked(found(WHOLE.sha256))
    assert checked.checked(found(WHOLE.sha256, days=REMEMBERED_FOR.days - 1)) is checked
    again = checked.checked(found(WHOLE.sha256, days=REMEMBERED_FOR.days))
    assert again.fixity == found(WHOLE.sha256, days=REMEMBERED_FOR.days)


@pytest.mark.parametrize("sha256", [a_sha256("other"), None])
@pytest.mark.parametrize("before", [WHOLE, WHOLE.checked(found(WHOLE.sha256))])
def test_damage_is_a_change_and_so_is_its_end(before: Recording, sha256: str | None) -> None:
    damaged = before.checked(found(sha256, days=1))
    assert (damaged.fixity, damaged.updated_at) == (found(sha256, days=1), LATER)
    assert damaged.status is before.status
    assert damaged.checked(found(sha256, days=2)) is damaged  # since when is known
    mended = damaged.checked(found(WHOLE.sha256, days=2))
    assert (mended.fixity, mended.updated_at) == (found(WHOLE.sha256, days=2), NOON + timedelta(days=2))
