"""The engine in this process. Its libraries are loaded when they are first needed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from adapters.audio.catalogue import catalogue_of
from adapters.audio.claims import examine
from adapters.audio.limits import EngineLimits
from adapters.audio.parts import PARTS, RENDERERS
from adapters.audio.sniff import sniff
from domain.analysis import Artefact, AudioFormat, DescriptorKind, Heard
from domain.errors import EngineFailure
from domain.ports.audio import AudioEngine, AudioLimits, Progress
from domain.processing import Processed, Processing
from domain.stretch import Excerpt, SpectrogramWindow
from domain.values import Scalar

ANALYSER = "listen"
VERSION = ".".join(PARTS.values())

PARAMETERS: Mapping[str, Scalar] = {}
"""Nothing can be set yet; thresholds are part of the version."""


class LibrosaEngine(AudioEngine):
    """Decodes and listens right here: fast and simple, for trusted files and for the child of IsolatedEngine."""

    def __init__(self, limits: EngineLimits = EngineLimits()) -> None:  # noqa: B008 - frozen
        self._limits = limits
        self._catalogue: tuple[DescriptorKind, ...] | None = None

    @property
    def analyser(self) -> str:
        return ANALYSER

    @property
    def parts(self) -> Mapping[str, str]:
        return PARTS

    @property
    def version(self) -> str:
        return VERSION

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
        candidate = examine(path, self._limits)
        from adapters.audio.probing import probe

        with _within_memory():
            return probe(candidate, self._limits)

    def listen(self, path: Path, workspace: Path, progress: Progress, parts: frozenset[str] | None = None) -> Heard:
        candidate = examine(path, self._limits)
        from adapters.audio.listening import listen

        with _within_memory():
            return listen(candidate, self._limits, workspace, progress, parts)

    def preview(self, path: Path, workspace: Path, progress: Progress, gain_db: float = 0.0) -> tuple[Artefact, ...]:
        candidate = examine(path, self._limits)
        from adapters.audio.preview import previews

        with _within_memory():
            return previews(candidate, self._limits, workspace, progress, gain_db)

    def mono(self, path: Path, workspace: Path, progress: Progress, sample_rate_hz: int) -> Artefact:
        candidate = examine(path, self._limits)
        from adapters.audio.mono import mono

        with _within_memory():
            return mono(candidate, self._limits, workspace, progress, sample_rate_hz)

    def excerpt(self, path: Path, workspace: Path, asked: Excerpt) -> Artefact:
        candidate = examine(path, self._limits)
        from adapters.audio.excerpt import excerpt

        with _within_memory():
            return excerpt(candidate, self._limits, workspace, asked)

    def spectrogram(self, path: Path, workspace: Path, asked: SpectrogramWindow) -> Artefact:
        candidate = examine(path, self._limits)
        from adapters.audio.spectrogram_window import spectrogram_window

        with _within_memory():
            return spectrogram_window(candidate, self._limits, workspace, asked)

    def process(self, path: Path, workspace: Path, asked: Processing, progress: Progress) -> Processed:
        from adapters.audio.process.processing import process

        with _within_memory():
            return process(path, self._limits, workspace, asked, progress)

    def ping(self) -> None:
        return


@contextmanager
def _within_memory() -> Iterator[None]:
    try:
        yield
    except MemoryError as error:
        raise EngineFailure("The audio engine ran out of memory on this file.") from error
