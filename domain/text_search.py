"""How recordings are found by words: in whatever case, with or without accents, in any order."""

import unicodedata
from functools import lru_cache

from domain.errors import Invalid
from domain.recording import Recording

MAX_WORDS = 8
MAX_TEXT_CHARS = 255


def folded(text: str) -> str:
    """Without marks (accents among them) and case, and with compatible characters as one: `Café №` is `cafe no`."""
    if text.isascii():
        return text.lower()
    plain = (char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return "".join(plain).casefold()


@lru_cache(maxsize=256)
def words_of(text: str) -> tuple[str, ...]:
    """The folded words that are looked for. Raises Invalid when there is none, or too many."""
    words = tuple(dict.fromkeys(folded(text).split())) if len(text) <= MAX_TEXT_CHARS else ()
    if not 1 <= len(words) <= MAX_WORDS:
        raise Invalid(
            f"text takes 1 to {MAX_WORDS} words, of {MAX_TEXT_CHARS} characters in all. Leave it out to find all.",
            field="text",
        )
    return words


def searched_text(recording: Recording) -> str:
    """Title, file name and tags, folded, a line each: no word of `words_of` reaches over the end of one."""
    return folded("\n".join((recording.title, recording.filename, *recording.tags)))


def says(searched: str, text: str) -> bool:
    """Whether every word of the text occurs, be it within another word, in what `searched_text` gave."""
    return all(word in searched for word in words_of(text))
