"""Proofs: what was promised of a file against what was heard in it."""

from typing import Any

import pytest

from domain.analysis import Descriptor
from domain.errors import ProofFailed
from domain.processing import Promise
from domain.proof import Check, Measured, Proof
from tests.builders import a_finding, an_audio_format

PROMISE = Promise("wav", "pcm_s16le", 48_000, 2, 72_000, 0, bit_depth=16, target_lufs=-16.0, ceiling_dbtp=-1.0)


def heard(**changes: Any) -> Measured:
    return Measured(**{
        "audio": an_audio_format(),
        "loudness_lufs": -16.04,
        "true_peak_dbtp": -1.2,
        "findings": (),
        "reasons": {},
        **changes,
    })  # fmt: skip


def missed(measured: Measured, promise: Promise = PROMISE, clipped_before: float = 0.0) -> list[str]:
    return [check.what for check in Proof.of(promise, measured, clipped_before).misses]


def test_what_is_as_it_was_promised_passes() -> None:
    proof = Proof.of(PROMISE, heard(), 0.0)
    proof.require("podcast-v1.wav")
    assert {check.what for check in proof.checks if check.passed} == {
        "duration", "sample_rate", "channels", "container", "codec", "bit_depth", "integrated_loudness", "true_peak",
        "cut_off", "clipping",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"duration_seconds": 71_999 / 48_000}, "duration"),
        ({"duration_seconds": None}, "duration"),
        ({"sample_rate_hz": 44_100, "duration_seconds": 72_000 / 44_100}, "sample_rate"),
        ({"channels": 1}, "channels"),
        ({"container": "flac"}, "container"),
        ({"codec": "pcm_s24le"}, "codec"),
        ({"bit_depth": 24}, "bit_depth"),
    ],
)
def test_each_fact_of_the_file_must_be_as_promised(change: dict[str, Any], what: str) -> None:
    assert missed(heard(audio=an_audio_format(**change))) == [what]


@pytest.mark.parametrize(("loudness", "misses"), [(-16.1, []), (-15.9, []), (-16.11, ["integrated_loudness"])])
def test_the_loudness_is_within_a_tenth(loudness: float, misses: list[str]) -> None:
    assert missed(heard(loudness_lufs=loudness)) == misses


@pytest.mark.parametrize(("peak", "misses"), [(-1.0, []), (-40.0, []), (-0.99, ["true_peak"])])
def test_the_true_peak_is_under_the_ceiling(peak: float, misses: list[str]) -> None:
    assert missed(heard(true_peak_dbtp=peak)) == misses


def test_no_clipping_is_added() -> None:
    clipped = heard(findings=(a_finding(ranges=((0.0, 0.5),)), a_finding(code="hum", ranges=((0.0, 1.0),))))
    assert missed(clipped, clipped_before=0.5) == []
    assert missed(clipped, clipped_before=0.4) == ["clipping"]
    cut = Promise("wav", "pcm_s16le", 48_000, 2, 72_000, cut_off_samples=3)
    assert missed(heard(), cut) == ["cut_off"]


def test_without_a_target_the_level_is_nobodys_business() -> None:
    promise = Promise("wav", "pcm_s16le", 48_000, 2, 72_000, 0)
    assert missed(heard(loudness_lufs=-3.0, true_peak_dbtp=2.0), promise) == []


def test_what_cannot_be_measured_is_said_and_no_miss() -> None:
    proof = Proof.of(PROMISE, heard(loudness_lufs=None, reasons={"integrated_loudness": "It is short."}), 0.0)
    proof.require("podcast-v1.wav")
    (check,) = [check for check in proof.checks if check.passed is None]
    assert (check.what, check.measured, check.reason) == ("integrated_loudness", None, "It is short.")


def test_a_miss_is_refused_with_its_figures_and_what_to_do() -> None:
    proof = Proof.of(PROMISE, heard(loudness_lufs=-19.52, true_peak_dbtp=-0.51), 0.0)
    with pytest.raises(ProofFailed) as refusal:
        proof.require("podcast-v1.wav")
    assert "integrated_loudness is -19.52 LUFS instead of -16 LUFS (within 0.1)" in refusal.value.detail
    assert "true_peak is -0.51 dBTP instead of at most -1 dBTP" in refusal.value.detail
    assert "Allow the limiter" in refusal.value.detail
    assert refusal.value.data["misses"] == [
        {"what": "integrated_loudness", "asked": -16.0, "measured": -19.52, "unit": "LUFS"},
        {"what": "true_peak", "asked": -1.0, "measured": -0.51, "unit": "dBTP"},
    ]


def test_a_rendition_carries_its_proof() -> None:
    proof = Proof.of(PROMISE, heard(loudness_lufs=None), 0.25)
    assert Proof.from_settings({"recipe": "podcast@1", **proof.settings}) == proof
    assert Proof.from_settings({"recipe": "podcast@1"}) is None
    assert proof.settings["proof.codec.asked"] == "pcm_s16le"


def test_what_was_heard_is_read_off_descriptors_and_findings() -> None:
    told = (
        Descriptor("integrated_loudness", -20.0, "LUFS", ""),
        Descriptor("true_peak", None, "dBTP", "", "It is silent."),
    )
    measured = Measured.of(an_audio_format(), told, [a_finding()])
    assert (measured.loudness_lufs, measured.true_peak_dbtp, measured.findings) == (-20.0, None, (a_finding(),))
    assert measured.reasons == {"true_peak": "It is silent."}


def test_figures_are_told_in_words() -> None:
    assert Check("duration", 48_000, 47_999, False).told == "duration is 47999 samples instead of 48000 samples"
