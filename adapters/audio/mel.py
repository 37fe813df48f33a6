"""Mel bands: librosa's frequency scale (Slaney), as a matrix from FFT bins to bands."""

import numpy as np
from numpy.typing import NDArray

from adapters.audio.scales import mel_frequencies

MAX_BANDS = 192


def edges(rate: int, window: int) -> NDArray[np.float64]:
    """Corner frequencies in Hz of the bands, evenly spaced in mel from 0 to half the rate: shape (bands + 2,).

    As many bands as the window can tell apart: none is narrower than one and a half FFT bins.
    """
    bands = MAX_BANDS
    while True:
        corners = np.asarray(mel_frequencies(bands + 2, fmin=0.0, fmax=rate / 2), np.float64)
        if corners[1] >= 1.5 * rate / window or bands == 2:
            return corners
        bands -= 2


def weights(corners: NDArray[np.float64], rate: int, window: int) -> NDArray[np.float32]:
    """Triangles of height 1 over the FFT bins, shape (bands, window // 2 + 1).

    Equal to librosa.filters.mel(norm=None), whose module costs a second and 100 MB to import.
    """
    bins = np.fft.rfftfreq(window, 1 / rate)
    widths = np.diff(corners)
    rising = (bins - corners[:-2, None]) / widths[:-1, None]
    falling = (corners[2:, None] - bins) / widths[1:, None]
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
