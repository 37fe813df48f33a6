"""What was measured as rows and words, whatever descriptors there are."""

from dataclasses import replace

import pytest

from domain.analysis import Descriptor
from entrypoints.panel.measurements import Group, Line, groups, measured
from tests.builders import an_analysis, an_audio_format


def a_descriptor(name: str, value: float | str | tuple[float | None, ...] | None, unit: str = "1") -> Descriptor:
    return Descriptor(name, value, unit, "as it is done", None if value is not None else "it is silent")


def lines(*descriptors: Descriptor, channels: int = 2) -> dict[str, Line]:
    audio = an_audio_format(channels=channels, layout="stereo" if channels == 2 else None)
    shown = groups(an_analysis(descriptors=descriptors, audio=audio))
    return {line.descriptor.name: line for group in shown for row in group.rows for line in row.lines}


def titles(shown: tuple[Group, ...]) -> dict[str, list[str]]:
    return {group.title: [row.name for row in group.rows] for group in shown}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-24.91, "\u221224.91"), (22050.0, "22\u2009050"), (24894400.0, "24\u2009894\u2009400"),
        (0.0044207, "0.00442"), (0.0, "0"), (14.5, "14.5"), (-0.5, "\u22120.5"),
        (2.4e-7, "2.40 \u00d7 10\u207b\u2077"), (None, "\u2013"), ("G# minor", "G# minor"),
    ],
)  # fmt: skip
def test_figures_have_as_many_digits_as_say_something(value: float | str | None, words: str) -> None:
    assert measured(value) == words


def test_statistics_of_one_thing_stand_in_one_row_of_its_group() -> None:
    of = ("spectral_centroid_mean", "spectral_centroid_variance", "rms", "rms_mean", "integrated_loudness")
    shown = groups(an_analysis(descriptors=tuple(a_descriptor(name, 1.0) for name in of)))
    assert titles(shown) == {
        "Loudness": ["Integrated loudness"],
        "Levels": ["RMS"],
        "Spectrum and timbre": ["Spectral centroid", "RMS of the frames"],
    }
    assert [line.statistic for line in shown[2].rows[0].lines] == ["mean", "variance"]


def test_what_nobody_has_foreseen_stands_among_the_others() -> None:
    assert titles(groups(an_analysis(descriptors=(a_descriptor("warmth", 1.0),)))) == {"Others": ["Warmth"]}


def test_lists_name_what_each_figure_is_of() -> None:
    shown = lines(
        a_descriptor("channel_rms", (-20.0, None), "dBFS"),
        a_descriptor("f0_percentiles", (1.0, 2.0, 3.0, 4.0, 5.0), "Hz"),
        a_descriptor("spectral_contrast_mean", (1.0, 2.0), "dB"),
    )
    assert shown["channel_rms"].figures == (("Left", "\u221220"), ("Right", "\u2013"))
    assert shown["f0_percentiles"].figures[2] == ("median", "3")
    assert [label for label, _ in shown["spectral_contrast_mean"].figures] == ["1", "2"], "bands are no channels"


def test_shares_are_told_in_hundredths_and_what_has_no_unit_without_one() -> None:
    shown = lines(a_descriptor("speech_ratio", 0.923), a_descriptor("stereo_correlation", 0.942))
    assert (shown["speech_ratio"].figures, shown["speech_ratio"].unit) == ((("", "92.3 %"),), "")
    assert (shown["stereo_correlation"].figures, shown["stereo_correlation"].unit) == ((("", "0.942"),), "")


def test_what_could_not_be_measured_says_why() -> None:
    line = lines(a_descriptor("tempo", None, "BPM"))["tempo"]
    assert (line.figures, line.reason) == ((), "it is silent")


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ((-1.0, 1.0), "Between \u22121 and 1."),
        ((0.0, None), "At least 0."),
        ((None, 0.5), "At most 0.5."),
        ((None, None), ""),
    ],
)
def test_it_says_what_there_can_be(bounds: tuple[float | None, float | None], words: str) -> None:
    assert lines(replace(a_descriptor("warmth", 0.1), range=bounds))["warmth"].bounds == words


def test_an_older_analysis_is_told_of_where_it_differs() -> None:
    now = an_analysis(
        descriptors=(a_descriptor("tuning", 0.1), a_descriptor("tempo", 120.0), a_descriptor("key", None))
    )
    then = an_analysis(descriptors=(a_descriptor("tuning", 0.1), a_descriptor("tempo", 90.0)))
    told = {line.descriptor.name: line.then for group in groups(now, then) for row in group.rows for line in row.lines}
    assert told == {"tuning": None, "tempo": "90", "key": "not measured then"}
