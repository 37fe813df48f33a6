"""The backlog in JSON."""

from pydantic import BaseModel, Field

from application.backlog import MOST_BATCHES, MOST_JOBS, Backlog
from domain.job import JobStatus
from domain.job_kind import JobKind


class KindView(BaseModel):
    kind: JobKind
    queued: int
    running: int
    paused: int


class ItemsView(BaseModel):
    queued: int
    running: int


class BacklogView(BaseModel):
    jobs: list[KindView] = Field(description="The kinds that there are, and no others.")
    items: ItemsView = Field(description="Of the batches among these jobs.")
    whole: bool = Field(
        description=f"Whether all were counted: the newest {MOST_JOBS} of each status, and {MOST_BATCHES} batches."
    )

    @classmethod
    def of(cls, backlog: Backlog) -> "BacklogView":
        kinds = [kind for kind in JobKind if any(each == kind for each, _ in backlog.jobs)]
        return cls(
            jobs=[
                KindView(
                    kind=kind,
                    queued=backlog.jobs.get((kind, JobStatus.QUEUED), 0),
                    running=backlog.jobs.get((kind, JobStatus.RUNNING), 0),
                    paused=backlog.jobs.get((kind, JobStatus.PAUSED), 0),
                )
                for kind in kinds
            ],
            items=ItemsView(queued=backlog.items_queued, running=backlog.items_running),
            whole=backlog.whole,
        )
