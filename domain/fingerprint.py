"""How a recording sounds, in so few bits that the same sound is found again in another codec, level or sample rate.

After Haitsma and Kalker, A Highly Robust Audio Fingerprinting System (ISMIR 2002). How well it tells sounds apart is
measured in docs/decisions/0006.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from domain.errors import CorruptBlob
from domain.values import LibraryId, RecordingId

CODES_PER_SECOND = 8
CODE_STEPS = 8
"""Steps of 1/8 s that one code looks at; it starts with the first of them."""

MIN_CODES = 24
"""Fewer in common say nothing: over 3 s, different sounds come as near as a similarity of 0.44 by chance."""

MAX_CODES = 2 * 3600 * CODES_PER_SECOND
"""Two hours; what comes after them is not looked at."""

MAX_BYTES = 4 * MAX_CODES

MAX_TERMS = 64

NEAR = 0.6
"""From this similarity on two recordings are taken for the same sound. Measured: the same sound through codecs, levels,
rates and cuts has 0.73 to 1, different ones at most 0.44."""

_BITS = 32
_HALF = 0xFFFF
_MANY = 8  # places of one half code that are looked at; sounds that repeat themselves have it everywhere
_OFFSETS = 8  # that are tried out, of those that most halves speak for


@dataclass(frozen=True, slots=True)
class Match:
    """How much of two fingerprints is the same where they fit best.

    `similarity` is 1 for the same bits and 0 for as many as chance would give. The other recording begins
    `offset_seconds` after this one begins (before, when negative); `overlap_seconds` is what both have.
    """

    similarity: float
    offset_seconds: float
    overlap_seconds: float

    @property
    def is_near(self) -> bool:
        return self.similarity >= NEAR


NOTHING = Match(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Fingerprint:
    """`codes` are 32 bits each, little endian, 8 a second. A code of 0 stands where there is nothing to be heard.

    Raises CorruptBlob for bytes that cannot be codes.
    """

    codes: bytes

    def __post_init__(self) -> None:
        if len(self.codes) % 4 or len(self.codes) > MAX_BYTES:
            raise CorruptBlob("The stored fingerprint is damaged. Analyse the recording again.")

    @cached_property
    def _values(self) -> tuple[int, ...]:
        return tuple(int.from_bytes(self.codes[at : at + 4], "little") for at in range(0, len(self.codes), 4))

    @cached_property
    def _number(self) -> int:
        """All codes as one number, whose bits are then compared all at once."""
        return int.from_bytes(self.codes, "little")

    @cached_property
    def _blanks(self) -> int:
        """One bit for each code, set where it is 0."""
        return int("0" + "".join("0" if value else "1" for value in reversed(self._values)), 2)

    @cached_property
    def _places(self) -> dict[int, list[int]]:
        """Where each half code stands, the first few times."""
        places: dict[int, list[int]] = defaultdict(list)
        for place, half in _halves(self._values):
            if len(places[half]) < _MANY:
                places[half].append(place)
        return dict(places)

    def terms(self) -> frozenset[int]:
        """A sketch to be found by: the least MAX_TERMS of its codes' hashes (bottom-k, Broder 1997).

        Two fingerprints share about as many of them as is their share of equal codes.
        """
        return frozenset(heapq.nsmallest(MAX_TERMS, {_hash(value) for value in self._values if value}))

    def similarity(self, other: "Fingerprint") -> Match:
        """Where most is the same; a similarity of 0 where less than MIN_CODES can be compared."""
        matches = (self._match_at(other, offset) for offset in self._likely_offsets(other))
        return max(matches, key=lambda match: match.similarity * match.overlap_seconds, default=NOTHING)

    def _likely_offsets(self, other: "Fingerprint") -> Iterable[int]:
        """By halves of codes: whole ones that are equal are too few between sounds cut at different places.

        And that they begin together, which among the offsets of a sound that repeats itself may not stand out.
        """
        votes = Counter(mine - place for place, half in _halves(other._values) for mine in self._places.get(half, ()))
        return {0, *heapq.nlargest(_OFFSETS, votes, key=lambda offset: (votes[offset], -abs(offset)))}

    def _match_at(self, other: "Fingerprint", offset: int) -> Match:
        mine, theirs = max(offset, 0), max(-offset, 0)
        count = min(len(self._values) - mine, len(other._values) - theirs)
        blank = _low(self._blanks >> mine & other._blanks >> theirs, count).bit_count()
        compared = count - blank
        if compared < MIN_CODES:
            return NOTHING
        differing = _low((self._number >> mine * _BITS) ^ (other._number >> theirs * _BITS), count * _BITS).bit_count()
        similarity = max(0.0, 1 - 2 * differing / (compared * _BITS))
        return Match(similarity, offset / CODES_PER_SECOND, (count + CODE_STEPS - 1) / CODES_PER_SECOND)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a recording is known by as a sound: the hash of its samples, and the terms of its fingerprint.

    Either may be missing: None, or no terms.
    """

    library_id: LibraryId
    recording_id: RecordingId
    pcm_sha256: str | None
    terms: frozenset[int]


def _halves(values: tuple[int, ...]) -> Iterable[tuple[int, int]]:
    """(place, half) of every code that is not 0; the upper halves are told from the lower ones by one more bit."""
    for place, value in enumerate(values):
        if value:
            yield place, value & _HALF
            yield place, value >> 16 | _HALF + 1


def _low(number: int, bits: int) -> int:
    return number & (1 << bits) - 1


def _hash(code: int) -> int:
    """Codes of like sounds are like numbers; this spreads them. MurmurHash3's finalizer."""
    code = (code ^ code >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    code = (code ^ code >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return code ^ code >> 16
