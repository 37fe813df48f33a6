"""How a library stands, in a few numbers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from application.upkeep import each_recording
from domain.access import Actor, Permission
from domain.job import JobStatus
from domain.listing import Field, Filter, Op
from domain.ports.recordings import Recordings
from domain.ports.work import JobQuery, Jobs
from domain.recording import Status

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
    """Walks the whole library a page at a time: exact, and for a person who can wait."""

    recordings: Recordings
    jobs: Jobs

    def __call__(self, actor: Actor) -> Summary:
        actor.require(Permission.READ)
        counts: Counter[str] = Counter()
        seconds, size_bytes = 0.0, 0
        for recording in each_recording(self.recordings, actor.library_id):
            counts[recording.status] += 1
            seconds += (recording.audio and recording.audio.duration_seconds) or 0.0
            size_bytes += recording.size_bytes
        trashed = Filter(Field.STATUS, Op.EQ, Status.TRASHED)
        counts[Status.TRASHED] = sum(1 for _ in each_recording(self.recordings, actor.library_id, trashed))
        return Summary(
            {str(status): counts[status] for status in Status},
            seconds / 3600,
            size_bytes,
            {str(status): self._count(actor, status) for status in JobStatus},
        )

    def _count(self, actor: Actor, status: JobStatus) -> int:
        count, cursor = 0, None
        while True:
            page = self.jobs.search(actor.library_id, JobQuery(status=status, limit=PAGE, cursor=cursor))
            count += len(page.items)
            cursor = page.next_cursor
            if cursor is None:
                return count
