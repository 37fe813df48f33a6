"""Pitch classes of FFT bins as a function of the tuning, so that the tuning may be found after the sound has passed."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

CLASSES = 12

NODES = 16
"""Tunings that the weights are known for; between them they are off by 4e-6 at most."""

LOW_BINS = 8
"""Bins that lie semitones apart: their weights have kinks, which no polynomial follows. They are kept as they are."""

_TUNINGS = 0.5 * np.cos(np.pi * (2 * np.arange(NODES) + 1) / (2 * NODES))
"""Chebyshev's nodes between -0.5 and 0.5 semitones."""

_OTHERS = np.array([np.delete(_TUNINGS, k) for k in range(NODES)])


def weights(rate: int, window: int, tuning: float, bins: int) -> NDArray[np.float64]:
    """Of the first bins, shape (CLASSES, bins), from C on; the tuning in semitones. Equal to librosa.filters.chroma.

    A Gaussian around each bin, a semitone wide or as wide as the bin; of Euclidean norm 1 over the classes; then
    weighted by another Gaussian, two octaves wide around the fifth one above 27.5 Hz.
    """
    reference = 27.5 * 2 ** (tuning / CLASSES)
    notes = CLASSES * np.log2(np.arange(1, bins + 1) * (rate / window) / reference)
    notes = np.r_[notes[0] - 1.5 * CLASSES, notes]  # a place for 0 Hz
    widths, notes = np.maximum(np.diff(notes), 1.0), notes[:-1]
    distances = np.remainder(notes - np.arange(CLASSES)[:, None] + CLASSES / 2, CLASSES) - CLASSES / 2
    bumps = np.exp(-2 * np.square(distances / widths))
    bumps *= np.exp(-0.5 * np.square((notes / CLASSES - 5) / 2)) / np.linalg.norm(bumps, axis=0)
    return np.roll(bumps, -3, axis=0)  # classes were counted from A


class ChromaBank:
    """Projects power on what every tuning's chroma is a linear combination of.

    In the tuning the weights are smooth, and a polynomial through NODES of them gives those in between: what is kept
    of a frame is its chroma at the nodes, and its LOW_BINS.
    """

    def __init__(self, rate: int, window: int) -> None:
        self._rate, self._window = rate, window
        at_nodes = np.concatenate([weights(rate, window, tuning, window // 2 + 1) for tuning in _TUNINGS])
        at_nodes[:, :LOW_BINS] = 0
        low = np.eye(LOW_BINS, at_nodes.shape[1])
        self.projection: NDArray[np.float32] = np.ascontiguousarray(np.concatenate([at_nodes, low]).T, np.float32)
        """Shape (bins, n)."""

    def at(self, tuning: float) -> NDArray[np.float32]:
        """From projections to chroma of that tuning, (n, CLASSES)."""
        near = ((tuning - _OTHERS) / (_TUNINGS[:, None] - _OTHERS)).prod(axis=1)  # Lagrange's polynomials
        between = np.kron(near[:, None], np.eye(CLASSES))
        low = weights(self._rate, self._window, tuning, LOW_BINS).T
        return np.asarray(np.concatenate([between, low]), np.float32)


@lru_cache(maxsize=2)
def chroma_bank(rate: int, window: int) -> ChromaBank:
    """Made once: recordings of one rate follow each other."""
    return ChromaBank(rate, window)
