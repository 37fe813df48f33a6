"""Files that lie, attack, or are not what they seem: small, the same on every call, each with what is right."""

from tests.hostile import attacking, broken, disguised, lying
from tests.hostile.case import Case

CASES: tuple[Case, ...] = (
    *lying.fields(),
    *lying.lengths(),
    *lying.parameters(),
    *attacking.bombs(),
    *attacking.floods(),
    *attacking.nests_and_circles(),
    *disguised.disguises(),
    *disguised.names(),
    *disguised.tags(),
    *broken.cut_off(),
    *broken.made_of_noise(),
    *broken.no_numbers(),
    *broken.changing(),
)
