"""Imports of buckets and folders in JSON."""

from pydantic import BaseModel, Field

from application.import_plan import ImportMode, ImportPlan, Share
from domain.source import MAX_URL_CHARS, StepKind
from entrypoints.http.wire.common import Asked, example

MAX_PLANNED = 20_000
"""Objects that a request looks at: 20 requests to S3, 4 s. The command line looks at all."""


class NewImport(Asked):
    model_config = example(address="s3://our-archive/2026/", mode="reference", dry_run=True)

    address: str = Field(
        max_length=MAX_URL_CHARS, description="Below one that the service may import from: s3://bucket/prefix, …"
    )
    mode: ImportMode = Field(ImportMode.COPY, description="reference leaves the bytes where they are.")
    trash_missing: bool = Field(False, description="Put recordings into the trash whose object is gone.")
    dry_run: bool = Field(True, description="Answer what would change, and change nothing.")


class ShareView(BaseModel):
    count: int
    size_bytes: int
    sample: list[str] = Field(description="The first of them.")

    @classmethod
    def of(cls, share: Share) -> "ShareView":
        return cls(count=share.count, size_bytes=share.size_bytes, sample=list(share.sample))


class ImportPlanView(BaseModel):
    address: str
    new: ShareView
    changed: ShareView = Field(description="Other objects than the recordings were made of: they become new ones.")
    missing: ShareView = Field(description="Recordings whose object is gone.")
    unchanged: ShareView
    originals_lost: int = Field(description="Recordings by reference whose object has changed or gone.")
    truncated: bool = Field(
        description=f"There are more than {MAX_PLANNED:,} objects: the counts are of these first ones, by their URLs."
    )

    @classmethod
    def of(cls, plan: ImportPlan) -> "ImportPlanView":
        new, changed, missing, unchanged = (ShareView.of(plan.shares[kind]) for kind in StepKind)
        return cls(
            address=plan.address,
            new=new,
            changed=changed,
            missing=missing,
            unchanged=unchanged,
            originals_lost=plan.originals_lost,
            truncated=plan.truncated,
        )
