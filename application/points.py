"""Files of points that listening has left: a head, then points of so many samples and so many bytes each."""

import math
import struct
from dataclasses import dataclass

from application.browse import stored_bytes
from domain.errors import CorruptBlob
from domain.ports.blobs import Blobs
from domain.rendition import Rendition
from domain.stretch import Stretch
from domain.values import ByteRange

HEAD_BYTES = 24
NUMBER_BYTES = 2


@dataclass(frozen=True, slots=True)
class Window:
    """Points from `first` to before `stop`, of which `each` become one: the last one may be of fewer."""

    first: int
    stop: int
    each: int


@dataclass(frozen=True, slots=True)
class Points:
    """`length` points of `per_point` samples, `numbers` of 16 bits in each."""

    blob_key: str
    per_point: int
    rate: int
    length: int
    numbers: int

    def window(self, stretch: Stretch, width: int) -> Window:
        """That shows the stretch in `width` points or more, where there are so many, and in fewer than twice as many.

        Its points are whole multiples of those in the file, from a place that does not depend on where the stretch
        begins: what is seen stays the same while somebody scrolls.
        """
        first = int(stretch.start * self.rate / self.per_point)
        stop = min(self.length, math.ceil(stretch.end * self.rate / self.per_point))
        each = max(1, int(round(stretch.seconds * self.rate, 3) / self.per_point) // width)
        first -= first % each
        return Window(first, min(self.length, first - (first - stop) // each * each), each)

    def read(self, blobs: Blobs, window: Window) -> tuple[int, ...]:
        """The numbers of the window's points, and no byte beside them. Raises CorruptBlob where some are missing."""
        size = self.numbers * NUMBER_BYTES
        wanted = ByteRange(HEAD_BYTES + window.first * size, HEAD_BYTES + window.stop * size - 1)
        data = b"".join(stored_bytes(blobs, self.blob_key, wanted))
        if len(data) != wanted.length:
            raise CorruptBlob("A stored file is shorter than its record says. Listen to the recording again.")
        return struct.unpack(f"<{len(data) // NUMBER_BYTES}h", data)


def whole_number(rendition: Rendition, name: str) -> int:
    """A setting of 1 or more, which the maker of such files always tells. Raises CorruptBlob where it is not there."""
    value = rendition.settings.get(name)
    if not isinstance(value, int) or value < 1:
        raise CorruptBlob(f"The record of {rendition.name} lacks its {name}.")
    return value
