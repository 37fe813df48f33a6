"""Chains of steps over files: lengths to the frame, passes that are counted, pieces, sounds that are joined."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.audio.limits import EngineLimits
from adapters.audio.process.chain import Chain, Passes
from adapters.audio.process.stage import Given, Shape
from adapters.audio.process.steps.table import STAGES
from domain.errors import DecodedSizeLimit, Invalid, UndecodableAudio, UnsupportedParameters
from domain.processing import Known, Processed
from domain.step import Step
from domain.stretch import Stretch
from tests import sounds
from tests.adapters.audio.process.making import RATE, Make, heard_frames, samples
from tests.adapters.audio.process.through import cut, frequency, level
from tests.adapters.audio.voices import speech
from tests.sounds import Signal, encoded, joined, noise, silence, tone


def test_what_passes_through_a_chain_is_what_its_steps_do_one_after_the_other(make: Make) -> None:
    sound = joined(silence(0.5, RATE), tone(1, RATE, hz=440, dbfs=-20), silence(0.5, RATE))
    done = make(
        sound,
        ("trim", {"padding_seconds": 0}),
        ("gain", {"gain_db": 6}),
        ("resample", {"sample_rate_hz": 16000}),
        ("channels", {"mode": "mono"}),
        ("transcode", {"format": "wav", "bit_depth": "24"}),
    )
    out, promise = samples(done), done.outputs[0].promise
    assert (promise.frames, promise.channels, promise.sample_rate_hz) == (16000, 1, 16000) == (*out.shape, 16000)
    assert frequency(out, 16000) == pytest.approx(440, rel=1e-4)
    assert level(out) == pytest.approx(-20 - 3.01 + 6, abs=0.05)
    assert done.passes == 2


def test_each_step_that_measures_is_a_pass_and_what_is_known_is_none(make: Make) -> None:
    sound, loudness = noise(1, RATE), ("loudness", {"target_lufs": -20.0})
    known = Known(integrated_lufs=-21.0, true_peak_dbtp=-17.9)
    assert make(sound, loudness).passes == 2
    done = make(sound, ("tags", {}), loudness, known=known)
    assert (done.passes, done.notes["loudness.gain_db"]) == (1, 1.0)
    assert make(sound, ("gain", {"gain_db": -1}), loudness, known=known).passes == 2
    assert make(sound, loudness, known=known, excerpt=Stretch(0, 0.9)).passes == 2
    assert make(sound, ("trim", {}), loudness, ("trim", {}), ("fade", {})).passes == 4


def test_a_long_fade_to_an_end_that_is_not_known_counts_first(make: Make) -> None:
    """Ten minutes of sound are not held back until they can be faded."""
    done = make(np.ones((605 * RATE, 1), np.float32), ("fade", {"out_seconds": 600.0}))
    out = samples(done)[:, 0]
    assert done.passes == 2
    np.testing.assert_array_equal(out[: 5 * RATE - 1], 1)
    np.testing.assert_allclose(out[5 * RATE :: RATE], 1 - (np.arange(600) + 1 / RATE) / 600, atol=1e-6)


def test_a_target_is_promised_where_nothing_changes_the_level_afterwards(make: Make) -> None:
    sound, loudness = noise(1, RATE), ("loudness", {"preset": "podcast", "ceiling_dbtp": -2.0})
    promised = make(sound, loudness, ("resample", {"sample_rate_hz": 16000}), ("tags", {})).outputs[0].promise
    assert (promised.target_lufs, promised.ceiling_dbtp) == (-16.0, -2.0)
    promised = make(sound, loudness, ("gain", {"gain_db": 1})).outputs[0].promise
    assert (promised.target_lufs, promised.ceiling_dbtp) == (None, None)


def test_an_excerpt_is_all_that_is_processed(make: Make) -> None:
    sound = joined(tone(1, RATE, hz=300), tone(1, RATE, hz=600))
    done = make(sound, ("gain", {"gain_db": 0}), excerpt=Stretch(0.75, 1.5))
    np.testing.assert_array_equal(samples(done), sound[6000:12000])
    assert done.input_seconds == 0.75


def test_notes_tell_steps_apart_that_are_there_twice(make: Make) -> None:
    notes = make(joined(tone(1, RATE), silence(0.5, RATE)), *[("trim", {"padding_seconds": 0})] * 2).notes
    assert (notes["trim.removed_seconds"], notes["trim-2.removed_seconds"]) == (0.5, 0)


# ---- several sounds ----------------------------------------------------------------------------------------------


def pieces(done: Processed) -> list[tuple[float, float]]:
    told = [(each.artefact.settings["start_seconds"], each.artefact.settings["end_seconds"]) for each in done.outputs]
    for n, (each, (start, end)) in enumerate(zip(done.outputs, told, strict=True), 1):
        assert each.artefact.name == f"out-{n:03d}.wav"
        assert isinstance(start, float)
        assert isinstance(end, float)
        assert each.promise.frames == len(sounds.decoded(each.artefact.path)) == round((end - start) * RATE)
    return [(float(str(start)), float(str(end))) for start, end in told]


def test_pieces_by_time_are_all_of_the_sound(make: Make) -> None:
    sound = noise(1.1, RATE)
    done = make(sound, ("split", {"by": "time", "every_seconds": 0.3, "min_piece_seconds": 0.1}))
    np.testing.assert_allclose(pieces(done), [(0, 0.3), (0.3, 0.6), (0.6, 0.9), (0.9, 1.1)])
    parts = [sounds.decoded(each.artefact.path) for each in done.outputs]
    np.testing.assert_array_equal(np.concatenate(parts), sound)
    assert (done.passes, done.notes["split.pieces"]) == (2, 4)
    assert not done.outputs[0].artefact.path.with_name("out.f32").exists()


def phrases(background: Signal | None = None) -> Signal:
    """Tones of a voice's pitch at 0.5 to 1.5 s and 2.5 to 3 s, a click at 2 s, and a short pause in the first."""
    say = tone(0.6, RATE, hz=300, dbfs=-20)
    click = tone(0.02, RATE, hz=700, dbfs=-20)
    parts = [(0.5, say), (1.2, say[: round(0.3 * RATE)]), (2.0, click), (2.5, say[: round(0.5 * RATE)])]
    whole = silence(4, RATE) if background is None else background
    for start, part in parts:
        whole[round(start * RATE) : round(start * RATE) + len(part)] += part
    return whole


def test_pieces_by_silence_lie_between_pauses_that_are_long_enough(make: Make) -> None:
    done = make(phrases(), ("split", {"by": "silence", "min_silence_seconds": 0.3, "padding_seconds": 0.05}))
    np.testing.assert_allclose(pieces(done), [(0.45, 1.55), (2.45, 3.05)])


def test_pieces_by_speech_stand_out_from_the_noise(make: Make) -> None:
    done = make(
        phrases(noise(4, RATE, dbfs=-40)),
        ("split", {"by": "speech", "min_silence_seconds": 0.3, "padding_seconds": 0.05}),
    )
    np.testing.assert_allclose(pieces(done), [(0.45, 1.55), (2.45, 3.05)], atol=0.02)


@pytest.mark.parametrize("noise_dbfs", [-60, -35])
def test_pieces_by_speech_are_the_phrases_of_a_voice(make: Make, noise_dbfs: float) -> None:
    rate = 16000
    first, second = speech(2, rate), speech(1.5, rate)
    sound = joined(silence(1, rate, 1), first, silence(1.2, rate, 1), second, silence(0.8, rate, 1))
    sound = sound + noise(len(sound) / rate, rate, 1, dbfs=noise_dbfs)
    cut_up = ("split", {"by": "speech", "min_silence_seconds": 0.6, "padding_seconds": 0})
    done = make(encoded("wav", sound, rate), cut_up)
    told = [each.artefact.settings for each in done.outputs]
    found = [(float(str(each["start_seconds"])), float(str(each["end_seconds"]))) for each in told]
    np.testing.assert_allclose(found, [(1, 3), (4.2, 5.7)], atol=0.15)  # the first voice ends in a breath


def test_regions_may_overlap_and_end_with_the_sound(make: Make) -> None:
    sound = noise(1, RATE)
    done = make(sound, ("split", {"by": "regions", "regions": [[0.5, 9], [0.25, 0.75]]}))
    assert pieces(done) == [(0.5, 1.0), (0.25, 0.75)]
    np.testing.assert_array_equal(sounds.decoded(done.outputs[1].artefact.path), sound[2000:6000])


def test_what_follows_a_split_is_done_with_each_piece(make: Make) -> None:
    sound = joined(tone(1, RATE, dbfs=-30), tone(1, RATE, dbfs=-12))
    done = make(sound, ("split", {"by": "time", "every_seconds": 1.0}), ("loudness", {"target_lufs": -23.0}))
    for made in done.outputs:
        assert level(sounds.decoded(made.artefact.path)) == pytest.approx(-23 - 3.01 + 0.69, abs=0.5)
        assert made.promise.target_lufs == -23.0
    assert done.outputs[0].artefact.settings["loudness.gain_db"] == pytest.approx(7.0, abs=0.5)
    assert done.passes == 3


def test_a_format_that_cannot_hold_the_pieces_is_refused_before_anything_is_read(make: Make, tmp_path: Path) -> None:
    cut = ("split", {"by": "time", "every_seconds": 0.1})
    for asked in ({"format": "mp3", "bit_rate_kbps": 320}, {"format": "flac", "bit_depth": "32"}):
        with pytest.raises(Invalid):
            make(noise(1, RATE), cut, ("transcode", asked))
    with pytest.raises(UnsupportedParameters, match="channels"):
        make(noise(1, RATE, 3), cut, ("transcode", {"format": "mp3"}))
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("place", ["before", "after"])
def test_others_are_joined_in_the_rate_and_channels_of_the_sound(make: Make, tmp_path: Path, place: str) -> None:
    (tmp_path / "one").write_bytes(encoded("wav", tone(0.5, 16000, 1, hz=500), 16000))
    (tmp_path / "two").write_bytes(encoded("flac", tone(0.25, 44100, 2, hz=1000), 44100))
    others = {name: tmp_path / name for name in ("one", "two")}
    step = ("concatenate", {"recordings": ["one", "two"], "place": place, "gap_seconds": 0.1})
    done = make(tone(1, RATE, hz=250), step, others=others)
    out = samples(done)
    assert len(out) == done.outputs[0].promise.frames == round((1 + 0.5 + 0.25 + 0.2) * RATE)
    starts = {"after": {250: 0, 500: 1.1, 1000: 1.7}, "before": {500: 0, 1000: 0.6, 250: 0.95}}[place]
    for hz, start in starts.items():
        heard = out[round((start + 0.02) * RATE) : round((start + 0.23) * RATE)]
        assert frequency(heard, RATE) == pytest.approx(hz, rel=1e-3)
        np.testing.assert_array_equal(heard[:, 0], heard[:, 1])
    assert np.abs(out[round(1.05 * RATE)] if place == "after" else out[round(0.55 * RATE)]).max() < 1e-4
    assert done.input_seconds == 1.0


def test_channels_that_do_not_go_with_the_sound_are_not_joined(make: Make, tmp_path: Path) -> None:
    (tmp_path / "wide").write_bytes(encoded("wav", noise(0.5, RATE, 3), RATE, subtype="FLOAT"))
    step, others = ("concatenate", {"recordings": ["wide"]}), {"wide": tmp_path / "wide"}
    with pytest.raises(UnsupportedParameters, match="3 channels"):
        make(noise(0.5, RATE, 2), step, others=others)
    out = samples(make(noise(0.5, RATE, 1), step, others=others))
    np.testing.assert_allclose(out[4000:, 0], noise(0.5, RATE, 3).mean(axis=1), atol=1e-7)


# ---- files that are hard to read ---------------------------------------------------------------------------------


def test_a_file_that_the_first_decoder_gives_up_on_is_processed_by_the_second(make: Make, tmp_path: Path) -> None:
    cut_off = sounds.truncated(encoded("flac", noise(3)))
    done = make(cut_off, ("trim", {}), ("gain", {"gain_db": -1}))
    assert done.outputs[0].promise.frames == heard_frames(tmp_path / "file")
    assert done.passes == 2

    (tmp_path / "other").write_bytes(cut_off)
    joint = make(noise(1, 44100), ("concatenate", {"recordings": ["other"]}), others={"other": tmp_path / "other"})
    assert joint.outputs[0].promise.frames > RATE


def test_a_file_that_nobody_can_decode_leaves_nothing(make: Make, tmp_path: Path) -> None:
    with pytest.raises(UndecodableAudio):
        make(sounds.truncated(encoded("m4a")), ("gain", {"gain_db": 1}))
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_more_samples_than_the_engine_takes_are_not_written(make: Make, tmp_path: Path) -> None:
    limits = EngineLimits(max_decoded_samples=20_000)
    with pytest.raises(DecodedSizeLimit):
        make(noise(1, RATE), ("resample", {"sample_rate_hz": 16000}), limits=limits)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


SLOW = ("speed", {"factor": 0.25, "keep_pitch": False})


def test_a_chain_that_would_grow_too_long_ends_with_its_first_blocks(make: Make, tmp_path: Path) -> None:
    """Ten such steps make 60 days of 5 s; at the end of the chain alone it would be known after all 8.3e9 samples."""
    began = time.process_time()
    with pytest.raises(DecodedSizeLimit, match="would make more than"):
        make(noise(1, 40_000), *[SLOW] * 10)
    with pytest.raises(DecodedSizeLimit):
        make(noise(1, 40_000), *[SLOW] * 10, ("split", {"by": "time", "every_seconds": 60}))
    assert time.process_time() - began < 5
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_what_is_long_between_two_steps_counts_and_what_is_trimmed_away_does_not(make: Make) -> None:
    limits = EngineLimits(max_decoded_samples=20_000)
    back = ("speed", {"factor": 4, "keep_pitch": False})
    with pytest.raises(DecodedSizeLimit):
        make(noise(1, RATE), SLOW, back, limits=limits)
    trim = ("trim", {"padding_seconds": 0})
    done = make(joined(silence(1, RATE), noise(1, 2000)), trim, SLOW, allow_long_trim=True, limits=limits)
    assert 7_900 < done.outputs[0].promise.frames < 8_200


@pytest.mark.parametrize(
    ("regions", "after"),
    [
        ([[0, 1]] * 3, []),
        ([[0, 0.25]] * 2, [SLOW]),
        ([[0, 0.2]] * 2, [("concatenate", {"recordings": ["other"]})]),
    ],
)
def test_pieces_are_bounded_by_their_sum(
    make: Make, tmp_path: Path, regions: list[list[float]], after: list[tuple[str, dict[str, object]]]
) -> None:
    (tmp_path / "other").write_bytes(encoded("wav", noise(1, 8000), RATE))
    limits = EngineLimits(max_decoded_samples=20_000)
    split = ("split", {"by": "regions", "regions": regions})
    with pytest.raises(DecodedSizeLimit):
        make(noise(1, RATE), split, *after, limits=limits, others={"other": tmp_path / "other"})
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "other"]
    one = ("split", {"by": "regions", "regions": regions[:1]})
    assert make(noise(1, RATE), one, *after, limits=limits, others={"other": tmp_path / "other"}).outputs


# ---- however it is cut -------------------------------------------------------------------------------------------

STEPS = (
    ("trim", {"padding_seconds": 0.01}),
    ("resample", {"sample_rate_hz": 11025}),
    ("channels", {"mode": "remix", "matrix": [[0.3, 0.6], [1.0, -0.4], [0.1, 0.1]]}),
    ("fade", {"in_seconds": 0.1, "out_seconds": 0.3, "curve": "sine"}),
    ("gain", {"gain_db": 3}),
)


@settings(max_examples=20, deadline=None)
@given(sizes=st.lists(st.integers(1, 5000), min_size=1, max_size=6))
def test_however_a_sound_is_cut_into_blocks_its_samples_are_the_same(sizes: list[int]) -> None:
    sound = joined(silence(0.3, RATE), noise(1, RATE), silence(0.2, RATE))
    assert through_all(sound, *sizes).tobytes() == through_all(sound, 65536).tobytes()


def through_all(sound: Signal, *sizes: int) -> Signal:
    @dataclass
    class Cut:
        shape: Shape

        def blocks(self, _share: Callable[[float], None]) -> Iterator[Signal]:
            yield from cut(sound, *sizes)
            self.shape = replace(self.shape, frames=len(sound))

    chain = Chain(
        Cut(Shape(RATE, 2)), lambda _channels, said: said, Passes(lambda _share, _stage: None), EngineLimits()
    )
    for kind, asked in STEPS:
        chain.add(kind, STAGES[kind](Step.of(kind, asked), Given(EngineLimits())))
    return np.concatenate([block.copy() for block in chain.sound()])
