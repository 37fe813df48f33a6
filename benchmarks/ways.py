"""Ways of processing a file with our engine, each once: to -16 LUFS as opus, and each step alone."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from adapters.audio.engine import LibrosaEngine
from application.correct import corrected
from application.render import MEASURES
from domain.processing import Known, Processed, Processing
from domain.proof import Measured, Proof
from domain.step import Step

STEP = "step "
"""Begins the names of ways that are one step."""

LOUD_OPUS = (
    Step.of("loudness", {"preset": "podcast", "limiter": True}),
    Step.of("transcode", {"format": "opus", "bit_rate_kbps": 128}),
)
"""With a limiter, as the recipes that ship have it: the sound of the benchmarks needs none, until the encoder lifts one
peak of four hours above the ceiling."""

STEPS: Mapping[str, Mapping[str, Any]] = {
    "gain": {"gain_db": -1},
    "channels": {"mode": "mono"},
    "fade": {"in_seconds": 1, "out_seconds": 1},
    "trim": {"profile": "speech"},
    "high_pass": {"frequency_hz": 80},
    "low_pass": {"frequency_hz": 8000},
    "resample": {"sample_rate_hz": 16_000},
    "loudness": {"preset": "podcast"},
    "loudness, limiter": {"target_lufs": -10, "ceiling_dbtp": -1, "limiter": True},
    "hum_removal": {"mains": "50"},
    "denoise": {},
    "speed": {"factor": 1.25},
    "pitch": {"semitones": 2},
    "split": {"by": "time", "every_seconds": 30},
    "transcode, flac": {"format": "flac"},
    "transcode, mp3": {"format": "mp3"},
    "transcode, opus": {"format": "opus"},
    "transcode, ogg": {"format": "ogg"},
    "transcode, m4a": {"format": "m4a"},
}
"""By what the table calls them: the step up to a comma. wav is written where none transcodes."""

_engine = LibrosaEngine()


def tell(path: Path) -> None:
    """Leaves beside the file what an analysis knows of its loudness."""
    heard = _heard(path, path.parent)
    _told(path).write_text(json.dumps([heard.loudness_lufs, heard.true_peak_dbtp]), encoding="ascii")


def way(name: str) -> Callable[[Path, Path], object] | None:
    """None where there is none of that name. `known` takes what `tell` has left."""
    if name.startswith(STEP):
        said = name.removeprefix(STEP)
        steps = (Step.of(said.partition(",")[0], STEPS[said]),) if said else (Step.of("transcode", {"format": "wav"}),)
        return partial(_processed, steps=steps)
    found: Mapping[str, Callable[[Path, Path], object]] = {
        "processed": partial(_processed, steps=LOUD_OPUS),
        "processed, known": partial(_processed, steps=LOUD_OPUS, known=True),
        "proven": _proven,
        "proven, known": partial(_proven, known=True),
    }
    return found.get(name)


def _proven(path: Path, folder: Path, *, known: bool = False) -> str:
    """As a recipe's result comes about (application.render): made, heard, and once more where the encoder missed."""
    made = _processed(path, folder, steps=LOUD_OPUS, known=known)
    proofs = [Proof.of(file.promise, _heard(file.artefact.path, folder), 0.0) for file in made.outputs]
    again = corrected(LOUD_OPUS, proofs)
    if again is not None:
        made = _processed(path, folder, steps=again, known=known)
        _heard(made.outputs[0].artefact.path, folder)
        return "made twice: the encoder went over the ceiling"
    proofs[0].require(made.outputs[0].artefact.name)
    return ""


def _processed(path: Path, folder: Path, *, steps: Sequence[Step], known: bool = False) -> Processed:
    told = _told(path)
    figures = Known(*json.loads(told.read_text(encoding="ascii"))) if known and told.exists() else Known()
    return _engine.process(path, folder, Processing(tuple(steps), "made", known=figures), lambda _share, _stage: None)


def _heard(path: Path, folder: Path) -> Measured:
    heard = _engine.listen(path, folder, lambda _share, _stage: None, MEASURES)
    return Measured.of(heard.audio, heard.descriptors, heard.findings)


def _told(path: Path) -> Path:
    return path.with_name(f"{path.name}.known")
