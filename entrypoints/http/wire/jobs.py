"""Jobs and dead letters in JSON."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field, model_validator

from application.batches import BatchState
from application.chosen import MAX_RECORDINGS
from domain.job import Job, JobStatus
from domain.job_kind import JobKind
from domain.ports.work import DeadLetter, JobQuery
from domain.values import RecordingId, Scalar
from entrypoints.http.wire.batches import AskedWork, BatchView, Word
from entrypoints.http.wire.common import Asked, FailureView, Id, Links, Listing, example
from entrypoints.http.wire.recordings import recording_address


class JobPath(Asked):
    id: Id


class NewJobs(AskedWork):
    """One sort of work, and the recordings: by their ids, or by a query."""

    model_config = example(recipe="podcast-voice", query={"status": ["ready"], "duration[gte]": ["60"]}, dry_run=True)

    recordings: list[Id] = Field(default_factory=list, max_length=MAX_RECORDINGS)
    query: dict[Word, list[Word]] | None = Field(
        None,
        max_length=50,
        description="Filters as in GET /recordings, each with its values: all that match and were there at the start.",
    )
    dry_run: bool = Field(False, description="Say what would become of it, and start nothing.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if len(self.works()) != 1:
            raise ValueError("say one of recipe, model, analyser, change, move, fixity and undo")
        if bool(self.recordings) + (self.query is not None) + (self.undo is not None) != 1:
            raise ValueError("say either recordings or a query; an undo has those of its batch")
        return self

    @property
    def is_batch(self) -> bool:
        """Models and analysers over recordings that are named are a job for each."""
        return self.query is not None or (self.model is None and self.analyser is None)


class JobListing(Listing):
    status: JobStatus | None = None
    kind: JobKind | None = None
    recording: Id | None = None

    def query(self, cursor: str | None) -> JobQuery:
        """With the store's own cursor."""
        recording = None if self.recording is None else RecordingId(self.recording)
        return JobQuery(status=self.status, kind=self.kind, recording_id=recording, limit=self.limit, cursor=cursor)


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
    batch: BatchView | None = Field(None, description="Of a job over many recordings; null in lists.")
    links: Links

    @classmethod
    def of(cls, job: Job, state: BatchState | None = None) -> "JobView":
        own = job_address(job.id)
        of_batches = ("items", "pause", "resume") if job.kind is JobKind.BATCH else ()
        return cls(
            id=job.id,
            kind=job.kind,
            status=job.status,
            recording=job.recording_id or None,
            parameters=dict(job.parameters),
            progress=job.progress if state is None or job.is_settled else state.progress,
            stage=job.stage,
            attempts=job.attempts,
            failure=FailureView.of(job.failure),
            version=job.version,
            created_at=job.created_at,
            updated_at=job.updated_at,
            due_at=job.due_at,
            request_id=job.request_id,
            batch=None if state is None else BatchView.of(state),
            links={
                "self": own,
                **({"recording": recording_address(job.recording_id)} if job.recording_id else {}),
                "cancel": f"{own}/cancel",
                "retry": f"{own}/retry",
                **{name: f"{own}/{name}" for name in of_batches},
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
