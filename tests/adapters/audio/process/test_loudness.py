"""The step loudness, checked by meters that are not ours: libebur128 and pyloudnorm."""

import numpy as np
import pyloudnorm
import pytest

from domain.errors import NotMeasured
from domain.processing import Known
from domain.step import LOUDNESS_PRESETS
from tests.adapters.audio.process.through import done, level
from tests.sounds import Signal, joined, noise, silence, tone

RATE = 48000


def meter(signal: Signal, rate: int = RATE) -> tuple[float, float]:
    """LUFS and dBTP by libebur128."""
    pyebur128 = pytest.importorskip("pyebur128.pyebur128", reason="it has no wheel for this Python")
    mode = pyebur128.MeasurementMode
    state = pyebur128.R128State(signal.shape[1], rate, mode.MODE_I | mode.MODE_TRUE_PEAK)
    state.add_frames(np.ascontiguousarray(signal).reshape(-1), len(signal))
    peak = max(pyebur128.get_true_peak(state, channel) for channel in range(signal.shape[1]))
    return pyebur128.get_loudness_global(state), 20 * float(np.log10(peak))


def programme(dbfs: float = -30.0) -> Signal:
    """Noise that swells and pauses, with a click on top: peaks 20 dB above its loudness."""
    sound = noise(6, RATE, 2, dbfs)
    sound *= (0.2 + 0.8 * np.abs(np.sin(2 * np.pi * 0.7 * np.arange(len(sound)) / RATE)))[:, None].astype(np.float32)
    sound[::24000] *= 6
    return joined(sound, silence(1, RATE), sound[: 2 * RATE])


@pytest.mark.parametrize("preset", ["ebu-r128", "atsc-a85", "podcast", "streaming", "replaygain-2"])
def test_each_preset_is_met(preset: str) -> None:
    target, ceiling = LOUDNESS_PRESETS[preset]
    out, notes = done("loudness", programme(), RATE, preset=preset, limiter=True)
    lufs, dbtp = meter(out)
    assert lufs == pytest.approx(target, abs=0.03)
    assert dbtp <= ceiling
    assert pyloudnorm.Meter(RATE).integrated_loudness(out) == pytest.approx(target, abs=0.1)
    assert "short_by_lu" not in notes


def test_one_gain_is_all_that_is_done_where_the_peaks_have_room() -> None:
    sound = programme()
    out, notes = done("loudness", sound, RATE, preset="ebu-r128", limiter=True)
    gain = np.float32(10 ** (float(notes["gain_db"]) / 20))
    np.testing.assert_allclose(out, sound * gain, rtol=1e-4)
    assert notes["limited"] == "no"
    assert notes["input_lufs"] == pytest.approx(meter(sound)[0], abs=0.02)
    assert notes["input_dbtp"] == pytest.approx(meter(sound)[1], abs=0.02)


def test_what_is_too_loud_is_lowered() -> None:
    out, notes = done("loudness", tone(2, RATE, hz=997, dbfs=-1), RATE, target_lufs=-20)
    assert meter(out)[0] == pytest.approx(-20, abs=0.02)
    assert float(notes["gain_db"]) == pytest.approx(-19, abs=0.1)


def test_without_a_limiter_the_ceiling_comes_first_and_it_is_said_what_is_missing() -> None:
    sound = programme()
    out, notes = done("loudness", sound, RATE, preset="streaming")
    lufs, dbtp = meter(out)
    assert dbtp == pytest.approx(-1, abs=0.02)
    assert notes["short_by_lu"] == pytest.approx(-14 - lufs, abs=0.02)
    assert float(notes["short_by_lu"]) > 1
    np.testing.assert_allclose(out, sound * np.float32(10 ** (float(notes["gain_db"]) / 20)), rtol=1e-4)


def test_a_limited_sound_still_meets_its_target() -> None:
    """The limiter takes 2 LU here, which more gain before it makes good."""
    sound = programme()
    sound[::5000] *= 8
    out, notes = done("loudness", sound, RATE, target_lufs=-16, ceiling_dbtp=-6, limiter=True)
    lufs, dbtp = meter(out)
    assert lufs == pytest.approx(-16, abs=0.03)
    assert dbtp <= -6
    assert notes["limited"] == "yes"
    assert float(notes["gain_db"]) > -16 - float(notes["input_lufs"]) + 2


def test_what_no_limiter_can_bring_to_the_target_says_by_how_much_it_misses_it() -> None:
    """A square wave below its ceiling of -20 dBTP cannot be at -8 LUFS."""
    square = np.sign(tone(2, RATE, hz=500)) * np.float32(0.1)
    out, notes = done("loudness", square, RATE, target_lufs=-8, ceiling_dbtp=-20, limiter=True)
    lufs, dbtp = meter(out)
    assert dbtp <= -20
    assert notes["short_by_lu"] == pytest.approx(-8 - lufs, abs=0.05)


def test_what_is_known_is_not_measured_again() -> None:
    sound = tone(2, RATE, hz=997, dbfs=-20)
    known = Known(integrated_lufs=-20.0, true_peak_dbtp=-20.0)  # not quite true, so that it is seen to be believed
    out, _ = done("loudness", sound, RATE, known=known, preset="ebu-r128")
    assert level(out) == pytest.approx(level(sound) - 3, abs=0.001)


def test_with_a_limiter_what_is_known_saves_the_first_pass_alone() -> None:
    lufs, dbtp = meter(programme())
    out, _ = done("loudness", programme(), RATE, known=Known(lufs, dbtp), preset="streaming", limiter=True)
    assert meter(out)[0] == pytest.approx(-14, abs=0.03)


def test_channels_weigh_as_their_places_say() -> None:
    """The low-frequency channel of 5.1 does not count, the surrounds count 1.5 dB more."""
    six = noise(2, RATE, 6, -30)
    as_surround, _ = done("loudness", six, RATE, layout="5.1", preset="ebu-r128")
    as_hexagon, _ = done("loudness", six, RATE, layout="hexagonal", preset="ebu-r128")
    assert meter(as_surround)[0] == pytest.approx(-23, abs=0.03)
    assert meter(as_hexagon)[0] != pytest.approx(-23, abs=0.03)


@pytest.mark.parametrize("sound", [silence(2, RATE), tone(0.3, RATE), tone(2, RATE, dbfs=-90)])
def test_what_cannot_be_measured_is_not_guessed(sound: Signal) -> None:
    with pytest.raises(NotMeasured, match="step gain") as refused:
        done("loudness", sound, RATE, preset="podcast")
    assert refused.value.data["descriptor"] == "integrated_loudness"


def test_how_it_is_cut_changes_no_bit() -> None:
    sound = programme(-14)
    cut, _ = done("loudness", sound, RATE, preset="streaming", limiter=True, sizes=(1, 70_000, 3333))
    whole, _ = done("loudness", sound, RATE, preset="streaming", limiter=True)
    assert cut.tobytes() == whole.tobytes()
