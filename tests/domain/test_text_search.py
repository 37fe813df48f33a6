"""Words are found whatever case, accents and order they are written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.text_search import folded, says, searched_text, words_of
from tests.builders import a_recording

RECORDING = a_recording(title="Été à Zürich & Straße №7", filename="Field Take_03.WAV", tags=("Regen", "野鳥の声"))


@pytest.mark.parametrize(
    "text",
    [
        "ete",
        "E\u0301TE\u0301",
        "zurich",
        "STRASSE",
        "straße",
        "no7",
        "take_03",
        "03.wav",
        "zür wav",
        "regen été",
        "鳥の",
        "&",
    ],
)
def test_every_word_is_found_within_a_word_of_title_file_name_or_tags(text: str) -> None:
    assert says(searched_text(RECORDING), text)


@pytest.mark.parametrize("text", ["winter", "ete winter", "7field", "wavregen", "%", "take 3.wav.wav"])
def test_what_none_of_them_says_is_not_found(text: str) -> None:
    assert not says(searched_text(RECORDING), text)


@given(st.text(max_size=40))
def test_plain_letters_take_the_short_way_to_the_same(text: str) -> None:
    """With a letter that is not one of ASCII's, all takes the long way."""
    assert folded(text + "é") == folded(text) + "e"


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_title_says_each_of_its_own_words(title: str, filename: str) -> None:
    recording = a_recording(title=title, filename=filename)
    for word in folded(title).split():
        assert words_of(word) == (word,)
        assert says(searched_text(recording), word)
