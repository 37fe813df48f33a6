"""The minimum requirements of EBU Tech 3341 (2016) and 3342: their signals made anew, their tolerances.

Signals 7 and 8 of Tech 3341, which are 5 and 6 of Tech 3342, are recordings and not here.
"""

from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
import scipy.signal

from adapters.audio.taps.loudness import Loudness
from adapters.audio.taps.true_peak import TruePeak
from tests.adapters.audio.reference import numbers, run
from tests.sounds import Signal, joined, silence, tone

RATE = 48000

Steps = tuple[tuple[float, float], ...]


def steps(*parts: tuple[float, float]) -> Signal:
    """A sine of 1 kHz in both channels through (dBFS, seconds)."""
    return joined(*(tone(seconds, RATE, 2, 1000.0, dbfs) for dbfs, seconds in parts))


def loudness(signal: Signal, name: str) -> float:
    return numbers(run(Loudness, signal, RATE, Path()))[name]


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(((-23, 20),), id="1"),
        pytest.param(((-36, 10), (-23, 60), (-36, 10)), id="3"),
        pytest.param(((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)), id="4"),
        pytest.param(((-26, 20), (-20, 20.1), (-26, 20)), id="5"),
    ],
)
def test_tech_3341_integrated_loudness(parts: Steps) -> None:
    assert loudness(steps(*parts), "integrated_loudness") == pytest.approx(-23.0, abs=0.1)


def test_tech_3341_1_and_2_momentary_and_short_term_are_as_loud_as_the_whole() -> None:
    for dbfs in (-23, -33):
        heard = numbers(run(Loudness, steps((dbfs, 20)), RATE, Path()))
        for name in ("integrated_loudness", "momentary_loudness_max", "short_term_loudness_max"):
            assert heard[name] == pytest.approx(dbfs, abs=0.1)


@pytest.mark.parametrize(
    ("layout", "levels"),
    [
        ("5.0(side)", (-28, -28, -24, -30, -30)),
        ("5.1(side)", (-28, -28, -24, 0, -30, -30)),  # what the low-frequency effects do does not matter
        (None, (-28, -28, -24, 0, -30, -30)),
    ],
)
def test_tech_3341_6_surround(layout: str | None, levels: tuple[float, ...]) -> None:
    signal = np.concatenate([tone(20, RATE, 1, 1000.0, dbfs) for dbfs in levels], axis=1)
    heard = numbers(run(Loudness, signal, RATE, Path(), layout=layout))
    assert heard["integrated_loudness"] == pytest.approx(-23.0, abs=0.1)


def test_tech_3341_9_short_term_is_constant_from_3_s_on() -> None:
    """A window that ends anywhere holds as much of either level, so that the highest is no higher than the first."""
    signal = steps(*[(-20, 1.34), (-30, 1.66)] * 5)
    for seconds in (3.0, 3.7, 5.2, 15.0):
        heard = loudness(signal[: round(seconds * RATE)], "short_term_loudness_max")
        assert heard == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("n", range(20))
def test_tech_3341_10_short_term_maximum_of_a_file(n: int) -> None:
    signal = joined(silence(0.15 * n, RATE), steps((-23, 3)), silence(1, RATE))
    assert loudness(signal, "short_term_loudness_max") == pytest.approx(-23.0, abs=0.1)


def test_tech_3341_11_short_term_maxima_one_after_another() -> None:
    """20 tones, each 1 dB louder than the last: the highest so far is always that of the newest."""
    tones = [joined(silence(0.15 * n, RATE), steps((-38 + n, 3)), silence(3 - 0.15 * n, RATE)) for n in range(20)]
    for n in (0, 1, 7, 13, 19):
        heard = loudness(joined(*tones[: n + 1]), "short_term_loudness_max")
        assert heard == pytest.approx(-38.0 + n, abs=0.1)


def test_tech_3341_12_momentary_is_constant_from_1_s_on() -> None:
    signal = steps(*[(-20, 0.18), (-30, 0.22)] * 25)
    for seconds in (1.0, 1.1, 1.33, 10.0):
        heard = loudness(signal[: round(seconds * RATE)], "momentary_loudness_max")
        assert heard == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("n", range(20))
def test_tech_3341_13_momentary_maximum_of_a_file(n: int) -> None:
    signal = joined(silence(0.02 * n, RATE), steps((-23, 0.4)), silence(1, RATE))
    assert loudness(signal, "momentary_loudness_max") == pytest.approx(-23.0, abs=0.1)


def test_tech_3341_14_momentary_maxima_one_after_another() -> None:
    tones = [joined(silence(0.02 * n, RATE), steps((-38 + n, 0.4)), silence(0.4 - 0.02 * n, RATE)) for n in range(20)]
    for n, signal in enumerate(accumulate(tones, joined)):
        assert loudness(signal, "momentary_loudness_max") == pytest.approx(-38.0 + n, abs=0.1)


def sine(divisor: int, degrees: float, amplitude: float) -> Signal:
    """A sine of an even part of the rate, whose samples miss its top; faded, as a click would be louder."""
    n = np.arange(RATE)
    wave = amplitude * np.sin(2 * np.pi * n / divisor + np.radians(degrees))
    fade = np.minimum(1, np.minimum(n, n[::-1]) / 2400)
    faded: Signal = (wave * fade).astype(np.float32)[:, None]
    return faded


@pytest.mark.parametrize(
    ("divisor", "degrees", "amplitude", "expected"),
    [
        pytest.param(4, 0.0, 0.5, -6.0, id="15"),
        pytest.param(4, 45.0, 0.5, -6.0, id="16"),
        pytest.param(6, 60.0, 0.5, -6.0, id="17"),
        pytest.param(8, 67.5, 0.5, -6.0, id="18"),
        pytest.param(4, 45.0, 1.41, 3.0, id="19"),
    ],
)
def test_tech_3341_true_peak_of_sines(divisor: int, degrees: float, amplitude: float, expected: float) -> None:
    heard = numbers(run(TruePeak, sine(divisor, degrees, amplitude), RATE, Path()))["true_peak"]
    assert expected - 0.4 <= heard <= expected + 0.2


@pytest.mark.parametrize("offset", range(4))
def test_tech_3341_20_to_23_true_peak_of_a_pulse_between_samples(offset: int) -> None:
    """A short peak of 0 dBTP made at four times the rate, of which every fourth sample is kept, from the offset on."""
    burst = np.zeros(4 * RATE)
    cycle = np.arange(24)  # one period of a sixth of the rate
    burst[2 * RATE : 2 * RATE + 24] = np.sin(2 * np.pi * cycle / 24)
    smooth = scipy.signal.firwin(401, 0.4 * RATE, fs=4 * RATE)
    peak = np.convolve(burst, smooth, "same")
    signal = (peak / np.abs(peak).max())[offset::4].astype(np.float32)[:, None]
    heard = numbers(run(TruePeak, signal, RATE, Path()))["true_peak"]
    assert -0.4 <= heard <= 0.2


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        pytest.param((-20, -30), 10.0, id="1"),
        pytest.param((-20, -15), 5.0, id="2"),
        pytest.param((-40, -20), 20.0, id="3"),
        pytest.param((-50, -35, -20, -35, -50), 15.0, id="4"),
    ],
)
def test_tech_3342_loudness_range(levels: tuple[float, ...], expected: float) -> None:
    heard = loudness(steps(*((level, 20) for level in levels)), "loudness_range")
    assert heard == pytest.approx(expected, abs=1.0)
