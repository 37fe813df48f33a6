"""Jobs and dead letters in JSON."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field, model_validator

from application.chosen import MAX_RECORDINGS
from domain.job import Job, JobStatus
from domain.job_kind import JobKind
from domain.ports.work import DeadLetter
from domain.values import Scalar
from entrypoints.http.wire.common import Asked, FailureView, Id, Links, Listing, example
from entrypoints.http.wire.recordings import recording_address


class JobPath(Asked):
    id: Id


class NewJobs(Asked):
    """Either an analyser that listens again, or a model, with parameters of its own."""

    model_config = example(model="speech", recordings=["01ARZ3NDEKTSV4RRFFQ69G5FAV"], parameters={"threshold": 0.6})

    analyser: str | None = Field(None, max_length=64, description="What is to listen again: listen.")
    model: str | None = Field(None, max_length=64, description="What is to be run, by its name in /models.")
    recordings: list[Id] = Field(min_length=1, max_length=MAX_RECORDINGS)
    parameters: dict[str, float] = Field(
        default_factory=dict, max_length=100, description="Of the model; what is not said has its default."
    )

    @model_validator(mode="after")
    def _one_kind_of_work(self) -> Self:
        if (self.analyser is None) == (self.model is None):
            raise ValueError("say either analyser or model")
        if self.analyser is not None and self.parameters:
            raise ValueError("an analyser has no parameters")
        return self


class JobListing(Listing):
    status: JobStatus | None = None
    kind: JobKind | None = None
    recording: Id | None = None


class JobView(BaseModel):
    id: str
    kind: JobKind
    status: JobStatus
    recording: str | None = Field(description="Null where the job is for the library as a whole.")
    parameters: dict[str, Scalar]
    progress: float = Field(description="The share that is done, 0 to 1.")
    stage: str
    attempts: int
    failure: FailureView | None = Field(description="Why it failed, or why the attempt before did.")
    version: int
    created_at: datetime
    updated_at: datetime
    due_at: datetime
    request_id: str | None
    links: Links

    @classmethod
    def of(cls, job: Job) -> "JobView":
        own = job_address(job.id)
        return cls(
            id=job.id,
            kind=job.kind,
            status=job.status,
            recording=job.recording_id or None,
            parameters=dict(job.parameters),
            progress=job.progress,
            stage=job.stage,
            attempts=job.attempts,
            failure=FailureView.of(job.failure),
            version=job.version,
            created_at=job.created_at,
            updated_at=job.updated_at,
            due_at=job.due_at,
            request_id=job.request_id,
            links={
                "self": own,
                **({"recording": recording_address(job.recording_id)} if job.recording_id else {}),
                "cancel": f"{own}/cancel",
                "retry": f"{own}/retry",
                "events": f"/api/v1/events?job={job.id}",
            },
        )


class JobPage(BaseModel):
    items: list[JobView]
    next_cursor: str | None


class JobList(BaseModel):
    items: list[JobView]


class DeadLetterView(BaseModel):
    job: JobView
    reason: str
    receives: int
    died_at: datetime

    @classmethod
    def of(cls, letter: DeadLetter, job: Job) -> "DeadLetterView":
        return cls(job=JobView.of(job), reason=letter.reason, receives=letter.receives, died_at=letter.died_at)


class DeadLetterList(BaseModel):
    items: list[DeadLetterView]


def job_address(job_id: str) -> str:
    return f"/api/v1/jobs/{job_id}"
