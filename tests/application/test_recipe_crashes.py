"""A worker that dies at any call of a port while it applies a recipe leaves what the next one brings to its end."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.job_kind import JobKind
from domain.listing import RecordingQuery
from domain.recipe import Recipe
from domain.recording import Recording
from tests import sounds
from tests.application.conftest import House
from tests.application.test_apply_recipe import RATE, a_recipe, apply, kept, quietly, ready
from tests.builders import new_id
from tests.faults import Faulty

PORTS = ("recordings", "analyses", "renditions", "blobs", "jobs", "queue")
ASKED = f"{new_id()}:0"


class Died(BaseException):
    """Nothing in the product catches this."""


class Fate:
    """Ends the worker at the n-th call of all ports together, before or after it is carried out."""

    def __init__(self, n: int, *, after: bool) -> None:
        self._left, self._after = n, after

    def __call__(self, _name: str, _count: int) -> None:
        self._left -= 1
        if not self._left:
            raise Died

    def over(self, port: Any) -> Faulty:
        return Faulty(port, after=self) if self._after else Faulty(port, before=self)


def halves(n: int) -> Recipe:
    """Two files, unlike those of every other `n`."""
    steps = ({"step": "gain", "gain_db": -n / 10}, {"step": "split", "by": "time", "every_seconds": 0.25})
    return a_recipe(*steps, name=f"r{n}")


def renditions(house: House, recording: Recording, recipe: Recipe) -> set[str]:
    apply(house, recording, recipe)
    made = {name: rendition for name, rendition in kept(house, recording).items() if name.startswith(f"{recipe.name}-")}
    stored = {key for key in house.blob_keys() if f"/{recipe.name}-v1" in key}
    assert stored == {rendition.blob_key for rendition in made.values()}
    return {name.removeprefix(recipe.name) for name in made}


def recordings(house: House, recording: Recording, recipe: Recipe) -> set[str]:
    house.use.make_recordings()(house.admin, recording, recipe, ASKED, quietly)
    found = house.ports.recordings().search(house.admin.library_id, RecordingQuery(limit=200)).items
    originals = {key for key in house.blob_keys() if key.endswith("/original")}
    assert originals == {each.blob_key for each in found}
    listened_to = {job.recording_id for job in house.jobs() if job.kind is JobKind.INGEST}
    made = [each for each in found if each.lineage is not None and each.lineage.recipe == recipe.ref]
    assert len(made) == 2
    assert {each.id for each in made} <= listened_to
    return {each.filename.removeprefix(f"tone {recipe.name}") for each in made}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("make", [renditions, recordings])
def test_whatever_call_is_the_last_the_next_run_ends_the_same(
    house: House, make: Callable[[House, Recording, Recipe], set[str]], after: bool
) -> None:
    recording = ready(house, sounds.noise(0.5, RATE, 1))
    stored = {port: getattr(house.ports, port)() for port in PORTS}
    n, died = 0, True
    while died:
        n, died = n + 1, False
        fate = Fate(n, after=after)
        for port, adapter in stored.items():
            house.replace(port, fate.over(adapter))
        try:
            make(house, recording, halves(n))
        except Died:
            died = True
        for port, adapter in stored.items():
            house.replace(port, adapter)
        assert make(house, recording, halves(n)) == {"-v1-001.wav", "-v1-002.wav"}, n
    assert n > 10
