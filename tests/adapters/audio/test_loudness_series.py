"""loudness.dat: what a curve of loudness is drawn from."""

import struct
from pathlib import Path

import numpy as np
import pytest

from adapters.audio.taps.programme import Programme
from tests.adapters.audio.reference import numbers, run
from tests.sounds import Signal, joined, noise, silence, tone

RATE = 8000
NONE = -32768


def series(
    signal: Signal, folder: Path, rate: int = RATE, block: int = 65536
) -> tuple[tuple[int, ...], list[int], list[int]]:
    """Version, rate, samples per point, points and numbers of a point, as the header has them; then both series."""
    told = run(Programme, signal, rate, folder, block)
    (kept,) = told.artefacts
    data = kept.path.read_bytes()
    mark, *head = struct.unpack("<4sIIIII", data[:24])
    assert mark == b"LUFS"
    version, kept_rate, per_point, length, _ = head
    assert dict(kept.settings) == {"samples_per_point": per_point, "sample_rate_hz": kept_rate, "length": length}
    points = np.frombuffer(data[24:], "<i2").reshape(-1, 2)
    assert (version, len(points)) == (1, length)
    return tuple(head), points[:, 0].tolist(), points[:, 1].tolist()


def test_a_step_of_10_db_is_seen_at_its_second(tmp_path: Path) -> None:
    """A sine of 997 Hz in both channels has the loudness of its peak level: EBU Tech 3341, table 1. What its weighting
    by BS.1770 lacks to that at this rate is taken out first."""
    off = numbers(run(Programme, tone(4, RATE, 2, 997.0, -20), RATE, tmp_path))["integrated_loudness"] + 20
    assert abs(off) < 0.1
    loud, soft = tone(5, RATE, 2, 997.0, -20 - off), tone(5.5, RATE, 2, 997.0, -30 - off)
    head, momentary, short_term = series(joined(loud, soft), tmp_path)
    assert head == (1, RATE, RATE, 11, 2)
    just_after = 100 * 10 * np.log10((39 * 1e-2 + 1e-3) / 40)  # the first window to end in that second
    assert momentary == pytest.approx([-2000] * 5 + [just_after] + [-3000] * 5, abs=2)
    mixed = [100 * 10 * np.log10((1e-2 * share + 1e-3 * (3 - share)) / 3) for share in (2, 1)]
    expected = [-2000] * 3 + mixed + [-3000] * 4
    assert short_term[:2] == [NONE, NONE]
    assert short_term[2:] == pytest.approx(expected, abs=5)


def test_its_highest_is_what_the_analysis_tells(tmp_path: Path) -> None:
    swell = np.float32(0.5) + np.float32(0.4) * np.sin(np.arange(12 * RATE, dtype=np.float32) / 9000)[:, None]
    signal = noise(12, RATE) * swell
    _, momentary, _ = series(signal, tmp_path)
    assert max(momentary) / 100 == pytest.approx(
        numbers(run(Programme, signal, RATE, tmp_path))["momentary_loudness_max"], abs=0.006
    )


@pytest.mark.parametrize("block", [1000, 65536])
def test_blocks_of_any_size_give_the_same(block: int, tmp_path: Path) -> None:
    signal = joined(noise(7.3, 48000, 1), tone(4, 48000, 1, dbfs=-40))
    assert series(signal, tmp_path, 48000, block) == series(signal, tmp_path, 48000, len(signal))


def test_a_rate_without_whole_tenths_keeps_its_own_time(tmp_path: Path) -> None:
    head, momentary, _ = series(tone(3, 11025, 1), tmp_path, 11025)
    assert head == (1, 11025, 11030, 3, 2)
    assert NONE not in momentary


@pytest.mark.parametrize(
    ("signal", "rate", "momentary"),
    [
        (silence(2.5, RATE), RATE, [NONE] * 3),
        (tone(0.39, RATE), RATE, [NONE]),
        (tone(2.5, 1000), 1000, [NONE] * 3),  # too low a rate for the weighting
        (tone(2.5, RATE, channels=7), RATE, [NONE] * 3),  # in places that nobody knows
        (tone(2.5, RATE, dbfs=700), RATE, [NONE] * 3),  # more than the numbers hold
        (joined(tone(0.5, RATE), silence(2, RATE)), RATE, [-1800, NONE, NONE]),
    ],
)
def test_where_there_is_no_loudness_none_is_told(
    signal: Signal, rate: int, momentary: list[int], tmp_path: Path
) -> None:
    _, told, short_term = series(signal, tmp_path, rate)
    assert told == pytest.approx(momentary, abs=150)
    assert set(short_term) == {NONE}
