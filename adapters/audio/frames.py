"""What taps measure in each frame of the STFT: columns that grow on disk and end as one .npz."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from domain.analysis import Artefact
from domain.values import Scalar

NAME = "frames.npz"
RATE = "sample_rate_hz"
CONTENTS = "columns"
"""The array that says what the columns are: JSON in one text, {name: {unit, hop_samples, first_sample}}."""

_IN_MEMORY = 1 << 18  # bytes of a column before it goes to disk
_PIECE = 1 << 18  # bytes read at a time
_THE_SAME_TIME = (1980, 1, 1, 0, 0, 0)  # in every file, so that the same sound gives the same bytes


@dataclass(frozen=True, slots=True)
class Rows:
    """What a column's rows are. Row n is of the sound around sample `first_sample` + n * `hop_samples`; both are None
    where rows are not in step with the sound.
    """

    unit: str
    hop_samples: int | None
    first_sample: int | None = 0


class _Column:
    def __init__(self, folder: Path, width: int | None, rows_are: Rows) -> None:
        self.file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115 - closed by Frames
        self.width, self.rows_are = width, rows_are
        self.rows = 0

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.rows,) if self.width is None else (self.rows, self.width)


@lru_cache(maxsize=64)  # numpy takes longer to write it than to write the frames of a short sound
def _header(descr: str, shape: tuple[int, ...]) -> bytes:
    """Of an array in numpy's format."""
    out = io.BytesIO()
    npy.write_array_header_1_0(out, {"descr": descr, "fortran_order": False, "shape": shape})
    return out.getvalue()


class Frames:
    """Columns of float32 by name, of shape (frames,) or (frames, n), each fed frame after frame."""

    def __init__(self, folder: Path, rate: int, window: int) -> None:
        self._folder, self._rate, self._window = folder, rate, window
        self._columns: dict[str, _Column] = {}

    def add(self, name: str, values: NDArray[np.floating], rows: Rows) -> None:
        """The column's next frames. Its width and what its rows are stay what they are at the first call."""
        if name not in self._columns:
            self._columns[name] = _Column(self._folder, values.shape[1] if values.ndim == 2 else None, rows)
        column = self._columns[name]
        column.file.write(np.ascontiguousarray(values, "<f4").tobytes())
        column.rows += len(values)

    def column(self, name: str) -> NDArray[np.float32]:
        """All that was added, in memory: for columns of one value a frame (0.6 MB an hour)."""
        column = self._columns[name]
        values = np.empty(column.shape, np.float32)
        column.file.seek(0)
        column.file.readinto(values.data)
        return values

    def width(self, name: str) -> int:
        """Numbers in a row."""
        return self._columns[name].width or 1

    def pieces(self, name: str) -> Iterator[NDArray[np.float32]]:
        """All that was added, (some, width), a piece at a time."""
        column, width = self._columns[name], self.width(name)
        column.file.seek(0)
        while part := column.file.read(_PIECE // (4 * width) * 4 * width):
            yield np.frombuffer(part, "<f4").reshape(-1, width)

    def artefact(self) -> Artefact | None:
        """An array a column, CONTENTS and RATE, as numpy.load has them, uncompressed; None where nothing was added."""
        if not self._columns:
            return None
        path = self._folder / NAME
        contents = json.dumps({name: asdict(column.rows_are) for name, column in sorted(self._columns.items())})
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for name, value in ((CONTENTS, np.array(contents)), (RATE, np.array(self._rate, "<i4"))):
                with archive.open(zipfile.ZipInfo(f"{name}.npy", _THE_SAME_TIME), "w") as out:
                    out.write(_header(value.dtype.str, ()) + value.tobytes())
            for name, column in sorted(self._columns.items()):
                entry = zipfile.ZipInfo(f"{name}.npy", _THE_SAME_TIME)
                with archive.open(entry, "w", force_zip64=True) as out:
                    out.write(_header("<f4", column.shape))
                    column.file.seek(0)
                    while part := column.file.read(_PIECE):
                        out.write(part)
        settings: dict[str, Scalar] = {RATE: self._rate, "window_samples": self._window, CONTENTS: contents}
        return Artefact(NAME, path, "application/zip", settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for column in self._columns.values():
            column.file.close()
