"""Batches, their items and their plans in JSON."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from application.batches import BatchState
from application.plan_batch import MAX_RECORDINGS, Plan, Refusals
from domain.batch import Item, ItemStatus, Selection, Work
from domain.change import Action
from domain.parameter import Setting
from domain.values import MAX_FIELDS, MAX_TAGS, JobId, RecordingId, Scalar
from entrypoints.http.wire.common import Asked, FailureView, Id, Links, Listing
from entrypoints.http.wire.recordings import recording_address

Word = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class Scrub(Asked):
    share: float = Field(
        1.0,
        gt=0,
        le=1,
        description="Of what is selected: a sample by id and month. 1/12 each month sees all in a year.",
    )


Tags = Annotated[list[Word], Field(max_length=MAX_TAGS)]


class AskedChange(Asked):
    """What is to become of the recordings. What is not said stays."""

    action: Action = Field(Action.DESCRIBE, description="describe sets title, tags and fields.")
    title: Word | None = None
    tags: Tags | None = Field(None, description="In the place of all tags.")
    add_tags: Tags | None = None
    remove_tags: Tags | None = None
    fields: dict[Word, Scalar] | None = Field(None, max_length=MAX_FIELDS, description="null takes one out.")


class AskedMove(Asked):
    key: Word = Field(description="Of the library to move to, which may write there. It is not kept.")


class AskedWork(Asked):
    """One sort of work, in its own words."""

    recipe: Word | None = Field(None, description="A recipe's name, or name@version; without one, the latest.")
    into: Word | None = Field(None, description="What a recipe's results become: renditions, or recordings.")
    model: Word | None = Field(None, description="What is to be run, by its name in /models.")
    parameters: dict[str, float] = Field(
        default_factory=dict, max_length=100, description="Of the model; what is not said has its default."
    )
    analyser: Word | None = Field(None, description="What is to listen again: listen.")
    change: AskedChange | None = None
    move: AskedMove | None = Field(
        None, description="To another library: they get other ids there, and are trashed here."
    )
    fixity: Scrub | None = Field(None, description="Compares stored originals with the hashes that they came with.")
    undo: Id | None = Field(None, description="A batch that has ended, and is to be taken back.")

    @model_validator(mode="after")
    def _of_one_work(self) -> Self:
        if self.parameters and self.model is None:
            raise ValueError("only a model has parameters")
        if self.into is not None and self.recipe is None:
            raise ValueError("only a recipe has into")
        return self

    def works(self) -> list[Work]:
        said = {
            Work.RECIPE: self.recipe,
            Work.PREDICT: self.model,
            Work.ANALYSE: self.analyser,
            Work.CHANGE: self.change,
            Work.MOVE: self.move,
            Work.FIXITY: self.fixity,
            Work.UNDO: self.undo,
        }
        return [work for work, value in said.items() if value is not None]

    def settings(self) -> dict[str, Any]:
        """As the work's ItemWork is asked."""
        if self.recipe is not None:
            return {"recipe": self.recipe, **({} if self.into is None else {"into": self.into})}
        if self.model is not None:
            return {"model": self.model, "parameters": self.parameters}
        if self.analyser is not None:
            return {"analyser": self.analyser}
        if self.undo is not None:
            return {"batch": self.undo}
        if self.move is not None:
            return {"key": self.move.key}
        return self.change.model_dump(exclude_unset=True) if self.change else {}

    def selection(self, recordings: list[str], query: dict[str, list[str]] | None) -> Selection:
        if self.undo is not None:
            return Selection(undoes=JobId(self.undo))
        return Selection(
            tuple(map(RecordingId, recordings)),
            None if query is None else {name: tuple(values) for name, values in query.items()},
            share=self.fixity.share if self.fixity else 1.0,
        )


class BatchView(BaseModel):
    work: Work
    settings: dict[str, Setting] = Field(description="Of the work, pinned to versions.")
    selection: dict[str, Any] = Field(description="What it is over: how many recordings, or the query.")
    counts: dict[ItemStatus, int] = Field(description="How many items are in which status; zeros are left out.")
    total: int = Field(description="Items that there are; more come while `complete` is false.")
    complete: bool = Field(description="Whether all items have been made.")
    audio_seconds: float = Field(description="How much sound was dealt with.")
    items_per_second: float | None = Field(description="By the time that its items took, with all crews at it.")
    audio_seconds_per_second: float | None
    seconds_left: float | None = Field(description="At that rate. Null while nothing can be told.")

    @classmethod
    def of(cls, state: BatchState) -> "BatchView":
        batch, counts = state.batch, state.counts
        return cls(
            work=batch.work,
            settings=dict(batch.settings),
            selection=_told(batch.selection),
            counts={status: number for status, number in counts.by_status.items() if number},
            total=counts.total,
            complete=state.making.complete,
            audio_seconds=counts.audio_seconds,
            items_per_second=state.items_per_second,
            audio_seconds_per_second=state.audio_seconds_per_second,
            seconds_left=state.seconds_left,
        )


def _told(selection: Selection) -> dict[str, Any]:
    if selection.query is not None:
        query = {name: list(values) for name, values in selection.query.items()}
        return {"query": query, "created_until": selection.before, "share": selection.share}
    if selection.undoes is not None:
        return {"undoes": selection.undoes}
    return {"rows": True} if selection.rows is not None else {"recordings": len(selection.recordings)}


class ItemListing(Listing):
    status: ItemStatus | None = None


class ItemPath(Asked):
    id: Id
    n: int = Field(ge=0)


class ItemView(BaseModel):
    n: int
    recording: str
    status: ItemStatus
    attempts: int
    settings: dict[str, Setting] = Field(description="Of this item alone.")
    result: dict[str, Scalar] = Field(description="Names what was made.")
    failure: FailureView | None = Field(description="Why it failed, what a person is asked, or why it is tried again.")
    audio_seconds: float
    busy_seconds: float
    updated_at: datetime
    links: Links

    @classmethod
    def of(cls, item: Item) -> "ItemView":
        own = f"/api/v1/jobs/{item.batch_id}/items/{item.n}"
        waits = item.status is ItemStatus.REVIEW
        return cls(
            n=item.n,
            recording=item.recording_id,
            status=item.status,
            attempts=item.attempts,
            settings=dict(item.settings),
            result=dict(item.result),
            failure=FailureView.of(item.failure),
            audio_seconds=item.audio_seconds,
            busy_seconds=item.busy_seconds,
            updated_at=item.updated_at,
            links={
                "recording": recording_address(item.recording_id),
                **({"approve": f"{own}/approve", "reject": f"{own}/reject"} if waits else {}),
            },
        )


class ItemPage(BaseModel):
    items: list[ItemView]
    next_cursor: str | None


class RefusalView(BaseModel):
    code: str
    detail: str = Field(description="Of the first of them.")
    count: int
    recordings: list[str] = Field(description="Some of them.")

    @classmethod
    def of(cls, refusals: Refusals) -> "RefusalView":
        return cls(
            code=refusals.code, detail=refusals.detail, count=refusals.count, recordings=list(refusals.recordings)
        )


class PlanView(BaseModel):
    work: Work
    settings: dict[str, Setting]
    recordings: int = Field(description="That were looked at. The sums are of those that would not be refused.")
    complete: bool = Field(description=f"False where there are more: after {MAX_RECORDINGS:,}, or 20 s, it ends.")
    refused: int
    refusals: list[RefusalView]
    hours: float = Field(description="Of sound.")
    bytes_in: int
    bytes_out: int = Field(description="As far as it can be told.")
    bytes_out_unknown: int = Field(description="Of how many recordings it cannot.")
    changes: dict[str, dict[str, Scalar]] = Field(description="What would change, by recording: the first of them.")
    seconds: float | None = Field(description="That it would take, by the measured rate of the latest such batch.")
    no_estimate: str | None = Field(description="Why there is no such time.")

    @classmethod
    def of(cls, work: Work, plan: Plan) -> "PlanView":
        return cls(
            work=work,
            settings=dict(plan.settings),
            recordings=plan.recordings,
            complete=plan.complete,
            refused=plan.refused,
            refusals=[RefusalView.of(each) for each in plan.refusals.values()],
            hours=plan.audio_seconds / 3600,
            bytes_in=plan.bytes_in,
            bytes_out=plan.bytes_out,
            bytes_out_unknown=plan.bytes_out_unknown,
            changes={recording: dict(changes) for recording, changes in plan.changes.items()},
            seconds=plan.seconds,
            no_estimate=plan.no_estimate,
        )
