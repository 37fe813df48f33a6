"""The engine in child processes: a file can take down a child, never the caller."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from adapters.audio import wire
from adapters.audio.catalogue import catalogue_of
from adapters.audio.engine import ANALYSER, PARAMETERS, VERSION
from adapters.audio.limits import EngineLimits
from adapters.audio.parts import PARTS, RENDERERS
from adapters.audio.pool import Pool
from adapters.audio.process import wire as process_wire
from adapters.audio.sniff import sniff
from adapters.audio.turns import Turns
from domain.analysis import Artefact, AudioFormat, DescriptorKind, Heard
from domain.errors import Unavailable
from domain.ports.audio import AudioEngine, AudioLimits, Progress
from domain.processing import Processed, Processing
from domain.stretch import Excerpt, SpectrogramWindow
from domain.values import Scalar

_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",  # soundfile looks for the system's libsndfile where its wheel brings none
    "LANG": "C.UTF-8",  # text is UTF-8 whatever the service was started in
    # One child, one thread: the pool is what uses the machine's cores, and thread pools eat address space.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    # What a chunk needs is kept for the next one: by its own rules glibc gives it back and asks for it again, thousands
    # of pages for each clip of some seconds.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(4 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(8 << 20),
}
"""All that a child knows: nothing of it is the parent's. No keys, no home, no PYTHON* that could lead it elsewhere."""


class IsolatedEngine(AudioEngine):
    """LibrosaEngine behind pipes, in up to `children` processes that stay warm. Close it when done.

    Start it after a fork, never before: the pipes would be shared.
    """

    def __init__(
        self,
        limits: EngineLimits = EngineLimits(),  # noqa: B008 - frozen
        children: int = 1,
    ) -> None:
        self._limits = limits
        self._catalogue: tuple[DescriptorKind, ...] | None = None
        self._pool = Pool(limits, children, _ENVIRONMENT)
        # One child is left to whoever sends a file; where there is but one, they take turns.
        self._turns = Turns(max(1, children - 1), limits.requests_waiting, limits.request_wait_seconds)

    def start(self, spare: int = 0) -> None:
        """Starts the children ahead of the first call; returns before they are warm. `spare` ones more are started
        where all of them are busy."""
        self._pool.start(spare)

    def close(self) -> None:
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def analyser(self) -> str:
        return ANALYSER

    @property
    def version(self) -> str:
        return VERSION

    @property
    def parts(self) -> Mapping[str, str]:
        return PARTS

    @property
    def parameters(self) -> Mapping[str, Scalar]:
        return PARAMETERS

    @property
    def renderers(self) -> Mapping[str, str]:
        return RENDERERS

    def catalogue(self) -> tuple[DescriptorKind, ...]:
        if self._catalogue is None:
            self._catalogue = catalogue_of(self)
        return self._catalogue

    @property
    def limits(self) -> AudioLimits:
        return self._limits.told()

    def sniff(self, head: bytes) -> str:
        return sniff(head)

    def probe(self, path: Path) -> AudioFormat:
        said = self._call("probe", path, None, _nobody, self._limits.child_probe_cpu_seconds)
        with wire.understood():
            return wire.format_from(said)

    def listen(self, path: Path, workspace: Path, progress: Progress, parts: frozenset[str] | None = None) -> Heard:
        asked = {"parts": None if parts is None else sorted(parts)}
        said = self._call("listen", path, workspace, progress, self._cpu_seconds(path), asked=asked)
        with wire.understood():
            return wire.heard_from(said, workspace)

    def preview(self, path: Path, workspace: Path, progress: Progress, gain_db: float = 0.0) -> tuple[Artefact, ...]:
        asked = {"gain_db": gain_db}
        said = self._call("preview", path, workspace, progress, self._cpu_seconds(path), asked=asked)
        with wire.understood():
            return tuple(wire.artefact_from(each, workspace) for each in said["artefacts"])

    def mono(self, path: Path, workspace: Path, progress: Progress, sample_rate_hz: int) -> Artefact:
        asked = {"sample_rate_hz": sample_rate_hz}
        said = self._call("mono", path, workspace, progress, self._cpu_seconds(path), asked=asked)
        with wire.understood():
            return wire.artefact_from(said, workspace)

    def excerpt(self, path: Path, workspace: Path, asked: Excerpt) -> Artefact:
        return self._made_now("excerpt", path, workspace, wire.excerpt_to(asked))

    def spectrogram(self, path: Path, workspace: Path, asked: SpectrogramWindow) -> Artefact:
        return self._made_now("spectrogram", path, workspace, wire.spectrogram_to(asked))

    def process(self, path: Path, workspace: Path, asked: Processing, progress: Progress) -> Processed:
        asked_of = process_wire.processing_to(asked)
        if asked.excerpt is not None:  # somebody waits for it
            said = self._now("process", path, workspace, progress, asked_of)
        else:
            sizes = sum(each.stat().st_size for each in (path, *asked.others.values()))
            cpu_seconds = self._limits.cpu_seconds(sizes) * process_wire.passes_at_most(asked.steps)
            said = self._call("process", path, workspace, progress, cpu_seconds, asked=asked_of)
        with wire.understood():
            return process_wire.processed_from(said, workspace, asked.stem)

    def _made_now(self, call: str, path: Path, workspace: Path, asked: wire.Message) -> Artefact:
        said = self._now(call, path, workspace, _nobody, asked)
        with wire.understood():
            return wire.artefact_from(said, workspace)

    def _now(self, call: str, path: Path, workspace: Path, progress: Progress, asked: wire.Message) -> wire.Message:
        """Raises Unavailable when many ask at a time."""
        with self._turns.take():
            return self._call(call, path, workspace, progress, self._limits.child_request_cpu_seconds, asked=asked)

    def ping(self) -> None:
        """Raises Unavailable when it was closed. Children are replaced by themselves and say nothing here."""
        if self._pool.closed:
            raise Unavailable("The audio engine is closed.")

    def has_network(self) -> bool:
        """Whether children could reach a network: they leave it at their start where the system lets them."""
        said = self._pool.call({"call": "isolation", "path": "/", "workspace": None}, 10.0, _nobody)
        with wire.understood():
            return bool(said["network"])

    def _cpu_seconds(self, path: Path) -> float:
        return self._limits.cpu_seconds(path.stat().st_size)

    def _call(
        self,
        call: str,
        path: Path,
        workspace: Path | None,
        progress: Progress,
        cpu_seconds: float,
        *,
        asked: Mapping[str, object] = MappingProxyType({}),
    ) -> wire.Message:
        message = {
            "call": call,
            "path": str(path.absolute()),
            "workspace": str(workspace.absolute()) if workspace else None,
            "asked": dict(asked),
        }
        return self._pool.call(message, cpu_seconds, progress)


def _nobody(_share: float, _stage: str) -> None:
    """Of a probe, and of what somebody waits for, it is not asked how far it is."""
