"""Which frames of a column are not digital silence."""

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


class Sounding:
    """A bit a frame: 19 kB an hour. Columns of the same frames share one."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self._open = np.empty(0, np.bool_)  # fewer than a byte holds

    def add(self, sounding: Mask) -> None:
        """Of the next frames, (frames,)."""
        rest = np.concatenate((self._open, sounding))
        whole = len(rest) & ~7
        self._bits += np.packbits(rest[:whole]).tobytes()
        self._open = rest[whole:]

    def all(self) -> Mask:
        """Of all frames, (frames,)."""
        whole = np.unpackbits(np.frombuffer(self._bits, np.uint8)).view(np.bool_)
        return np.concatenate((whole, self._open))
