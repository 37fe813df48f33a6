"""Whether the bytes of an original are still those that were taken in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

REMEMBERED_FOR = timedelta(days=90)
"""That an original was found intact is written down so often at most: a scrub reads all of a library, and should not
write it, too. Each batch tells of its own checks."""


class FixityStatus(StrEnum):
    INTACT = "intact"
    DAMAGED = "damaged"  # there are other bytes than were taken in
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Fixity:
    """`sha256` is what was found, None where nothing is. `checked_at` is the check that found it so first or, of an
    intact one, one of the last REMEMBERED_FOR before the latest."""

    status: FixityStatus
    checked_at: datetime
    sha256: str | None = None

    @classmethod
    def of(cls, found: str | None, expected: str, now: datetime) -> "Fixity":
        if found is None:
            return cls(FixityStatus.MISSING, now)
        return cls(FixityStatus.INTACT if found == expected else FixityStatus.DAMAGED, now, found)

    def is_news_to(self, known: "Fixity | None") -> bool:
        if known is None or known.status is not self.status:
            return True
        return self.is_intact and known.checked_at + REMEMBERED_FOR <= self.checked_at

    def is_as_good_as(self, known: "Fixity | None") -> bool:
        """Nothing is wrong, and nothing was."""
        return self.is_intact and (known is None or known.is_intact)

    @property
    def is_intact(self) -> bool:
        return self.status is FixityStatus.INTACT
