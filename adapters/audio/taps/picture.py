"""From decibels to a PNG with axes that are true, without a plotting library."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from adapters.audio.scales import hz_to_mel, mel_to_hz
from domain.values import Scalar

_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 10, 26
_HEIGHT, _WIDTH = 384, 1024  # of the plot, at the least
_SHADES = 252
_PAPER, _INK, _GRID = 253, 254, 255
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
    shades = shades_of(plot.decibels, plot.floor, plot.ceiling)
    image = Image.new("P", (_LEFT + width + _RIGHT, _TOP + height + _BOTTOM), _PAPER)
    image.putpalette(palette())
    cells = Image.fromarray(np.ascontiguousarray(shades.T[::-1]))
    image.paste(cells.resize((width, height), Image.Resampling.NEAREST), (_LEFT, _TOP))
    axis: dict[str, Scalar] = {
        "frequency_scale": "mel (Slaney)",
        "min_hz": _hz_at(plot, -0.5),
        "max_hz": _hz_at(plot, bands - 0.5),
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
    pen = ImageDraw.Draw(image)
    pen.rectangle((_LEFT - 1, _TOP - 1, _LEFT + width, _TOP + height), outline=_GRID)
    _hz_axis(pen, plot, axis)
    _time_axis(pen, plot, axis)
    image.save(path, compress_level=2)  # a quarter of the usual level's time, a third more bytes at the most
    return axis


def row_of(hz: float, axis: dict[str, Scalar]) -> float:
    """The image's row, counted from its top, at which a frequency lies in the plot that `draw` described."""
    low, high = (float(hz_to_mel(float(axis[name] or 0))) for name in ("min_hz", "max_hz"))
    share = (float(hz_to_mel(hz)) - low) / (high - low)
    return float(axis["plot_top"] or 0) + (1 - share) * float(axis["plot_height"] or 0)


def _hz_at(plot: Plot, band: float) -> float:
    """The frequency at a place on the scale of bands, whose middles are at the corners but the first and last."""
    step = float(hz_to_mel(plot.corners[-1])) / (len(plot.corners) - 1)
    return float(mel_to_hz((band + 1) * step))


def _hz_axis(pen: ImageDraw.ImageDraw, plot: Plot, axis: dict[str, Scalar]) -> None:
    font = _font()
    bottom, last = _TOP + int(axis["plot_height"] or 0), float("inf")
    for hz in _HZ:
        row = round(row_of(hz, axis))
        if not _TOP <= row < bottom or last - row < 14:
            continue
        last = row
        pen.line((_LEFT - 5, row, _LEFT - 2, row), fill=_INK)
        label = f"{hz // 1000}k" if hz >= 1000 else str(hz)
        pen.text((_LEFT - 9, row), label, fill=_INK, font=font, anchor="rm")
    pen.text((4, bottom + 12), "Hz", fill=_INK, font=font, anchor="lm")


def _time_axis(pen: ImageDraw.ImageDraw, plot: Plot, axis: dict[str, Scalar]) -> None:
    font = _font()
    width, bottom = int(axis["plot_width"] or 0), _TOP + int(axis["plot_height"] or 0)
    per_second = width / float(axis["plot_seconds"] or 1)
    step = next((step for step in _SECONDS if step * per_second >= 80), 4 * _SECONDS[-1])
    while step * per_second < 80:
        step *= 2
    for tick in range(int(plot.duration / step) + 1):
        x = _LEFT + round(tick * step * per_second)
        if x <= _LEFT + width:
            pen.line((x, bottom + 1, x, bottom + 4), fill=_INK)
            pen.text((x, bottom + 13), _clock(tick * step, step), fill=_INK, font=font, anchor="mm")


@cache
def _font() -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default()


def _clock(seconds: float, step: float) -> str:
    if step < 1:
        return f"{seconds:.2f}"
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def shades_of(decibels: NDArray[np.floating], floor: float, ceiling: float) -> NDArray[np.uint8]:
    """The palette's entries, dark to light, linear in dB; what lies outside has the nearest shade."""
    share = (decibels - floor) / (ceiling - floor)
    shades: NDArray[np.uint8] = np.rint(np.clip(share, 0, 1) * (_SHADES - 1)).astype(np.uint8)
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
