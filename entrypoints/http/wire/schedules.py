"""Schedules and their runs in JSON."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from domain.batch import Work
from domain.schedule import (
    DELAY_SECONDS,
    MAINTENANCE,
    MAX_DELAY_SECONDS,
    Missed,
    Run,
    RunOutcome,
    Schedule,
    ScheduledBatch,
    ScheduledTask,
    ScheduleStatus,
    Timing,
    Window,
)
from entrypoints.http.wire.batches import AskedWork, Word
from entrypoints.http.wire.common import Asked, FailureView, Id, Links, example
from entrypoints.http.wire.jobs import job_address

_TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class SchedulePath(Asked):
    id: Id


class WindowView(Asked):
    opens: _TimeOfDay = Field(description="From this time of day on, in the time zone.")
    closes: _TimeOfDay = Field(description="Up to this one, not with it; the next day's where it is earlier.")


class ScheduledRun(AskedWork):
    """One sort of work over all that `query` finds when its time has come, or a task."""

    model_config = example(recipe="podcast-voice", query={"tag": ["speech"]})

    task: str | None = Field(
        None, max_length=64, description=f"Maintenance of the service as a whole: {', '.join(MAINTENANCE)}."
    )
    query: dict[Word, list[Word]] | None = Field(
        None, max_length=50, description="Filters as in GET /recordings; {} for all but the trash."
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if len(self.works()) + (self.task is not None) != 1 or self.undo is not None:
            raise ValueError("say one of recipe, model, analyser, change, fixity and task")
        if (self.task is None) == (self.query is None):
            raise ValueError("say a query, but not with a task")
        return self

    def runs(self) -> ScheduledBatch | ScheduledTask:
        if self.task is not None:
            return ScheduledTask(self.task)
        selection = self.selection([], self.query)
        return ScheduledBatch(self.works()[0], self.settings(), selection.query or {}, selection.share)

    @classmethod
    def of(cls, runs: ScheduledBatch | ScheduledTask) -> Self:
        if isinstance(runs, ScheduledTask):
            return cls.model_validate({"task": runs.task})
        said: dict[str, Any] = dict(runs.settings)
        if runs.work is Work.CHANGE:
            said = {"change": said}
        if runs.work is Work.FIXITY:
            said = {"fixity": {"share": runs.share}}
        return cls.model_validate({**said, "query": {name: list(values) for name, values in runs.query.items()}})


class ScheduleBody(Asked):
    model_config = example(
        name="nightly voices",
        cron="30 2 * * *",
        time_zone="Europe/Berlin",
        window={"opens": "22:00", "closes": "06:00"},
        runs={"recipe": "podcast-voice", "query": {"tag": ["speech"]}},
    )

    # What a text looks like is the domain's business; these are no more than bounds.
    name: str = Field(max_length=1024)
    cron: str = Field(max_length=1024, description="Minute, hour, day of the month, month, day of the week.")
    time_zone: str = Field("UTC", max_length=255, description="By its IANA name, such as Europe/Berlin.")
    window: WindowView | None = Field(None, description="When runs may start; one whose time is outside waits for it.")
    missed: Missed = Field(Missed.ONCE, description="One run makes up for all that were missed, or they are skipped.")
    longest_delay_seconds: int = Field(
        DELAY_SECONDS, ge=60, le=MAX_DELAY_SECONDS, description="A run that is later than this was missed, for `skip`."
    )
    runs: ScheduledRun

    def timing(self) -> Timing:
        window = None if self.window is None else Window(self.window.opens, self.window.closes)
        return Timing(self.cron, self.time_zone, window, self.missed, self.longest_delay_seconds)


class ScheduleView(BaseModel):
    id: str
    name: str
    status: ScheduleStatus
    cron: str
    time_zone: str
    window: WindowView | None
    missed: Missed
    longest_delay_seconds: int
    runs: ScheduledRun
    next_at: datetime | None = Field(description="When the next run may start; null while it is paused.")
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    links: Links

    @classmethod
    def of(cls, schedule: Schedule) -> "ScheduleView":
        timing, own = schedule.timing, schedule_address(schedule.id)
        window = timing.window
        return cls(
            id=schedule.id,
            name=schedule.name,
            status=schedule.status,
            cron=timing.cron,
            time_zone=timing.time_zone,
            window=None if window is None else WindowView(opens=window.opens, closes=window.closes),
            missed=timing.missed,
            longest_delay_seconds=timing.longest_delay_seconds,
            runs=ScheduledRun.of(schedule.runs),
            next_at=schedule.due_at,
            version=schedule.version,
            created_at=schedule.created_at,
            created_by=schedule.created_by,
            updated_at=schedule.updated_at,
            links={"self": own, **{name: f"{own}/{name}" for name in ("pause", "resume", "run", "runs")}},
        )


class ScheduleList(BaseModel):
    items: list[ScheduleView]


class RunView(BaseModel):
    slot: datetime = Field(description="The time that it is for; of one out of turn, when it was asked for.")
    at: datetime
    outcome: RunOutcome
    by: str
    job: str | None = Field(description="What it started.")
    reason: FailureView | None = Field(description="Why it started nothing.")
    links: Links

    @classmethod
    def of(cls, run: Run) -> "RunView":
        return cls(
            slot=run.slot,
            at=run.at,
            outcome=run.outcome,
            by=run.by,
            job=run.job_id,
            reason=FailureView.of(run.reason),
            links={} if run.job_id is None else {"job": job_address(run.job_id)},
        )


class RunPage(BaseModel):
    items: list[RunView]
    next_cursor: str | None


def schedule_address(schedule_id: str) -> str:
    return f"/api/v1/schedules/{schedule_id}"
