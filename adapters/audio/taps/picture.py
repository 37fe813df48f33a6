"""From decibels to a PNG with axes that are true, without a plotting library."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from adapters.audio.scales import hz_to_mel, mel_to_hz
from adapters.audio.taps import png
from domain.values import Scalar

Pixels = NDArray[np.uint8]
"""Numbers of the palette's colours, (rows, columns)."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 10, 26
_HEIGHT, _WIDTH = 384, 1024  # of the plot, at the least
_SHADES = 252
_PAPER, _INK, _GRID = 253, 254, 255
_REACH = 64  # of a label, from its anchor
_INKS = ((16, 16, 24), (210, 210, 220), (90, 90, 104))
# Dark to light in even steps of lightness, readable without colour vision.
_PALETTE = ((0, 0, 4), (40, 11, 84), (101, 21, 110), (159, 42, 99), (212, 72, 66), (245, 125, 21), (250, 193, 39))
_LIGHTEST = (252, 255, 164)
_HZ = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)
_SECONDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)


@dataclass(frozen=True, slots=True)
class Plot:
    """`decibels` is (columns, bands), bands from low to high between the corner frequencies, columns of equal time."""

    decibels: NDArray[np.float32]
    corners: NDArray[np.float64]
    seconds_per_column: float
    duration: float
    floor: float
    ceiling: float


def draw(plot: Plot, path: Path) -> dict[str, Scalar]:
    """Writes the image; returns what a reader needs to find time, frequency and level in it again.

    In the plot's rectangle x is linear in time from 0 to `plot_seconds`, y linear in mel from `max_hz` (top) to
    `min_hz`, and the shade linear in dB.
    """
    columns, bands = plot.decibels.shape
    wide, tall = max(1, _WIDTH // columns), max(1, _HEIGHT // bands)
    width, height = columns * wide, bands * tall
    image = np.full((_TOP + height + _BOTTOM, _LEFT + width + _RIGHT), _PAPER, np.uint8)
    image[_TOP - 1 : _TOP + height + 1, _LEFT - 1 : _LEFT + width + 1] = _GRID
    shades = shades_of(plot.decibels, plot.floor, plot.ceiling).T[::-1]
    image[_TOP : _TOP + height, _LEFT : _LEFT + width] = shades.repeat(tall, axis=0).repeat(wide, axis=1)
    min_hz, max_hz = _ends(plot)
    axis: dict[str, Scalar] = {
        "frequency_scale": "mel (Slaney)",
        "min_hz": min_hz,
        "max_hz": max_hz,
        "floor_db": plot.floor,
        "ceiling_db": plot.ceiling,
        "duration_seconds": plot.duration,
        "plot_seconds": columns * plot.seconds_per_column,
        "columns": columns,
        "bands": bands,
        "plot_left": _LEFT,
        "plot_top": _TOP,
        "plot_width": width,
        "plot_height": height,
    }
    _hz_axis(image, axis)
    _time_axis(image, plot, axis)
    png.write(path, image, palette())
    return axis


def rows_of(hz: Sequence[float], axis: dict[str, Scalar]) -> NDArray[np.float64]:
    """The image's rows, counted from its top, at which frequencies lie in the plot that `draw` described."""
    low, high, *places = hz_to_mel([float(axis["min_hz"] or 0), float(axis["max_hz"] or 0), *hz])
    shares = (np.array(places) - low) / (high - low)
    rows: NDArray[np.float64] = float(axis["plot_top"] or 0) + (1 - shares) * float(axis["plot_height"] or 0)
    return rows


def _ends(plot: Plot) -> tuple[float, float]:
    """The frequencies at the lower and the upper edge: half a band from where the lowest and highest have theirs."""
    bands = plot.decibels.shape[1]
    step = float(hz_to_mel(plot.corners[-1])) / (len(plot.corners) - 1)
    low, high = mel_to_hz(np.array([0.5, bands + 0.5]) * step)
    return float(low), float(high)


def _hz_axis(image: Pixels, axis: dict[str, Scalar]) -> None:
    bottom, last = _TOP + int(axis["plot_height"] or 0), float("inf")
    for hz, place in zip(_HZ, rows_of(_HZ, axis), strict=True):
        row = round(place)
        if not _TOP <= row < bottom or last - row < 14:
            continue
        last = row
        image[row, _LEFT - 5 : _LEFT - 1] = _INK
        _write(image, _LEFT - 9, row, f"{hz // 1000}k" if hz >= 1000 else str(hz), "rm")
    _write(image, 4, bottom + 12, "Hz", "lm")


def _time_axis(image: Pixels, plot: Plot, axis: dict[str, Scalar]) -> None:
    width, bottom = int(axis["plot_width"] or 0), _TOP + int(axis["plot_height"] or 0)
    per_second = width / float(axis["plot_seconds"] or 1)
    step = next((step for step in _SECONDS if step * per_second >= 80), 4 * _SECONDS[-1])
    while step * per_second < 80:
        step *= 2
    for tick in range(int(plot.duration / step) + 1):
        x = _LEFT + round(tick * step * per_second)
        if x <= _LEFT + width:
            image[bottom + 1 : bottom + 5, x] = _INK
            _write(image, x, bottom + 13, _clock(tick * step, step), "mm")


def _write(image: Pixels, x: int, y: int, text: str, anchor: str) -> None:
    """`anchor` says what of the text is at the place, in Pillow's words; the image's right edge cuts it off."""
    letters, left, top = _letters(text, anchor)
    place = image[y + top : y + top + len(letters), x + left : x + left + letters.shape[1]]
    place[letters[:, : place.shape[1]]] = _INK


@lru_cache(maxsize=256)  # the same few times and frequencies stand in most pictures
def _letters(text: str, anchor: str) -> tuple[NDArray[np.bool_], int, int]:
    """The pixels that are ink, and where their corner is from the anchor: so many to the right and down."""
    image = Image.new("1", (2 * _REACH, 2 * _REACH))
    ImageDraw.Draw(image).text((_REACH, _REACH), text, fill=1, font=_font(), anchor=anchor)
    left, top, right, bottom = image.getbbox() or (0, 0, 0, 0)
    return np.asarray(image)[top:bottom, left:right], left - _REACH, top - _REACH


@cache
def _font() -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default()


def _clock(seconds: float, step: float) -> str:
    if step < 1:
        return f"{seconds:.2f}"
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def shades_of(decibels: NDArray[np.floating], floor: float, ceiling: float) -> Pixels:
    """The palette's entries, dark to light, linear in dB; what lies outside has the nearest shade."""
    share = (decibels - floor) / (ceiling - floor)
    shades: Pixels = np.rint(np.clip(share, 0, 1) * (_SHADES - 1)).astype(np.uint8)
    return shades


@cache
def palette() -> bytes:
    """The colours of a picture of `shades_of`, as Pillow takes them."""
    stops = np.array([*_PALETTE, _LIGHTEST], np.float64)
    at = np.linspace(0, len(stops) - 1, _SHADES)
    shades = np.stack([np.interp(at, np.arange(len(stops)), stops[:, part]) for part in range(3)], axis=1)
    colours = np.zeros((256, 3), np.uint8)
    colours[:_SHADES] = np.rint(shades)
    colours[_PAPER:] = _INKS
    return colours.tobytes()
