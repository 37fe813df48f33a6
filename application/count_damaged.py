"""How many originals are known not to be what was taken in."""

from dataclasses import dataclass

from domain.fixity import FixityStatus
from domain.listing import MAX_LIMIT, Field, Filter, Op, RecordingQuery
from domain.ports.access import Libraries
from domain.ports.recordings import Recordings


@dataclass(frozen=True)
class CountDamaged:
    """Over all libraries, for whoever runs the service; what lies in the trash is left out.

    Of one library at most MAX_LIMIT of each are counted: that there are any is what somebody has to know.
    """

    libraries: Libraries
    recordings: Recordings

    def __call__(self) -> dict[FixityStatus, int]:
        counts = dict.fromkeys((FixityStatus.DAMAGED, FixityStatus.MISSING), 0)
        for library in self.libraries.all():
            for status in counts:
                query = RecordingQuery((Filter(Field.FIXITY, Op.EQ, str(status)),), limit=MAX_LIMIT)
                counts[status] += len(self.recordings.search(library.id, query).items)
        return counts
