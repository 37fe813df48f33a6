"""Decibels, and descriptors in them that say why when there is no number."""

import math
from collections.abc import Sequence

from domain.analysis import Descriptor

FLOOR_DB = -200.0

SILENT = "digital silence has no finite level"


def db(amplitude: float) -> float | None:
    """20 log10 of an amplitude where 1 is full scale; None for 0."""
    return 20 * math.log10(amplitude) if amplitude > 0 else None


def levels(name: str, amplitudes: Sequence[float], unit: str, method: str) -> Descriptor:
    """One level a channel; FLOOR_DB stands for what is lower, and for digital silence."""
    values = tuple(
        round(max(db(amplitude) or FLOOR_DB, FLOOR_DB), 3) if amplitude else FLOOR_DB for amplitude in amplitudes
    )
    return Descriptor(name, values, unit, f"{method}; {FLOOR_DB:g} stands for digital silence", range=(FLOOR_DB, None))


def level(name: str, value: float | None, unit: str, method: str, reason: str = SILENT) -> Descriptor:
    """A descriptor, rounded to a thousandth (no measure here is better), or without a value for that reason."""
    if value is None or not math.isfinite(value):
        return Descriptor(name, None, unit, method, reason)
    return Descriptor(name, round(value, 3), unit, method)
