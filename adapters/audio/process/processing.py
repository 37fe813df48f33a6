"""A recording through a chain of steps, into one file, or into several where a step splits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from adapters.audio.blocks import Stuck
from adapters.audio.limits import EngineLimits
from adapters.audio.process.chain import Chain, Passes
from adapters.audio.process.files import Target, write
from adapters.audio.process.source import Recorded, Source, Spooled
from adapters.audio.process.stage import Given, TrimTooLong
from adapters.audio.process.steps.resample import Resample
from adapters.audio.process.steps.split import Split
from adapters.audio.process.steps.table import STAGES
from domain.loudness import LoudnessGoal
from domain.ports.audio import Progress
from domain.processing import Known, Processed, Processing, Produced
from domain.step import STEPS, Step

KEEP_LEVELS = frozenset({"resample", "tags", "transcode"})
"""Steps after which a loudness that was reached still holds."""

_FILES = frozenset({"split", "tags", "transcode"})
"""Steps that are no stages."""


def process(path: Path, limits: EngineLimits, workspace: Path, asked: Processing, progress: Progress) -> Processed:
    """Files named `{stem}.wav`, or `{stem}-001.wav` …, left in the workspace.

    Raises UnusableAudio's leaves, Invalid, NotMeasured, NotFound, EngineFailure, whatever `progress` raises, and
    OSError when the workspace cannot be written. Then nothing is left there.
    """
    given = Given(limits, others=asked.others, allow_long_trim=asked.allow_long_trim)
    passes = Passes(progress)
    while True:
        passes.restart()
        work = _Work(path, given, workspace, asked, passes)
        try:
            return work.done()
        except Stuck:  # with one file more that `given.patient` names
            work.undo()
        except TrimTooLong as stopped:
            work.undo()
            return Processed((), work.seconds, passes.count, long_trim=stopped.trim)
        except BaseException:
            work.undo()
            raise


class _Work:
    def __init__(self, path: Path, given: Given, workspace: Path, asked: Processing, passes: Passes) -> None:
        self._path, self._given, self._workspace, self._asked = path, given, workspace, asked
        self._target = Target.of(asked.steps, asked.keep_tags)
        self._made: list[Path] = []
        self._passes = passes
        self.seconds = 0.0

    def undo(self) -> None:
        for path in self._made:
            path.unlink(missing_ok=True)

    def done(self) -> Processed:
        source = Recorded(self._path, self._given, self._asked.excerpt)
        self._target = replace(self._target, depth=self._target.form.depth(source.bit_depth, self._target.depth))
        steps = self._asked.steps
        place = next((n for n, step in enumerate(steps) if step.kind == "split"), None)
        try:
            if place is None:
                made = self._file(source, steps, self._asked.stem, self._known(source))
                return Processed((made.produced,), source.seconds, self._passes.count, made.notes)
            return self._files(source, steps[:place], steps[place], steps[place + 1 :])
        finally:
            self.seconds = source.seconds

    def _known(self, source: Recorded) -> Known:
        """What was measured is of the whole recording, with its channels where its own file puts them."""
        shape = source.shape
        as_it_is = self._asked.excerpt is None and shape.layout == self._layout(shape.channels, shape.layout)
        return self._asked.known if as_it_is else Known()

    def _layout(self, channels: int, said: str | None) -> str | None:
        return self._target.form.layout(channels, said)

    def _chain(self, source: Source, steps: Sequence[Step], known: Known) -> Chain:
        chain = Chain(source, self._layout, self._passes, self._given.limits)
        given = replace(self._given, known=known)
        for step in steps:
            if step.kind not in _FILES:
                chain.add(step.kind, STAGES[step.kind](step, given))
                given = self._given  # of a sound that a step has changed nothing is known
        return chain

    def _to_target(self, chain: Chain) -> Chain:
        """In a rate that the format has. Raises Invalid, UnsupportedParameters where it cannot hold the sound."""
        form = self._target.form
        rate = form.rate(chain.shape.rate, self._target.rate)
        if rate != chain.shape.rate:
            chain.add("transcode", Resample(Step.of("resample", {"sample_rate_hz": rate}), self._given))
        self._given.limits.check_parameters(rate, chain.shape.channels)
        form.check(rate, chain.shape.channels, self._target.kbps)
        return chain

    def _file(self, source: Source, steps: Sequence[Step], stem: str, known: Known) -> "_Made":
        """One file of all of the source."""
        chain, target = self._to_target(self._chain(source, steps, known)), self._target
        if stem == self._asked.stem:
            self._passes.expect(1 + chain.measuring)
        path = self._workspace / f"{stem}.{target.form.name}"
        self._made += [path, path.with_name("ffmpeg.log")]
        produced = write(chain.sound(), chain.shape, target, path, self._given.limits)
        goal = _goal(steps)
        if goal is not None:
            promise = replace(produced.promise, target_lufs=goal.target_lufs, ceiling_dbtp=goal.ceiling_dbtp)
            produced = replace(produced, promise=promise)
        return _Made(produced, chain.notes)

    def _files(self, source: Recorded, before: Sequence[Step], step: Step, after: Sequence[Step]) -> Processed:
        """A file of each piece. All of the sound up to the split is written down once, so that pieces may overlap and
        stages may measure each: that takes 4 bytes a sample of the disk, for as long as it lasts."""
        chain = self._chain(source, before, self._known(source))
        split = Split(step, chain.shape)
        spool = self._workspace / f"{self._asked.stem}.f32"
        rest = self._to_target(self._chain(Spooled(spool, chain.shape, 0, 0), after, Known()))  # not after a pass
        self._made.append(spool)
        self._passes.expect(2 * (1 + chain.measuring))
        with spool.open("wb") as file:
            for block in split.hear(chain.sound()):
                file.write(np.ascontiguousarray(block).data)
        passes, pieces, outputs, shape = self._passes.count, split.pieces(), list[Produced](), chain.shape
        rest.require_room(sum(stop - first for first, stop in pieces))
        self._passes.expect(len(pieces) * (1 + sum(bool(STEPS[each.kind].measures) for each in after)))
        samples = 0
        for n, (first, stop) in enumerate(pieces, 1):
            made = self._file(Spooled(spool, shape, first, stop), after, f"{self._asked.stem}-{n:03d}", Known())
            told = {"start_seconds": first / shape.rate, "end_seconds": stop / shape.rate, **made.notes}
            artefact = made.produced.artefact
            samples += made.produced.promise.frames * made.produced.promise.channels
            self._given.limits.check_made(samples)
            outputs.append(replace(made.produced, artefact=replace(artefact, settings={**artefact.settings, **told})))
        spool.unlink()
        passes += -(-(self._passes.count - passes) // len(pieces))  # over the pieces, which make up one sound
        return Processed(tuple(outputs), source.seconds, passes, {**chain.notes, "split.pieces": len(pieces)})


@dataclass(frozen=True, slots=True)
class _Made:
    produced: Produced
    notes: Mapping[str, float | str]


def _goal(steps: Sequence[Step]) -> LoudnessGoal | None:
    """Of the last step loudness, where no step behind it changes the level."""
    for step in reversed(steps):
        if step.kind == "loudness":
            return LoudnessGoal.of(step)
        if step.kind not in KEEP_LEVELS:
            return None
    return None
