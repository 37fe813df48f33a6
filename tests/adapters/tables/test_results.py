"""Results of listening in bulk as Parquet: what is written is read, in parts that are whole."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from adapters.tables import parquet
from adapters.tables.results import ParquetResults
from domain.analysis import Artefact
from domain.bulk import BulkResult, KeptArtefact, artefact_name
from domain.errors import Invalid
from domain.values import Failure
from tests.builders import a_sha256, an_analysis

SHA256 = a_sha256("content")
HEARD = BulkResult(
    "deep/Ärger 🎧.wav",
    288_044,
    SHA256,
    an_analysis(content_sha256=SHA256),
    artefacts=(KeptArtefact("waveform.dat", "application/octet-stream", {"zoom": 256, "fast": None}, "waveform-1"),),
)
REFUSED = BulkResult("broken.mp3", 10, None, failure=Failure("undecodable-audio", "It cannot be decoded."))


@pytest.fixture
def results() -> ParquetResults:
    return ParquetResults()


def parts_of(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_what_is_written_is_read(results: ParquetResults, tmp_path: Path) -> None:
    with results.writing(tmp_path / "out", "run-1") as write:
        write(HEARD)
        write(REFUSED)
        assert not list((tmp_path / "out").glob(f"*{results.suffix}"))  # no part before it is whole
    (part,) = parts_of(tmp_path / "out")
    assert part.name == f"run-1-00000{results.suffix}"
    assert list(results.read(part)) == [HEARD, REFUSED]


def test_columns_can_be_asked_without_the_document(results: ParquetResults, tmp_path: Path) -> None:
    with results.writing(tmp_path, "run-1") as write:
        write(HEARD)
        write(REFUSED)
    heard, refused = pq.read_table(next(tmp_path.iterdir())).to_pylist()
    assert (heard["status"], heard["codec"], heard["sample_rate_hz"], heard["duration_seconds"]) == (
        "ok",
        "pcm_s16le",
        48_000,
        1.5,
    )
    assert json.loads(heard["descriptors"]) == {
        "loudness.integrated": -23.1,
        "tempo": None,
        "channel_rms": [-9.0, None],
        "key": "A minor",
    }
    assert heard["findings"] == ["clipping"]
    assert (heard["analyser"], heard["analyser_version"]) == ("listen", "1")
    assert (refused["status"], refused["code"], refused["analysis"]) == ("failed", "undecodable-audio", None)


def test_a_part_ends_when_it_is_full(results: ParquetResults, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS_OF_PART", 5)
    monkeypatch.setattr(parquet, "ROWS_OF_GROUP", 2)
    with results.writing(tmp_path, "run-1") as write:
        for n in range(12):
            write(BulkResult(f"{n}.wav", n, None, failure=Failure("x", "y")))
        assert len(list(tmp_path.glob(f"[!.]*{results.suffix}"))) == 2
    parts = parts_of(tmp_path)
    assert [pq.ParquetFile(part).metadata.num_rows for part in parts] == [5, 5, 2]
    assert pq.ParquetFile(parts[0]).metadata.num_row_groups == 3
    assert [result.size_bytes for part in parts for result in results.read(part)] == list(range(12))


def test_a_part_ends_when_it_is_old(results: ParquetResults, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "SECONDS_OF_PART", 0.0)
    with results.writing(tmp_path, "run-1") as write:
        write(REFUSED)
        assert len(list(tmp_path.glob(f"[!.]*{results.suffix}"))) == 1


def test_what_was_heard_before_an_error_is_kept(results: ParquetResults, tmp_path: Path) -> None:
    def broken_off() -> None:
        with results.writing(tmp_path, "run-1") as write:
            write(REFUSED)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    (part,) = parts_of(tmp_path)
    assert list(results.read(part)) == [REFUSED]


def test_nothing_heard_makes_no_part(results: ParquetResults, tmp_path: Path) -> None:
    with results.writing(tmp_path / "out", "run-1"):
        pass
    assert parts_of(tmp_path / "out") == []


def test_done_is_what_whole_parts_say(results: ParquetResults, tmp_path: Path) -> None:
    for name, result in (("run-1", HEARD), ("run-2", REFUSED)):
        with results.writing(tmp_path, name) as write:
            write(result)
    (tmp_path / ".run-3-00000.writing").write_bytes(b"cut short")
    done = results.done(tmp_path)
    assert (HEARD.path, HEARD.size_bytes) in done
    assert (REFUSED.path, REFUSED.size_bytes) in done
    assert (REFUSED.path, REFUSED.size_bytes + 1) not in done  # another file by now
    assert ("other.wav", 10) not in done
    assert (HEARD.path, HEARD.size_bytes) not in results.done(tmp_path / "nothing")


@pytest.mark.parametrize("content", [b"", b"no table"])
def test_what_is_no_part_is_refused(results: ParquetResults, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    with pytest.raises(Invalid):
        list(results.read(path))


def test_a_table_of_something_else_is_refused(results: ParquetResults, tmp_path: Path) -> None:
    import pyarrow as pa

    pq.write_table(pa.table({"a": [1]}), tmp_path / "x.parquet")
    with pytest.raises(Invalid):
        list(results.read(tmp_path / "x.parquet"))


def test_files_are_kept_by_content(results: ParquetResults, tmp_path: Path) -> None:
    for content in (b"one", b"two"):  # the second takes the place of the first
        made = tmp_path / "waveform.dat"
        made.write_bytes(content)
        results.keep(tmp_path / "out", SHA256, [Artefact("waveform.dat", made, "application/octet-stream")])
        assert not made.exists()
    kept = tmp_path / "out" / artefact_name(SHA256, "waveform.dat")
    assert kept.read_bytes() == b"two"
    assert [path.name for path in kept.parent.iterdir()] == ["waveform.dat"]


@pytest.mark.parametrize("path", ["../a.wav", "a/../../b.wav", "/etc/passwd", "", "a//b.wav", "."])
def test_a_path_that_leads_out_of_the_folder_is_refused(results: ParquetResults, tmp_path: Path, path: str) -> None:
    with pytest.raises(Invalid):
        list(results.read(a_part_with(results, tmp_path, path=path)))


@pytest.mark.parametrize("name", ["../../../secret", "..", "", "a/b.dat", 7])
def test_an_artefact_that_leads_out_of_the_folder_is_refused(
    results: ParquetResults, tmp_path: Path, name: object
) -> None:
    artefacts = json.dumps([{"name": name, "content_type": "text/plain"}])
    with pytest.raises(Invalid):
        list(results.read(a_part_with(results, tmp_path, artefacts=artefacts)))


def a_part_with(results: ParquetResults, folder: Path, **changes: str) -> Path:
    """One as somebody else may have written it."""
    with results.writing(folder, "run-1") as write:
        write(HEARD)
    (part,) = parts_of(folder)
    rows = pq.read_table(part).to_pylist()
    pq.write_table(pa.Table.from_pylist([{**row, **changes} for row in rows], parquet.SCHEMA), part)
    return part
