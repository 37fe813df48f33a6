"""The engine as it will be: the real one, with parts of the analyser in later versions."""

import hashlib
import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from domain.analysis import Artefact, Descriptor, Finding, Heard, stamp
from domain.ports.audio import AudioEngine, Progress
from domain.processing import Processing

Stamped = TypeVar("Stamped", Descriptor, Finding, Artefact)


class Upgraded:
    """Listens as the engine does, and says that the named parts did so in their later versions; renderers likewise.

    `asked` is what it was to listen for, in each pass.
    """

    def __init__(self, engine: AudioEngine, **versions: str) -> None:
        self._engine = engine
        self.later_renderers: dict[str, str] = {}
        self._versions = versions
        self.asked: list[frozenset[str] | None] = []

    @property
    def parts(self) -> Mapping[str, str]:
        return {**self._engine.parts, **self._versions}

    @property
    def renderers(self) -> Mapping[str, str]:
        return {**self._engine.renderers, **self.later_renderers}

    @property
    def version(self) -> str:
        return ".".join(self.parts.values())

    def listen(self, path: Path, workspace: Path, progress: Progress, parts: frozenset[str] | None = None) -> Heard:
        self.asked.append(parts)
        heard = self._engine.listen(path, workspace, progress, parts)
        return replace(
            heard,
            descriptors=self._stamped(heard.descriptors),
            findings=self._stamped(heard.findings),
            artefacts=self._stamped(heard.artefacts),
            parts={part: self.parts[part] for part in heard.parts},
        )

    def _stamped(self, told: tuple[Stamped, ...]) -> tuple[Stamped, ...]:
        later = {stamp(part, self._engine.parts[part]): stamp(part, now) for part, now in self._versions.items()}
        return tuple(replace(each, version=later.get(each.version, each.version)) for each in told)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def _quietly(_share: float, _stage: str) -> None:
    return None


class Remembering:
    """Says of bytes what the engine said when it was asked for the first time, with the progress that it told and the
    files that it made, which stay in `folder`. For tests that ask a thousand times."""

    def __init__(self, engine: AudioEngine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        self._numbers = itertools.count()
        self._known: dict[str, tuple[Any, list[tuple[float, str]]]] = {}

    def probe(self, path: Path) -> Any:
        return self._said("probe", path, (), lambda _folder, _progress: self._engine.probe(path))

    def listen(self, path: Path, workspace: Path, progress: Progress, parts: frozenset[str] | None = None) -> Any:
        asked = None if parts is None else sorted(parts)
        listen = self._engine.listen
        return self._said("listen", path, asked, lambda folder, told: listen(path, folder, told, parts), progress)

    def preview(self, path: Path, workspace: Path, progress: Progress, gain_db: float = 0.0) -> Any:
        preview = self._engine.preview
        return self._said("preview", path, gain_db, lambda folder, told: preview(path, folder, told, gain_db), progress)

    def process(self, path: Path, workspace: Path, asked: Processing, progress: Progress) -> Any:
        process = self._engine.process
        return self._said("process", path, asked, lambda folder, told: process(path, folder, asked, told), progress)

    def _said(
        self,
        method: str,
        path: Path,
        asked: object,
        ask: Callable[[Path, Progress], Any],
        progress: Progress = _quietly,
    ) -> Any:
        key = f"{method} {hashlib.sha256(path.read_bytes()).hexdigest()} {asked}"
        if key not in self._known:
            folder = self._folder / str(next(self._numbers))
            folder.mkdir()
            told: list[tuple[float, str]] = []
            self._known[key] = ask(folder, lambda share, stage: told.append((share, stage))), told
        answer, told = self._known[key]
        for share, stage in told:
            progress(share, stage)
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)
