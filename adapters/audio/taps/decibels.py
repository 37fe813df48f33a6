"""Decibels, and descriptors in them that say why when there is no number."""

import math
from collections.abc import Sequence

from domain.analysis import Descriptor, Range

SILENT = "digital silence has no finite level"


def db(amplitude: float) -> float | None:
    """20 log10 of an amplitude where 1 is full scale; None for 0."""
    return 20 * math.log10(amplitude) if amplitude > 0 else None


def level(  # noqa: PLR0917 - in the order of the descriptor's own fields
    name: str,
    value: float | None,
    unit: str,
    method: str,
    reason: str = SILENT,
    bounds: Range = (None, None),
    source: str = "",
) -> Descriptor:
    """A descriptor, rounded to a thousandth (no measure here is better), or without a value for that reason."""
    if value is None or not math.isfinite(value):
        return Descriptor(name, None, unit, method, reason, bounds, source)
    return Descriptor(name, round(value, 3), unit, method, None, bounds, source)


def levels(name: str, amplitudes: Sequence[float], unit: str, method: str, source: str = "") -> Descriptor:
    """One level a channel, None for digital silence; without a value where all of them are that."""
    method = f"{method}; null for digital silence"
    if not any(amplitudes):
        return Descriptor(name, None, unit, method, SILENT, source=source)
    values = (db(amplitude) for amplitude in amplitudes)
    rounded = tuple(None if value is None else round(value, 3) for value in values)
    return Descriptor(name, rounded, unit, method, source=source)
