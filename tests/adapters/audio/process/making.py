"""Sounds through chains of steps, to files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from adapters.audio.engine import LibrosaEngine
from adapters.audio.limits import EngineLimits
from domain.processing import Processed, Processing
from domain.step import Step
from tests import sounds
from tests.sounds import Signal, encoded

RATE = 8000

Make = Callable[..., Processed]


def process(folder: Path, source: Signal | bytes, *steps: tuple[str, dict[str, Any]], **asked: Any) -> Processed:
    """A file, or a sound at RATE as float, by steps given as (kind, parameters); the files are left in the folder."""
    path = folder / "file"
    path.write_bytes(source if isinstance(source, bytes) else encoded("wav", source, RATE, subtype="FLOAT"))
    limits = asked.pop("limits", EngineLimits())
    wanted = Processing(tuple(Step.of(*step) for step in steps), "out", **asked)
    return LibrosaEngine(limits).process(path, folder, wanted, lambda _share, _stage: None)


def samples(done: Processed) -> Signal:
    (made,) = done.outputs
    return sounds.decoded(made.artefact.path)


def heard_frames(path: Path) -> int:
    """As many as the listening engine counts."""
    audio = LibrosaEngine().listen(path, path.parent, lambda _share, _stage: None, frozenset()).audio
    return round((audio.duration_seconds or 0) * audio.sample_rate_hz)
