"""Models' cards, what they say, and what is refused."""

import math
from dataclasses import replace

import pytest

from domain.errors import Invalid, TooLarge
from domain.prediction import MAX_SPANS, ModelParameter, Said, SoundTaken, Span, prediction_key
from tests.builders import a_card, a_sha256


@pytest.mark.parametrize(
    "span",
    [(-0.1, 1, "owl", 0.5), (2, 1, "owl", 0.5), (0, math.inf, "owl", 0.5), (math.nan, 1, "owl", 0.5),
     (0, 1, "owl", 1.1), (0, 1, "owl", math.nan), (0, 1, "", 0.5), (0, 1, "x" * 65, 0.5)],
)  # fmt: skip
def test_a_span_that_cannot_be_is_refused(span: tuple[float, float, str, float]) -> None:
    with pytest.raises(ValueError, match=r"span|confidence|label"):
        Span(*span)


def test_spans_come_by_their_start_and_may_overlap() -> None:
    first, second = Span(0, 5, "owl", 1), Span(1, 2, "owl", 1)
    Said("birds", "1", (first, second))
    with pytest.raises(ValueError, match="by their start"):
        Said("birds", "1", (second, first))


def test_there_are_only_so_many_spans_and_finite_values() -> None:
    Said("birds", "1", (Span(0, 1, "owl", 1),) * MAX_SPANS)
    with pytest.raises(ValueError, match="at most"):
        Said("birds", "1", (Span(0, 1, "owl", 1),) * (MAX_SPANS + 1))
    with pytest.raises(ValueError, match="finite"):
        Said("birds", "1", values={"birds": math.nan})


@pytest.mark.parametrize("changes", [{"name": "Birds"}, {"name": "a#b"}, {"name": ""}, {"version": "1#2"}])
def test_a_card_has_a_plain_name_and_version(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="name and version"):
        a_card(**changes)


def test_parameters_are_settled_with_their_defaults() -> None:
    card = a_card()
    assert card.settled({}) == {"threshold": 0.5}
    settled = card.settled({"threshold": 1})
    assert settled == {"threshold": 1.0}
    assert type(settled["threshold"]) is float, "1 and 1.0 must give the same key"


@pytest.mark.parametrize("asked", [{"treshold": 0.5}, {"threshold": 1.1}, {"threshold": -0.1}, {"threshold": math.nan},
                                   {"threshold": "0.5"}, {"threshold": True}, {"threshold": None}])  # fmt: skip
def test_a_parameter_that_is_unknown_or_out_of_range_is_refused(asked: dict[str, float]) -> None:
    with pytest.raises(Invalid) as caught:
        a_card().settled(asked)
    assert caught.value.data["field"] == "parameters"


@pytest.mark.parametrize("name", ["model", "version"])
def test_a_parameter_cannot_be_called_as_what_jobs_say_beside_it(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        ModelParameter(name, 0, 0, 1, "", "")


def test_the_longest_sound_is_what_fits_into_the_bytes_or_less() -> None:
    assert SoundTaken(16_000, 25_000_000).longest_seconds == pytest.approx(781.25, abs=0.01)
    assert SoundTaken(16_000, 25_000_000, max_seconds=30).longest_seconds == 30
    taken = SoundTaken(8_000, 16_044)
    taken.require(1.0, "Cut it.")
    with pytest.raises(TooLarge, match=r"1.0 s. Cut it."):
        taken.require(1.001, "Cut it.")


def test_an_answer_is_what_the_card_promises() -> None:
    card = a_card()
    said = Said("birds", "1", (Span(0, 2.4, "owl", 1),), {"birds": 1})
    assert card.checked(said, 2.0) is said
    for changed, about in (
        (replace(said, version="2"), "in the place of"),
        (replace(said, model="bats"), "in the place of"),
        (replace(said, values={"bats": 1}), "values"),
        (replace(said, spans=(Span(0, 1, "cat", 1),)), "labels"),
        (replace(said, spans=(Span(0, 2.6, "owl", 1),)), "behind the end"),
    ):
        with pytest.raises(ValueError, match=about):
            card.checked(changed, 2.0)


def test_a_key_changes_with_all_that_makes_a_prediction() -> None:
    card, sha256 = a_card(), a_sha256(1)
    key = prediction_key(sha256, card, {"threshold": 0.5})
    assert key == prediction_key(sha256, replace(card, about="Else."), {"threshold": 0.5})
    others = {
        prediction_key(a_sha256(2), card, {"threshold": 0.5}),
        prediction_key(sha256, a_card(name="bats"), {"threshold": 0.5}),
        prediction_key(sha256, a_card(version="2"), {"threshold": 0.5}),
        prediction_key(sha256, card, {"threshold": 0.6}),
    }
    assert len(others | {key}) == 5
