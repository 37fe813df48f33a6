"""The engine as it will be: the real one, with parts of the analyser in later versions."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from domain.analysis import Artefact, Descriptor, Finding, Heard, stamp
from domain.ports.audio import AudioEngine, Progress

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
