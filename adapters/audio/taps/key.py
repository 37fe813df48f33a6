"""Musical key by correlation with key profiles: Krumhansl & Schmuckler, in Krumhansl, "Cognitive Foundations of Musical
Pitch", Oxford 1990, chapter 4.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SOURCE = "Krumhansl 1990, Cognitive Foundations of Musical Pitch, chapter 4"

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

LEAST_SECONDS = 3.0
"""Less is a note or a chord, which belongs to many keys."""

LEAST_CLASSES, CLASS_SHARE = 3, 0.1
"""How many pitch classes stand out, and what they have of the strongest; a sine reaches into those beside its own."""

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""How well the twelve notes fit after a cadence in C (Krumhansl & Kessler 1982), in the ratings of listeners."""

_ROTATED = np.array([np.roll(profile, tonic) for profile in (MAJOR, MINOR) for tonic in range(12)])
_PROFILES = (_ROTATED - _ROTATED.mean(axis=1, keepdims=True)) / _ROTATED.std(axis=1, keepdims=True)
"""The 24 keys, major before minor, of mean 0 and variance 1."""


@dataclass(frozen=True, slots=True)
class Key:
    """`name` such as "A minor"; `correlation` of its profile, -1 to 1, and by how much that beats the second best."""

    name: str
    correlation: float
    margin: float


def best_key(chroma: NDArray[np.float64]) -> Key:
    """Of a mean chroma from C on, whose twelve numbers are not all the same."""
    correlations = _PROFILES @ (chroma - chroma.mean()) / (chroma.std() * 12)
    second, best = np.argsort(correlations, kind="stable")[-2:]
    name = f"{NAMES[best % 12]} {('major', 'minor')[best // 12]}"
    return Key(name, round(float(correlations[best]), 4), round(float(correlations[best] - correlations[second]), 4))


def pitch_classes(chroma: NDArray[np.float64]) -> int:
    """How many of a mean chroma stand above both neighbours, and above CLASS_SHARE of the highest."""
    above = (chroma > np.roll(chroma, 1)) & (chroma >= np.roll(chroma, -1))
    return int((above & (chroma >= CLASS_SHARE * chroma.max())).sum())
