"""A row for each file that was listened to, in Parquet."""

import hashlib
import json
import os
import time
from collections.abc import Container, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adapters import codec
from domain.analysis import Analysis
from domain.bulk import BulkResult, KeptArtefact
from domain.errors import Invalid
from domain.values import Failure

ROWS_OF_PART = 1000
ROWS_OF_GROUP = 100
SECONDS_OF_PART = 600.0

SCHEMA = pa.schema(
    [
        ("path", pa.string()),
        ("size_bytes", pa.int64()),
        ("sha256", pa.string()),
        ("status", pa.string()),  # ok or failed
        ("code", pa.string()),
        ("detail", pa.string()),
        ("container", pa.string()),
        ("codec", pa.string()),
        ("sample_rate_hz", pa.int32()),
        ("channels", pa.int32()),
        ("bit_depth", pa.int32()),
        ("duration_seconds", pa.float64()),
        ("bit_rate_bps", pa.int64()),
        ("layout", pa.string()),
        ("descriptors", pa.string()),  # JSON: name to value
        ("findings", pa.list_(pa.string())),  # codes
        ("analyser", pa.string()),
        ("analyser_version", pa.string()),
        ("analysis", pa.string()),  # the document that a library keeps
        ("artefacts", pa.string()),  # JSON
    ]
)


class Parts:
    """The part in the making: a temporary file that becomes one when it is full, old, or the last."""

    def __init__(self, folder: Path, name: str, suffix: str) -> None:
        self._folder = folder
        self._name = name
        self._suffix = suffix
        self._number = 0
        self._rows: list[dict[str, Any]] = []
        self._written = 0
        self._writer: pq.ParquetWriter | None = None
        self._began = time.monotonic()

    def add(self, result: BulkResult) -> None:
        self._rows.append(_row(result))
        if len(self._rows) >= ROWS_OF_GROUP:
            self._flush()
        if self._written + len(self._rows) >= ROWS_OF_PART or time.monotonic() >= self._began + SECONDS_OF_PART:
            self.publish()

    def publish(self) -> None:
        self._flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
            with self._incoming.open("rb") as file:
                os.fsync(file.fileno())
            self._incoming.replace(self._folder / f"{self._name}-{self._number:05}{self._suffix}")
            self._number += 1
        self._written = 0
        self._began = time.monotonic()

    @property
    def _incoming(self) -> Path:
        return self._folder / f".{self._name}-{self._number:05}.writing"

    def _flush(self) -> None:
        if not self._rows:
            return
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._incoming, SCHEMA, compression="zstd")
        self._writer.write_table(pa.Table.from_pylist(self._rows, SCHEMA))
        self._written += len(self._rows)
        self._rows = []


def read(part: Path) -> Iterator[BulkResult]:
    """Raises Invalid when the file is no such part."""
    try:
        with pq.ParquetFile(part) as file:
            for batch in file.iter_batches(batch_size=ROWS_OF_GROUP, columns=SCHEMA.names):
                yield from map(_result, batch.to_pylist())
    except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise Invalid(f"{part.name} holds no results of listening in bulk.") from error


class Done(Container[tuple[str, int]]):
    """Eight bytes a file, so that there may be millions."""

    def __init__(self, parts: Iterable[Path]) -> None:
        self._digests = np.sort(np.concatenate([np.empty(0, np.uint64), *map(_known, parts)]))

    def __contains__(self, item: object) -> bool:
        if not isinstance(item, tuple):
            return False
        digest = np.uint64(_digest(*item))
        at = int(np.searchsorted(self._digests, digest))
        return at < len(self._digests) and bool(self._digests[at] == digest)


def _known(part: Path) -> "np.ndarray[Any, np.dtype[np.uint64]]":
    with pq.ParquetFile(part) as file:
        rows = (
            row
            for batch in file.iter_batches(columns=["path", "size_bytes"])
            for row in zip(*batch.to_pydict().values(), strict=True)
        )
        return np.fromiter((_digest(path, size) for path, size in rows), np.uint64)


def _digest(path: str, size: int) -> int:
    """Of ten million files, two have the same with a chance of 3 in a million."""
    return int.from_bytes(hashlib.blake2b(f"{size} {path}".encode(), digest_size=8).digest())


def _row(result: BulkResult) -> dict[str, Any]:
    analysis, failure = result.analysis, result.failure
    row: dict[str, Any] = dict.fromkeys(SCHEMA.names)
    row |= {"path": result.path, "size_bytes": result.size_bytes, "sha256": result.sha256}
    row |= {"status": "ok" if analysis else "failed", "artefacts": json.dumps([asdict(a) for a in result.artefacts])}
    if failure is not None:
        row |= {"code": failure.code, "detail": failure.detail}
    if analysis is not None:
        row |= {name: value for name, value in asdict(analysis.audio).items() if name in row}
        row |= {
            "descriptors": json.dumps({each.name: each.value for each in analysis.descriptors}),
            "findings": [finding.code for finding in analysis.findings],
            "analyser": analysis.analyser,
            "analyser_version": analysis.analyser_version,
            "analysis": codec.written(analysis),
        }
    return row


def _result(row: dict[str, Any]) -> BulkResult:
    return BulkResult(
        path=row["path"],
        size_bytes=row["size_bytes"],
        sha256=row["sha256"],
        analysis=codec.read(Analysis, row["analysis"]) if row["analysis"] else None,
        failure=Failure(row["code"], row["detail"]) if row["code"] else None,
        artefacts=tuple(KeptArtefact(**each) for each in json.loads(row["artefacts"])),
    )
