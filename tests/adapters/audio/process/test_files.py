"""Formats that hold what they promise: every sample, every frame, every tag."""

from pathlib import Path

import numpy as np
import pytest

from adapters.audio.claims import examine
from adapters.audio.embedded import embedded
from adapters.audio.engine import LibrosaEngine
from adapters.audio.limits import EngineLimits
from adapters.audio.process.mp3_length import tell_length
from domain.errors import Invalid, UnsupportedParameters
from tests import sounds
from tests.adapters.audio.process.making import RATE, Make, heard_frames, samples
from tests.sounds import encoded, noise, tone


def test_nothing_to_change_leaves_every_sample_as_it_was(make: Make) -> None:
    for subtype, depth in (("PCM_16", 16), ("PCM_24", 24), ("FLOAT", 32), ("PCM_U8", 16)):
        data = encoded("wav", noise(0.5, RATE), RATE, subtype=subtype)
        for form in ("wav", "flac"):
            done = make(data, ("transcode", {"format": form}))
            expected = min(depth, 24) if form == "flac" else depth
            assert done.outputs[0].promise.bit_depth == expected
            if form == "wav" or depth < 32:
                np.testing.assert_array_equal(
                    samples(done), sounds.decoded(done.outputs[0].artefact.path.with_name("file"))
                )


@pytest.mark.parametrize("form", ["flac", "mp3", "opus", "ogg", "m4a"])
@pytest.mark.parametrize("frames", [48, 999, 1152, 24001])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_encoder_gives_just_as_many_frames(make: Make, form: str, frames: int, channels: int) -> None:
    rate = 48000 if form == "opus" else RATE
    sound = noise(frames / rate, rate, channels)
    (made,) = make(encoded("wav", sound, rate), ("transcode", {"format": form})).outputs
    assert made.promise.frames == heard_frames(made.artefact.path) == frames


@pytest.mark.parametrize(("rate", "channels"), [(44100, 2), (22050, 1)])
@pytest.mark.parametrize("rest", [1, 41, 47])
def test_an_mp3_of_any_length_says_to_the_sample_how_long_it_is(
    make: Make, rate: int, channels: int, rest: int
) -> None:
    """Its padding begins before the last packet, of which alone ffmpeg tells."""
    frames = 1152 * 3 + rest
    done = make(
        encoded("wav", noise(frames / rate, rate, channels), rate),
        ("tags", {"write": ["title=Info"]}),
        ("transcode", {"format": "mp3"}),
    )
    (made,) = done.outputs
    assert made.promise.frames == heard_frames(made.artefact.path) == frames


@pytest.mark.parametrize(("form", "frames"), [("flac", 15), ("mp3", 47)])
def test_what_is_too_short_for_a_format_is_refused_with_the_reason(make: Make, form: str, frames: int) -> None:
    """The encoder of flac gives up by itself, which is no failure that another try would mend."""
    with pytest.raises(UnsupportedParameters, match=f"{frames} frames are too few for {form}"):
        make(encoded("wav", noise(frames / RATE, RATE), RATE), ("transcode", {"format": form}))


def test_the_check_sum_of_an_mp3s_length_is_that_of_its_encoder(make: Make) -> None:
    """A length that ffmpeg tells right: writing it anew changes nothing, not even the sum over it."""
    (made,) = make(encoded("wav", noise(5000 / RATE, RATE), RATE), ("transcode", {"format": "mp3"})).outputs
    path = made.artefact.path
    written = path.read_bytes()
    tell_length(path, 4999)
    changed = path.read_bytes()
    tell_length(path, 5000)
    assert changed != written == path.read_bytes()


@pytest.mark.parametrize("form", ["opus", "m4a", "flac"])
def test_six_channels_stay_six(make: Make, form: str) -> None:
    sound = np.concatenate([tone(1, 48000, 1, hz=40 * (n + 1)) for n in range(6)], axis=1)
    (made,) = make(encoded("wav", sound, 48000), ("transcode", {"format": form, "bit_rate_kbps": None})).outputs
    assert (made.promise.channels, made.promise.frames) == (6, 48000) == (6, heard_frames(made.artefact.path))


@pytest.mark.parametrize("mask", [0x3F, 0x60F, None])
@pytest.mark.parametrize("form", ["wav", "flac"])
def test_a_surround_mix_has_its_loudness_where_the_file_puts_its_channels(
    make: Make, tmp_path: Path, form: str, mask: int | None
) -> None:
    """Channels at the sides and the back weigh more, and that for low effects nothing (ITU-R BS.1770-4)."""
    sound = np.concatenate([noise(1, RATE, 1, dbfs=-20 - 3 * (n % 3), seed=n) for n in range(6)], axis=1)
    data = encoded("wav", sound, RATE) if mask is None else sounds.extensible_wav(sound, RATE, mask)
    (made,) = make(data, ("loudness", {"target_lufs": -30.0}), ("transcode", {"format": form})).outputs
    heard = LibrosaEngine().listen(made.artefact.path, tmp_path, lambda _share, _stage: None, frozenset({"loudness"}))
    (lufs,) = (each.value for each in heard.descriptors if each.name == "integrated_loudness")
    assert lufs == pytest.approx(-30, abs=0.02)
    assert heard.audio.layout == {0x3F: "5.1", 0x60F: "5.1(side)", None: "5.1" if form == "flac" else None}[mask]


def test_bit_rates_are_those_that_the_encoder_has(make: Make) -> None:
    """At the bounds, which are tried for every rate when they are changed."""
    for form, rate, channels, least, most in (
        ("mp3", 8000, 2, 8, 64),
        ("mp3", 44100, 1, 32, 320),
        ("opus", 48000, 6, 72, 512),
        ("ogg", 16000, 1, 16, 96),
        ("ogg", 48000, 2, 48, 480),
        ("m4a", 8000, 1, 8, 48),
    ):
        data = encoded("wav", noise(0.3, rate, channels), rate)
        for kbps in (least, most):
            (made,) = make(data, ("transcode", {"format": form, "bit_rate_kbps": kbps})).outputs
            assert heard_frames(made.artefact.path) == made.promise.frames == round(0.3 * rate)
            assert made.artefact.settings["bit_rate_bps"] == kbps * 1000
        for kbps in (least - 1, most + 1):
            if 8 <= kbps <= 512:
                with pytest.raises(Invalid, match=f"{least:g} to "):
                    make(data, ("transcode", {"format": form, "bit_rate_kbps": kbps}))


@pytest.mark.parametrize("kbps", [64, 160, 192, 224, 256])
def test_an_mp3_is_as_loud_as_its_sound(make: Make, kbps: int) -> None:
    """LAME makes it up to 0.45 dB quieter by itself; a full-scale sound has room for what that is made up by."""
    sound = tone(0.5, 44100, 1, hz=1000, dbfs=0.0)
    done = make(encoded("wav", sound, 44100), ("transcode", {"format": "mp3", "bit_rate_kbps": kbps}))
    middle = slice(5000, 17000)
    gain = np.sqrt(np.mean(samples(done)[middle] ** 2) / np.mean(sound[middle] ** 2))
    assert 20 * np.log10(gain) == pytest.approx(0.0, abs=0.03)
    assert done.outputs[0].promise.cut_off_samples == 0


def test_rates_are_the_nearest_that_keep_all_of_the_sound(make: Make) -> None:
    for form, rate, expected in (
        ("mp3", 44100, 44100),
        ("mp3", 37800, 44100),
        ("mp3", 96000, 48000),
        ("opus", 8000, 48000),
        ("ogg", 50000, 48000),
        ("m4a", 96000, 96000),
        ("wav", 37800, 37800),
    ):
        (made,) = make(encoded("wav", noise(0.2, rate), rate), ("transcode", {"format": form})).outputs
        assert made.promise.sample_rate_hz == expected
        assert made.promise.frames == round(0.2 * expected) == heard_frames(made.artefact.path)


@pytest.mark.parametrize("form", ["wav", "flac", "mp3", "opus", "ogg", "m4a"])
def test_tags_of_any_name_are_kept_or_said_to_be_left_out(make: Make, form: str) -> None:
    own = {"comment": "c", "description": "d", "mood": "m", "bpm": "120", "engineer": "e", "keywords": "k"}
    for kept in (own, {"comment": "c", "mood": "m"}):
        done = make(noise(0.1, RATE), ("transcode", {"format": form}), ("tags", {"mode": "keep"}), keep_tags=kept)
        (made,) = done.outputs
        tags = embedded(examine(made.artefact.path, EngineLimits())).tags
        left_out = {"description", "mood", "bpm"} & kept.keys() if form == "wav" else set()
        told = str(made.artefact.settings.get("tags_left_out", ""))
        assert set(filter(None, told.split(", "))) == left_out
        assert {name: tags[name] for name in tags if name in own} == {
            name: value for name, value in kept.items() if name not in left_out
        }
        assert heard_frames(made.artefact.path) == made.promise.frames


@pytest.mark.parametrize("form", ["wav", "flac", "mp3", "opus", "ogg", "m4a"])
def test_tags_are_those_that_were_asked_for(make: Make, form: str) -> None:
    own = {"title": "Old", "artist": 'Ann O\'Nym; "A=B"'}
    as_form = ("transcode", {"format": form})
    written = {"write": ["title=New", "albumartist=Various"]}
    names = ("title", "artist", "albumartist")
    for steps, expected in (
        ((as_form,), (None, None, None)),
        ((as_form, ("tags", {})), (None, None, None)),
        ((as_form, ("tags", {"mode": "keep"})), (own["title"], own["artist"], None)),
        ((as_form, ("tags", {"mode": "keep", **written})), ("New", own["artist"], "Various")),
        ((as_form, ("tags", written)), ("New", None, "Various")),
    ):
        (made,) = make(encoded("flac", tags=own), *steps, keep_tags=own).outputs
        tags = embedded(examine(made.artefact.path, EngineLimits())).tags
        wanted = dict(zip(names, expected, strict=True))
        if form == "wav":
            wanted["albumartist"] = None  # INFO has no name for it
        assert {name: tags.get(name) for name in names} == wanted
