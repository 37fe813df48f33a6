"""An import that runs in the background."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from application.import_plan import ImportMode, PlanImport, RequireImportable, WalkSource
from application.import_source import Became, ImportObject, ImportReport
from application.work import StartJob
from domain.access import Actor, system_actor
from domain.errors import Conflict, Unavailable
from domain.job import WHOLE_LIBRARY, Job
from domain.job_kind import JobKind
from domain.ports.audio import Progress
from domain.values import Scalar

log = logging.getLogger(__name__)

NAMED = 5  # failures in the reason of a job; all of a thousand help nobody


@dataclass(frozen=True)
class StartImport:
    """A job for it. One of the same address that waits or runs already is not started twice."""

    require_importable: RequireImportable
    start_job: StartJob

    def __call__(self, actor: Actor, address: str, mode: ImportMode, *, trash_missing: bool = False) -> Job:
        parameters: Mapping[str, Scalar] = {
            "address": self.require_importable(actor, address),
            "mode": str(mode),
            "trash_missing": trash_missing,
        }
        job = self.start_job(actor, JobKind.IMPORT, WHOLE_LIBRARY, parameters)
        return self.start_job.again(actor, job) if job.is_settled else job


@dataclass(frozen=True)
class RunImport:
    """Object after object. Stopped at any moment and run again, it goes on where it was."""

    require_importable: RequireImportable
    plan_import: PlanImport
    walk_source: WalkSource
    import_object: ImportObject

    def __call__(self, job: Job, progress: Progress) -> None:
        """Raises Conflict, which says how many objects were refused and names the first, once all others are there.

        Also where missing ones go into the trash, and most are missing.
        """
        actor = system_actor(job.library_id, f"job:{job.id}", job.request_id)
        address = self.require_importable(actor, str(job.parameters["address"]))  # the settings may have changed since
        mode, trash = ImportMode(str(job.parameters["mode"])), bool(job.parameters["trash_missing"])
        plan = self.plan_import(actor, address)
        if trash:
            plan.require_most_there()
        total = sum(share.count for share in plan.shares.values())
        report = ImportReport()
        for done, step in enumerate(self.walk_source(actor, address)):
            progress(min(1.0, done / max(1, total)), "importing")
            report.add(self.import_object(actor, step, mode, trash_missing=trash))
        log.info("imported %s: %s", address, told(report))
        if report.counts[Became.REFUSED]:
            raise _unfinished(report)


def told(report: ImportReport) -> str:
    return ", ".join(f"{count} {became}" for became, count in sorted(report.counts.items())) or "nothing yet"


def _unfinished(report: ImportReport) -> Conflict | Unavailable:
    named = "; ".join(f"{each.url}: {each.failure.detail}" for each in report.failures[:NAMED] if each.failure)
    detail = f"{told(report)}. Refused were, among others: {named}"
    return Unavailable(detail, retry_after=60) if report.try_again else Conflict(detail)
