"""Runs in bulk on machines that are there for them alone."""

from dataclasses import dataclass

from domain.bulk import BulkRun
from domain.ports.bulk import BulkRuns
from domain.ports.world import Ids
from domain.source import checked_address


@dataclass(frozen=True)
class StartRun:
    """For whoever runs the service: what a run may read and write is its role's affair, not a key's."""

    bulk_runs: BulkRuns
    ids: Ids

    def __call__(
        self,
        input_address: str,
        output_address: str,
        *,
        machines: int,
        machine_type: str,
        volume_gib: int,
        max_hours: int,
        artefacts: bool = True,
    ) -> BulkRun:
        run = BulkRun(
            name=f"audio-backend-{self.ids.next().lower()}",
            input_address=checked_address(input_address),
            output_address=checked_address(output_address),
            machines=machines,
            machine_type=machine_type,
            volume_gib=volume_gib,
            max_hours=max_hours,
            artefacts=artefacts,
        )
        self.bulk_runs.start(run)
        return run
