"""Recipes: a recording brought to -16 LUFS and written as opus, against ffmpeg alone; and what each step costs."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import material, ways
from benchmarks.measure import Cost, interleaved

HEADS = ("file", "way", "CPU s", "CPU, times loudnorm's", "wall s", "peak MiB", "said")
STEP_HEADS = ("step", "CPU s a minute", "of wav alone", "peak MiB")
REFERENCE = "loudnorm"
STEP_SECONDS = 300.0
ROUNDS = 3
LONG_MINUTES = 30  # from here on one round has to do: it lasts long enough to even out what disturbs it

_WAYS = {
    "processed": "engine, measures itself",
    "proven": "engine, measures itself, with proof",
    "processed, known": "engine, loudness known from the analysis",
    "proven, known": "engine, loudness known, with proof",
    REFERENCE: "ffmpeg, loudnorm in two passes",
    "ebur128": "ffmpeg, ebur128 and one gain",
}
_PROGRAMS = frozenset({REFERENCE, "ebur128"})
"""Ways in which our process does nothing but wait for what it has started."""


def rows(folder: Path, minutes: list[float]) -> Iterator[tuple[str, ...]]:
    """All ways over the first length; over the others, what the memory of the product's own way does."""
    path = _wav(folder, minutes[0])
    costs = interleaved(tuple(_WAYS), path, rounds=ROUNDS if minutes[0] < LONG_MINUTES else 1)
    for way, cost in costs.items():
        yield _row(path, way, cost, f"{cost.cpu / costs[REFERENCE].cpu:.2f}")
    _remove(path)
    for length in minutes[1:]:
        path = _wav(folder, length)
        yield _row(path, "proven", interleaved(("proven",), path, rounds=1)["proven"], "")
        _remove(path)


def steps(folder: Path) -> Iterator[tuple[str, ...]]:
    """Each step alone, written as wav where it is no transcoding itself."""
    path = material.wav(folder / "steps.wav", STEP_SECONDS)
    named = {f"{ways.STEP}{step}": step or "wav alone" for step in ("", *ways.STEPS)}
    costs = interleaved(tuple(named), path, rounds=ROUNDS)
    floor = costs[ways.STEP].cpu
    for way, cost in costs.items():
        a_minute, peak = cost.cpu / (STEP_SECONDS / 60), max(cost.peak, cost.together)
        yield (named[way], f"{a_minute:.3f}", f"{cost.cpu / floor:.1f}" if floor else "", f"{peak:.0f}")


def _wav(folder: Path, minutes: float) -> Path:
    path = material.wav(folder / f"{minutes:g} min.wav", minutes * 60)
    ways.tell(path)
    return path


def _remove(path: Path) -> None:
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()


def _row(path: Path, way: str, cost: Cost, ratio: str) -> tuple[str, ...]:
    peak = cost.programs if way in _PROGRAMS else max(cost.peak, cost.together)
    return (path.name, _WAYS[way], f"{cost.cpu:.2f}", ratio, f"{cost.wall:.2f}", f"{peak:.0f}", cost.said)
