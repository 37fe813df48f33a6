"""What every audio engine promises."""

import json
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adapters.audio.engine import LibrosaEngine
from adapters.audio.isolated import IsolatedEngine
from domain.analysis import DescriptorKind, Heard
from domain.errors import (
    AudioBackendError,
    DecodedSizeLimit,
    EmptyAudio,
    Invalid,
    MetadataLimit,
    NonFiniteSamples,
    NotFound,
    NotMeasured,
    UndecodableAudio,
    Unsupported,
    UnsupportedParameters,
)
from domain.ports.audio import AudioEngine
from domain.processing import LongTrim, Processing
from domain.step import Step
from domain.stretch import Excerpt, ExcerptFormat, FrequencyScale, SpectrogramWindow, Stretch
from tests import sounds
from tests.performances import melody


@pytest.fixture(scope="module", params=["librosa", "isolated"])
def engine(request: pytest.FixtureRequest) -> Iterator[AudioEngine]:
    if request.param == "librosa":
        yield LibrosaEngine()
        return
    with IsolatedEngine() as isolated:
        isolated.start()
        yield isolated


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(data: bytes) -> Path:
        path = tmp_path / "file"  # never a name that says what it is
        path.write_bytes(data)
        return path

    return write


def silent(_share: float, _stage: str) -> None: ...


def listen(engine: AudioEngine, path: Path) -> Heard:
    workspace = path.parent / "workspace"
    workspace.mkdir(exist_ok=True)
    return engine.listen(path, workspace, silent)


FORMATS = {
    "wav": ("wav", "pcm_s16le"),
    "flac": ("flac", "flac"),
    "mp3": ("mp3", "mp3"),
    "ogg": ("ogg", "vorbis"),
    "opus": ("ogg", "opus"),
    "m4a": ("mp4", "aac"),
    "aiff": ("aiff", "pcm_s16be"),
    "caf": ("caf", "pcm_s16be"),
    "w64": ("w64", "pcm_s16le"),
    "rf64": ("rf64", "pcm_s16le"),
    "oggflac": ("ogg", "flac"),
    "aac": ("aac", "aac"),
    "alac": ("mp4", "alac"),
    "wma": ("asf", "wmav2"),
    "webm": ("matroska", "opus"),
}


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_file_of_every_format_is_named_probed_and_heard(
    engine: AudioEngine, file: Callable[[bytes], Path], fmt: str
) -> None:
    data = sounds.encoded(fmt)
    path = file(data)
    container, codec = FORMATS[fmt]
    rate = 48000 if codec == "opus" else 44100

    assert engine.sniff(data[:4096]) == container
    probed = engine.probe(path)
    heard = listen(engine, path)

    for audio in (probed, heard.audio):
        assert (audio.container, audio.codec, audio.sample_rate_hz, audio.channels) == (container, codec, rate, 2)
    assert probed.duration_seconds is None
    assert heard.audio.duration_seconds == pytest.approx(1.0, abs=0.05)
    assert (heard.audio.bit_depth is None) == (codec in {"mp3", "vorbis", "opus", "aac", "wmav2"})
    assert heard.audio.bit_rate_bps is not None
    assert heard.audio.bit_rate_bps <= len(data) * 8 / 0.95
    zooms = {f"{band}-{each}.dat" for band in ("waveform", "rms") for each in (256, 4096, 65536)}
    made = {artefact.name for artefact in heard.artefacts}
    assert made >= {"loudness.dat", "waveform.dat", "waveform.json", "spectrogram.png"} | zooms
    assert all(artefact.path.stat().st_size for artefact in heard.artefacts)


def test_a_sound_is_told_by_its_samples_and_by_its_fingerprint(
    engine: AudioEngine, file: Callable[[bytes], Path]
) -> None:
    heard = listen(engine, file(sounds.encoded("flac", melody(5, seed=1))))
    values = {descriptor.name: descriptor.value for descriptor in heard.descriptors}
    assert re.fullmatch("[0-9a-f]{64}", str(values["pcm_sha256"]))
    (kept,) = (artefact for artefact in heard.artefacts if artefact.name == "fingerprint.bin")
    assert kept.path.stat().st_size == 4 * (5 * 8 - 7)
    assert 0 < float(str(values["acoustic_fingerprint"])) <= 5 * 8 - 7
    assert "checksum-mismatch" not in {finding.code for finding in heard.findings}


def told_by(heard: Heard) -> set[tuple[str, str]]:
    """Name and version of each thing that was told."""
    descriptors = {(each.name, each.version) for each in heard.descriptors}
    return descriptors | {(each.name, each.version) for each in heard.artefacts}


def test_only_the_parts_that_are_asked_for_listen(engine: AudioEngine, file: Callable[[bytes], Path]) -> None:
    path = file(sounds.tone_wav(1.0))
    whole = listen(engine, path)
    assert whole.parts == engine.parts
    versions = {part: f"{part}-{version}" for part, version in engine.parts.items()}
    assert {version for _, version in told_by(whole)} <= set(versions.values())

    workspace = path.parent / "some"
    workspace.mkdir()
    some = engine.listen(path, workspace, silent, frozenset({"loudness", "waveform"}))
    assert some.parts == {part: engine.parts[part] for part in ("format", "loudness", "waveform")}
    of_these = {versions[part] for part in some.parts}
    assert told_by(some) == {(name, version) for name, version in told_by(whole) if version in of_these}
    assert some.audio == whole.audio
    assert {path.name for path in workspace.iterdir()} == {each.name for each in some.artefacts}


def test_the_catalogue_is_what_is_told_of_a_sound(engine: AudioEngine, file: Callable[[bytes], Path]) -> None:
    heard = listen(engine, file(sounds.tone_wav(0.5)))
    assert engine.catalogue() == tuple(map(DescriptorKind.of, heard.descriptors))
    assert engine.catalogue() is engine.catalogue()


@pytest.mark.parametrize("zeros", [1, 3000])
def test_zeros_in_front_of_an_mp3_change_nothing_that_is_heard(
    engine: AudioEngine, file: Callable[[bytes], Path], zeros: int
) -> None:
    bare = sounds.encoded("mp3")[20:]  # without its tag
    plain = listen(engine, file(bare)).audio
    data = bytes(zeros) + bare
    assert engine.sniff(data[:4096]) == "mp3"
    assert engine.probe(file(data)).codec == "mp3"
    assert listen(engine, file(data)).audio == plain


@pytest.mark.parametrize(
    ("rate", "channels", "expected"),
    [
        (96000, 6, {"mp3": (48000, 2, 128_000), "opus": (48000, 2, 80_000)}),
        (8000, 1, {"mp3": (8000, 1, 64_000), "opus": (48000, 1, 48_000)}),
    ],
)
def test_the_previews_are_an_mp3_and_an_opus_of_all_of_it(
    engine: AudioEngine, tmp_path: Path, rate: int, channels: int, expected: dict[str, tuple[int, int, int]]
) -> None:
    (tmp_path / "file").write_bytes(sounds.tone_wav(3.0, rate=rate, channels=channels))
    made = engine.preview(tmp_path / "file", tmp_path, silent)

    told = [(artefact.name, artefact.content_type, artefact.path) for artefact in made]
    assert told == [
        ("preview.mp3", "audio/mpeg", tmp_path / "preview.mp3"),
        ("preview.opus", "audio/ogg", tmp_path / "preview.opus"),
    ]
    for artefact in made:
        preview = engine.probe(artefact.path)
        assert (preview.sample_rate_hz, preview.channels) == expected[preview.codec][:2]
        assert len(sounds.decoded(artefact.path)) / preview.sample_rate_hz == pytest.approx(3.0, abs=0.05)
        named = ("sample_rate_hz", "channels", "bit_rate_bps")
        assert tuple(artefact.settings[name] for name in named) == expected[preview.codec]


def test_previews_are_as_much_louder_as_is_asked_and_the_same_when_made_again(
    engine: AudioEngine, file: Callable[[bytes], Path], tmp_path: Path
) -> None:
    path = file(sounds.tone_wav(2.0, dbfs=-18.0))
    made = engine.preview(path, tmp_path, silent, 12.0)
    peaks = [float(np.abs(sounds.decoded(artefact.path)[4800:-4800]).max()) for artefact in made]
    assert [20 * np.log10(peak) for peak in peaks] == pytest.approx([-6.0, -6.0], abs=0.5)

    first = [artefact.path.read_bytes() for artefact in made]
    assert [artefact.path.read_bytes() for artefact in engine.preview(path, tmp_path, silent, 12.0)] == first
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "preview.mp3", "preview.opus"]


@pytest.mark.parametrize("form", ExcerptFormat)
def test_an_excerpt_is_a_file_of_just_that_stretch(
    engine: AudioEngine, file: Callable[[bytes], Path], tmp_path: Path, form: ExcerptFormat
) -> None:
    asked = Excerpt(Stretch(0.5, 1.75), form, fade_in=True, fade_out=True)
    made = engine.excerpt(file(sounds.tone_wav(3.0, rate=48000)), tmp_path, asked)
    assert (made.name, made.path) == (f"excerpt.{form}", tmp_path / f"excerpt.{form}")
    assert made.content_type.startswith("audio/")
    assert len(sounds.decoded(made.path)) == pytest.approx(1.25 * 48000, abs=1200)
    engine.probe(made.path)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted(["file", made.name])


def test_a_spectrogram_of_a_stretch_is_a_png_of_the_size_that_was_asked_for(
    engine: AudioEngine, file: Callable[[bytes], Path], tmp_path: Path
) -> None:
    asked = SpectrogramWindow(Stretch(0.5, 1.0), 123, 45, FrequencyScale.LOG, 20.0, 20_000.0, 1024, -90.0, 1)
    made = engine.spectrogram(file(sounds.tone_wav(2.0)), tmp_path, asked)
    assert (made.name, made.content_type) == ("spectrogram-window.png", "image/png")
    assert struct.unpack(">II", made.path.read_bytes()[16:24]) == (123, 45)


def test_a_stretch_of_what_is_no_sound_is_refused(
    engine: AudioEngine, file: Callable[[bytes], Path], tmp_path: Path
) -> None:
    asked = Excerpt(Stretch(0.0, 1.0), ExcerptFormat.WAV, fade_in=False, fade_out=False)
    with pytest.raises(Unsupported):
        engine.excerpt(file(sounds.text_file()), tmp_path, asked)
    with pytest.raises(EmptyAudio):
        engine.excerpt(file(sounds.tone_wav(1.0)), tmp_path, replace(asked, stretch=Stretch(2.0, 3.0)))


REFUSED: dict[str, tuple[Callable[[], bytes], type[AudioBackendError]]] = {
    "zero bytes": (lambda: b"", EmptyAudio),
    "no samples": (sounds.empty_wav, EmptyAudio),
    "0 channels": (sounds.zero_channel_wav, UnsupportedParameters),
    "1024 channels": (sounds.many_channel_wav, UnsupportedParameters),
    "1 Hz": (sounds.one_hz_wav, UnsupportedParameters),
    "10 h of silence in 64 kB": (sounds.flac_bomb, DecodedSizeLimit),
    "8 channels of silence in 52 kB": (sounds.eight_channel_bomb, DecodedSizeLimit),
    "40,000 tag frames": (sounds.id3_flood, MetadataLimit),
    "a tag of 64 MiB": (sounds.huge_id3_mp3, MetadataLimit),
    "text": (sounds.text_file, Unsupported),
    "NaN at the start": (sounds.nan_wav, NonFiniteSamples),
    "infinity": (lambda: sounds.nan_wav(value=float("inf")), NonFiniteSamples),
    "an mp4 without its index": (lambda: sounds.truncated(sounds.encoded("m4a")), UndecodableAudio),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_unusable_is_refused_at_the_first_look_and_by_the_whole_pass(
    engine: AudioEngine, file: Callable[[bytes], Path], name: str
) -> None:
    make, kind = REFUSED[name]
    path = file(make())
    with pytest.raises(kind) as refusal:
        engine.probe(path)
    assert str(path) not in refusal.value.detail
    if kind is not DecodedSizeLimit:
        with pytest.raises(kind):
            listen(engine, path)


@pytest.mark.parametrize("name", sounds.not_audio())
def test_what_is_not_audio_is_refused_whatever_its_name(
    engine: AudioEngine, file: Callable[[bytes], Path], name: str
) -> None:
    data = sounds.not_audio()[name]
    with pytest.raises(Unsupported):
        engine.sniff(data[:4096])
    with pytest.raises(Unsupported):
        engine.probe(file(data))


def test_nan_late_in_the_file_passes_the_probe_and_is_found_by_listening(
    engine: AudioEngine, file: Callable[[bytes], Path]
) -> None:
    path = file(sounds.nan_wav(8.0, at=7.0))
    engine.probe(path)
    with pytest.raises(NonFiniteSamples) as refusal:
        listen(engine, path)
    assert refusal.value.data["seconds"] == pytest.approx(7.0)


LYING: dict[str, tuple[Callable[[], bytes], float, str]] = {
    "wav of size 0": (lambda: sounds.lying_size_wav(0), 1.0, "declared-duration-mismatch"),
    "wav of size 0xFFFFFFFF": (lambda: sounds.lying_size_wav(0xFFFFFFFF), 1.0, "declared-duration-mismatch"),
    "flac that promises 400 h": (sounds.lying_flac, 1.0, "declared-duration-mismatch"),
    "mp3 that promises 3 years": (sounds.lying_xing_mp3, 0.05, "declared-duration-mismatch"),
    "wav that promises more": (lambda: sounds.lying_size_wav(300_000), 1.0, "truncated"),
    "flac cut off": (lambda: sounds.truncated(sounds.encoded("flac", sounds.noise(3))), 1.49, "truncated"),
    "mp3 cut off": (lambda: sounds.truncated(sounds.encoded("mp3", sounds.noise(3))), 1.49, "truncated"),
}


@pytest.mark.parametrize("name", LYING)
def test_a_header_that_lies_over_sound_that_decodes_is_accepted_with_a_finding(
    engine: AudioEngine, file: Callable[[bytes], Path], name: str
) -> None:
    make, seconds, code = LYING[name]
    path = file(make())
    engine.probe(path)
    heard = listen(engine, path)
    assert heard.audio.duration_seconds == pytest.approx(seconds, abs=0.05)
    codes = {finding.code for finding in heard.findings}
    assert codes & {"declared-duration-mismatch", "truncated"} == {code}


def test_numbers_have_a_unit_and_a_method_and_where_there_is_none_a_reason(
    engine: AudioEngine, file: Callable[[bytes], Path]
) -> None:
    heard = listen(engine, file(sounds.silent_wav(1.0)))
    by_name = {descriptor.name: descriptor for descriptor in heard.descriptors}
    for name in ("integrated_loudness", "true_peak", "sample_peak", "rms"):
        assert by_name[name].value is None
        assert by_name[name].reason
    assert all(descriptor.unit and descriptor.method for descriptor in heard.descriptors)
    json.dumps([descriptor.value for descriptor in heard.descriptors], allow_nan=False)
    assert [finding.code for finding in heard.findings] == ["all-silence"]


def test_progress_grows_from_0_to_1_and_what_it_raises_ends_the_work(
    engine: AudioEngine, file: Callable[[bytes], Path]
) -> None:
    class Cancelled(Exception): ...

    path = file(sounds.tone_wav(60.0))
    shares: list[float] = []

    def watch(share: float, stage: str) -> None:
        assert stage
        shares.append(share)

    engine.listen(path, path.parent, watch)
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)

    def cancel(_share: float, _stage: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        engine.listen(path, path.parent, cancel)
    engine.probe(path)


def test_its_results_are_named_by_analyser_version_and_parameters(engine: AudioEngine) -> None:
    assert engine.analyser == "listen"
    assert engine.version
    assert dict(engine.parameters) == {}
    assert engine.renderers.keys() == {"preview", "excerpt", "spectrogram", "process"}
    engine.ping()


CHAIN = (
    Step.of("trim", {"profile": "speech"}),
    Step.of("loudness", {"preset": "podcast"}),
    Step.of("channels", {"mode": "mono"}),
)
WRITTEN = {"wav": 44100, "flac": 44100, "mp3": 44100, "opus": 48000, "ogg": 44100, "m4a": 44100}


@pytest.mark.parametrize("fmt", WRITTEN)
def test_a_chain_of_steps_makes_just_the_file_that_it_promises(
    engine: AudioEngine, file: Callable[[bytes], Path], tmp_path: Path, fmt: str
) -> None:
    sound = sounds.joined(sounds.silence(0.5), sounds.noise(1.5), sounds.silence(0.4))
    path, workspace = file(sounds.encoded("flac", sound)), tmp_path / "made"
    workspace.mkdir()
    asked = Processing((*CHAIN, Step.of("transcode", {"format": fmt})), "made")
    shares: list[float] = []
    done = engine.process(path, workspace, asked, lambda share, _stage: shares.append(share))

    (made,) = done.outputs
    promise, audio = made.promise, listen(engine, made.artefact.path).audio
    assert promise.frames == round(1.9 * WRITTEN[fmt])  # 0.2 s of the silence are kept at each end
    assert (audio.sample_rate_hz, audio.channels) == (WRITTEN[fmt], 1) == (promise.sample_rate_hz, promise.channels)
    assert audio.duration_seconds == promise.frames / promise.sample_rate_hz
    assert (audio.container, audio.codec, audio.bit_depth) == (promise.container, promise.codec, promise.bit_depth)
    assert (done.passes, done.input_seconds, done.long_trim) == (3, 2.4, None)
    assert done.notes["trim.removed_seconds"] == pytest.approx(0.5)
    assert (made.artefact.name, promise.cut_off_samples) == (f"made.{fmt}", 0)
    assert shares == sorted(shares)

    first = made.artefact.path.read_bytes()
    engine.process(path, workspace, asked, silent)
    assert made.artefact.path.read_bytes() == first
    assert [each.name for each in workspace.iterdir() if each.is_file()] == [f"made.{fmt}"]


def test_what_cannot_be_done_with_a_sound_is_refused_and_leaves_nothing(
    engine: AudioEngine, file: Callable[[bytes], Path], tmp_path: Path
) -> None:
    path, workspace = file(sounds.silent_wav(1.0)), tmp_path / "made"
    workspace.mkdir()
    for step, kind in (
        (Step.of("trim", {}), EmptyAudio),
        (Step.of("loudness", {"preset": "podcast"}), NotMeasured),
        (Step.of("channels", {"mode": "pick", "pick": [3]}), UnsupportedParameters),
        (Step.of("concatenate", {"recordings": ["nobody"]}), NotFound),
        (Step.of("transcode", {"format": "opus", "sample_rate_hz": 44100}), Invalid),
    ):
        with pytest.raises(kind):
            engine.process(path, workspace, Processing((step,), "made"), silent)
    assert not list(workspace.iterdir())


def test_what_progress_raises_ends_the_processing(
    engine: AudioEngine, file: Callable[[bytes], Path], tmp_path: Path
) -> None:
    class Cancelled(Exception): ...

    def cancel(_share: float, _stage: str) -> None:
        raise Cancelled

    path = file(sounds.tone_wav(5.0))
    asked = Processing((*CHAIN, Step.of("transcode", {"format": "mp3"})), "made")
    with pytest.raises(Cancelled):
        engine.process(path, tmp_path, asked, cancel)
    assert engine.process(path, tmp_path, asked, silent).outputs


def test_a_trim_beyond_its_limit_makes_nothing_until_somebody_agrees(
    engine: AudioEngine, file: Callable[[bytes], Path], tmp_path: Path
) -> None:
    path = file(sounds.encoded("wav", sounds.joined(sounds.silence(2.0), sounds.tone(1.0)), 44100))
    asked = Processing((Step.of("trim", {"padding_seconds": 0.0}),), "made")
    done = engine.process(path, tmp_path, asked, silent)
    assert (done.outputs, done.long_trim) == ((), LongTrim(removed_seconds=2.0, allowed_seconds=1.5))
    agreed = engine.process(path, tmp_path, replace(asked, allow_long_trim=True), silent)
    assert [each.promise.frames for each in agreed.outputs] == [44100]


@pytest.mark.parametrize("fmt", ["wav", "flac", "opus", "m4a"])
def test_models_are_given_one_channel_at_their_rate(
    engine: AudioEngine, file: Callable[[bytes], Path], fmt: str
) -> None:
    """A tone in one of two channels comes out half as loud, at its own frequency and length."""
    both = sounds.tone(2.0, hz=1000, dbfs=-6)
    both[:, 1] = 0
    path = file(sounds.encoded(fmt, both))
    made = engine.mono(path, path.parent, silent, 16_000)
    assert (made.name, made.path.stat().st_size % 2) == ("mono.wav", 0)
    with soundfile.SoundFile(made.path) as wav:
        assert (wav.samplerate, wav.channels, wav.subtype, wav.format) == (16_000, 1, "PCM_16", "WAV")
        samples = wav.read(dtype="float32")
    assert made.path.stat().st_size == 44 + 2 * len(samples)
    assert len(samples) / 16_000 == pytest.approx(2.0, abs=0.06)
    middle = samples[8000:24000]
    assert np.abs(middle).max() == pytest.approx(0.25, rel=0.1)
    assert np.argmax(np.abs(np.fft.rfft(middle))) == 1000
    assert sorted(each.name for each in path.parent.iterdir()) == ["file", "mono.wav"]


def test_what_stops_the_work_leaves_no_sound_for_models(engine: AudioEngine, file: Callable[[bytes], Path]) -> None:
    path = file(sounds.tone_wav(20.0))

    class Stop(Exception): ...

    def stop(_share: float, _stage: str) -> None:
        raise Stop

    with pytest.raises(Stop):
        engine.mono(path, path.parent, stop, 16_000)
    path = file(b"RIFF")
    with pytest.raises(AudioBackendError):
        engine.mono(path, path.parent, silent, 16_000)
