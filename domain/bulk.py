"""Listening to millions of files at once, apart from the service: runs of it, and what they give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.analysis import Analysis
from domain.values import Failure, Scalar

ARTEFACTS = "artefacts/"
"""Where a run keeps the files that it made in the same pass, below its results."""


def _stays_inside(path: object) -> bool:
    """No part of it leads elsewhere than down. Somebody else may have written the table that it comes from."""
    return isinstance(path, str) and not {"", ".", ".."} & set(path.split("/"))


@dataclass(frozen=True, slots=True)
class KeptArtefact:
    """A file that was made of one of the files: see domain.analysis.Artefact. It lies under `artefact_name`."""

    name: str
    content_type: str
    settings: Mapping[str, Scalar] = field(default_factory=dict)
    version: str = ""

    def __post_init__(self) -> None:
        if not _stays_inside(self.name) or "/" in self.name:
            raise ValueError("an artefact is called by the name of a file")


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What listening to one file gave: an analysis, which belongs to no library yet, or the reason why there is none.

    `path` is relative to the folder that was gone through, with slashes: below a bucket's prefix, the rest of the key.
    """

    path: str
    size_bytes: int
    sha256: str | None
    analysis: Analysis | None = None
    failure: Failure | None = None
    artefacts: tuple[KeptArtefact, ...] = ()

    def __post_init__(self) -> None:
        if not _stays_inside(self.path):
            raise ValueError("a path must lie below the folder that was gone through")


def artefact_name(sha256: str, name: str) -> str:
    """Of the file in a folder of results; by content, in 256 folders, so that none grows too large to be listed."""
    return f"{ARTEFACTS}{sha256[:2]}/{sha256}/{name}"


@dataclass(frozen=True, slots=True)
class BulkRun:
    """Machines that go through all objects below `input_address`, each through its share, and leave their results below
    `output_address`. `volume_gib` of each holds its share of the input, since that is fetched before the first file is
    heard, and what is made of it. `artefacts` says that waveforms, spectrograms and frames are kept as well.
    """

    name: str
    input_address: str
    output_address: str
    machines: int
    machine_type: str
    volume_gib: int
    max_hours: int
    artefacts: bool = True


class RunState(StrEnum):
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RunStatus:
    name: str
    state: RunState
    reason: str | None
    created_at: datetime
    ended_at: datetime | None
    output_address: str
