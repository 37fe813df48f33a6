"""What s3transfer's settings cost: a blob put and taken as a file, by size of parts and by how many go at a time.

`python -m benchmarks.transfers URL BUCKET PART_MIB CONCURRENCY` is one of them, in a process of its own, so that its
peak of memory is nobody else's. The double, on the same machine, answers with one core: more at a time help less than
over a network.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import product, repeat
from pathlib import Path

from adapters.aws.blobs import S3Blobs
from adapters.aws.bucket import create_bucket
from adapters.aws.clients import AwsClients, AwsPlace
from benchmarks import double
from tests.aws import REGION, AwsDouble, remove_bucket
from tests.e2e.costs import peak_bytes

HEADS = ("part", "at a time", "put MB/s", "put, ratio", "peak MiB", "as_file MB/s", "as_file, ratio", "peak MiB")
MIB = 1024 * 1024
SIZE_MIB = 256
PART_MIB, CONCURRENCY = (8, 16, 64), (1, 4, 8)
DEFAULT = (8, 4)
ROUNDS = 3

Row = tuple[str, ...]
Cost = tuple[float, float]
"""Seconds, and MiB of memory at the peak above what the process had before."""


def rows() -> Iterator[Row]:
    """Ratios are to the settings that AUDIO_AWS_PART_BYTES and AUDIO_AWS_CONCURRENCY have by default."""
    ways = list(product(PART_MIB, CONCURRENCY))
    runs: dict[tuple[int, int], list[list[Cost]]] = {way: [] for way in ways}
    with double.served() as url:
        for _ in range(ROUNDS):
            for way in ways:
                runs[way].append(_run(AwsDouble(url), *way))
    medians = {way: [_median(costs) for costs in zip(*runs[way], strict=True)] for way in ways}
    for way, costs in medians.items():
        told = []
        for (seconds, peak), (of_default, _) in zip(costs, medians[DEFAULT], strict=True):
            told += [f"{SIZE_MIB * MIB / 1e6 / seconds:.0f}", f"{of_default / seconds:.2f}", f"{peak:.0f}"]
        yield (f"{way[0]} MiB", str(way[1]), *told)


def _run(place: AwsDouble, part_mib: int, concurrency: int) -> list[Cost]:
    create_bucket(place.clients.s3, place.name)
    command = [sys.executable, "-m", "benchmarks.transfers", place.url, place.name, str(part_mib), str(concurrency)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    remove_bucket(place)
    return [(seconds, peak) for seconds, peak in json.loads(done.stdout)]


def _median(costs: tuple[Cost, ...]) -> Cost:
    return statistics.median(seconds for seconds, _ in costs), statistics.median(peak for _, peak in costs)


def main(url: str, bucket: str, part_mib: int, concurrency: int) -> None:
    blobs = S3Blobs(AwsClients(AwsPlace(REGION, url)), bucket, part_bytes=part_mib * MIB, concurrency=concurrency)
    blobs.put("warm/up", [b"0"])

    def put() -> None:
        blobs.put("a/blob", repeat(os.urandom(MIB), SIZE_MIB))

    def as_file() -> None:
        with blobs.as_file("a/blob") as path:
            assert path.stat().st_size == SIZE_MIB * MIB

    costs = []
    for transfer in (put, as_file):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is what there is now
        before, start = peak_bytes(os.getpid()), time.perf_counter()
        transfer()
        costs.append((time.perf_counter() - start, (peak_bytes(os.getpid()) - before) / MIB))
    print(json.dumps(costs))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
