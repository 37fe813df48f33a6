"""Figures as people read them. Units are spelled with a space, times as 1:02:03.4, and what is not known as a dash."""

import json
import math
from collections.abc import Callable, Mapping
from datetime import datetime

NOTHING = "\u2013"
_STEPS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def duration(seconds: float | None) -> str:
    """0:04.2 under ten minutes, 12:03 and 1:02:03 above."""
    if seconds is None:
        return NOTHING
    if seconds < 600:
        tenths = math.floor(seconds * 10 + 0.5)
        minutes, rest = divmod(tenths, 600)
        if minutes < 10:
            return f"{minutes}:{rest // 10:02d}.{rest % 10}"
    whole = math.floor(seconds + 0.5)
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def size(count: float | None) -> str:
    """In steps of 1000, as disks are sold."""
    if count is None:
        return NOTHING
    amount, step = float(count), 0
    while amount >= 999.5 and step < len(_STEPS) - 1:
        amount, step = amount / 1000, step + 1
    digits = 0 if step == 0 or amount >= 99.5 else 1
    return f"{amount:.{digits}f} {'byte' if count == 1 else _STEPS[step]}"


def hours(seconds: float) -> str:
    """Of sums of sound: finer while there is little of it."""
    return number(seconds / 3600, 2 if seconds < 36_000 else 1 if seconds < 3_600_000 else 0)


def number(value: float | None, digits: int = 0) -> str:
    """With thin spaces between thousands."""
    return NOTHING if value is None else f"{value:,.{digits}f}".replace(",", "\u2009")


def decibels(value: float | None, unit: str = "LUFS") -> str:
    return NOTHING if value is None else f"{value:.1f} {unit}".replace("-", "\u2212")


def moment(value: datetime | None) -> str:
    """In UTC, to the minute; the page's script shows it in the reader's own zone."""
    return NOTHING if value is None else f"{value:%Y-%m-%d %H:%M} UTC"


def plural(count: int, one: str, many: str | None = None) -> str:
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def value(anything: object) -> str:
    """Of an entry of the audit trail: texts as they are, the rest as JSON."""
    return anything if isinstance(anything, str) else json.dumps(anything, ensure_ascii=False, default=str)


FILTERS: Mapping[str, Callable[..., str]] = {
    "duration": duration,
    "size": size,
    "number": number,
    "decibels": decibels,
    "hours": hours,
    "moment": moment,
    "plural": plural,
    "value": value,
}
