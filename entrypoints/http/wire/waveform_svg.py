"""A waveform as a small picture: one path, from left to right along the highest samples and back along the lowest."""

from collections.abc import Sequence

from pydantic import Field

from entrypoints.http.wire.common import Asked

WIDTH, HEIGHT = 120, 28
FILL = "#4f7fe0"
"""A contrast of 3.5 or more with the light and dark grounds that lists have: WCAG 2.2, 1.4.11 wants 3."""

_LEAST = 0.5  # of a pixel to either side: silence is a line


class WaveformImageAsked(Asked):
    v: str | None = Field(
        None, max_length=64, description="The picture's version, as in links: it may be kept for good then."
    )


def waveform_svg(columns: Sequence[tuple[float, float]]) -> str:
    """`columns` are (lowest, highest), in ±1, one or more."""
    drawn = columns if len(columns) > 1 else (*columns, *columns)
    middle = HEIGHT / 2
    top = [(n, middle - max(_LEAST, high * middle)) for n, (_, high) in enumerate(drawn)]
    bottom = [(n, middle + max(_LEAST, -low * middle)) for n, (low, _) in enumerate(drawn)]
    line = "L".join(f"{x} {y:.3g}" for x, y in (*top, *reversed(bottom)))
    # Columns are drawn one apart and stretched to the width: whole numbers are short.
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {len(drawn) - 1} {HEIGHT}" preserveAspectRatio="none">'
        f'<path fill="{FILL}" d="M{line}Z"/></svg>'
    )
