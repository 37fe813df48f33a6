"""The kinds of background work, and the queues that they wait in."""

from enum import StrEnum


class Lane(StrEnum):
    """A queue of its own for each sort of work, so that none waits behind another that takes longer."""

    LISTENING = "listening"
    PREVIEWS = "previews"
    HEAVY = "heavy"  # models, recipes, and whole libraries at a time
    BULK = "bulk"  # items of batches: last of all, and a slice of time at once


class JobKind(StrEnum):
    INGEST = "ingest"  # complete the original, listen to it, keep what was heard
    PREVIEW = "preview"
    ANALYSE = "analyse"  # listen to it again, where the analyser has changed
    PREDICT = "predict"  # run a model over it
    IMPORT = "import"  # make recordings of what lies in a bucket or a folder
    RECIPE = "recipe"  # run a recipe over it, since a rule of its library says so
    BATCH = "batch"  # one piece of work on many recordings: make its items, and see to it that they are dealt with
    CREW = "crew"  # deal with items of a library's batches, as long as there are any
    MAINTENANCE = "maintenance"  # a task of the service as a whole, since a schedule says so

    @property
    def lane(self) -> Lane:
        return _LANES[self]


_LANES = {
    JobKind.INGEST: Lane.LISTENING,
    JobKind.ANALYSE: Lane.LISTENING,
    JobKind.PREVIEW: Lane.PREVIEWS,
    JobKind.PREDICT: Lane.HEAVY,
    JobKind.IMPORT: Lane.HEAVY,
    JobKind.RECIPE: Lane.HEAVY,
    JobKind.BATCH: Lane.HEAVY,
    JobKind.CREW: Lane.BULK,
    JobKind.MAINTENANCE: Lane.HEAVY,
}
