"""How a library stands, in a few numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from application.upkeep import each_recording
from domain.access import Actor, Permission
from domain.job import JobStatus
from domain.listing import Field, Filter, Op
from domain.ports.recordings import Recordings
from domain.ports.work import JobQuery, Jobs
from domain.recording import Status
from domain.tally import Amount, Counted, Counter, Facet, Tally
from domain.values import LibraryId

PAGE = 200


@dataclass(frozen=True)
class Summary:
    """`recordings` by status; hours and bytes are of those that are not in the trash."""

    recordings: Mapping[str, int]
    hours: float
    size_bytes: int
    jobs: Mapping[str, int]


@dataclass(frozen=True)
class Summarise:
    """Exact: where the store does not tally all, it walks the library a page at a time, for a person who can wait."""

    recordings: Recordings
    jobs: Jobs

    def __call__(self, actor: Actor) -> Summary:
        actor.require(Permission.READ)
        tally = self.recordings.tally(actor.library_id, ())
        if not tally.whole:
            tally = self._walked(actor.library_id)
        statuses = tally.by[Facet.STATUS]
        return Summary(
            {str(status): statuses.get(status, Amount()).recordings for status in Status},
            tally.total.seconds / 3600,
            tally.total.bytes,
            {str(status): self._count(actor, status) for status in JobStatus},
        )

    def _walked(self, library_id: LibraryId) -> Tally:
        counter = Counter(with_trash=False)
        trashed = Filter(Field.STATUS, Op.EQ, Status.TRASHED)
        for filters in ((), (trashed,)):
            for recording in each_recording(self.recordings, library_id, *filters):
                counter.count(Counted.of(recording))
        return counter.tally({})

    def _count(self, actor: Actor, status: JobStatus) -> int:
        count, cursor = 0, None
        while True:
            page = self.jobs.search(actor.library_id, JobQuery(status=status, limit=PAGE, cursor=cursor))
            count += len(page.items)
            cursor = page.next_cursor
            if cursor is None:
                return count
