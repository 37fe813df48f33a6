"""What taps measure in each frame of the STFT: columns that grow on disk and end as one .npz."""

import zipfile
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
_IN_MEMORY = 1 << 18  # bytes of a column before it goes to disk
_COPY = 1 << 20
_THE_SAME_TIME = (1980, 1, 1, 0, 0, 0)  # in every file, so that the same sound gives the same bytes


class _Column:
    def __init__(self, folder: Path, width: int | None) -> None:
        self.file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115 - closed by Frames
        self.width = width
        self.rows = 0

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.rows,) if self.width is None else (self.rows, self.width)


class Frames:
    """Columns of float32 by name, of shape (frames,) or (frames, n), each fed frame after frame."""

    def __init__(self, folder: Path, rate: int, hop: int, window: int) -> None:
        self._folder = folder
        self._settings: dict[str, Scalar] = {"sample_rate_hz": rate, "hop_samples": hop, "window_samples": window}
        self._columns: dict[str, _Column] = {}

    def add(self, name: str, values: NDArray[np.floating]) -> None:
        """The column's next frames. Its width stays what it is at the first call."""
        if name not in self._columns:
            self._columns[name] = _Column(self._folder, values.shape[1] if values.ndim == 2 else None)
        column = self._columns[name]
        column.file.write(np.ascontiguousarray(values, "<f4").tobytes())
        column.rows += len(values)

    def column(self, name: str) -> NDArray[np.float32]:
        """All that was added, in memory: for columns of one value a frame (0.6 MB an hour)."""
        column = self._columns[name]
        column.file.seek(0)
        return np.frombuffer(column.file.read(), "<f4").reshape(column.shape)

    def artefact(self) -> Artefact | None:
        """One array a column, as numpy.load reads them, uncompressed; None where nothing was added."""
        if not self._columns:
            return None
        path = self._folder / NAME
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for name, column in sorted(self._columns.items()):
                entry = zipfile.ZipInfo(f"{name}.npy", _THE_SAME_TIME)
                with archive.open(entry, "w", force_zip64=True) as out:
                    npy.write_array_header_1_0(out, {"descr": "<f4", "fortran_order": False, "shape": column.shape})
                    column.file.seek(0)
                    while part := column.file.read(_COPY):
                        out.write(part)
        settings = {**self._settings, "columns": ",".join(sorted(self._columns))}
        return Artefact(NAME, path, "application/zip", settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for column in self._columns.values():
            column.file.close()
