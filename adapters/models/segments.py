"""From a row of probabilities to stretches: hysteresis, least lengths and padding, as Silero's own tool has them.

A stretch begins with the first frame at the threshold. It ends where frames fall below the release level, once a frame
below that level comes `min_silence` or more later and none in between has reached the threshold again; what lies
between the two levels decides nothing. Stretches of `min_speech` or less are dropped. The others are made longer by
`pad` at both ends, and by half of the gap where two would meet.
https://github.com/snakers4/silero-vad (get_speech_timestamps, version 6.2)
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

RELEASE_BELOW = 0.15
LEAST_RELEASE = 0.01


@dataclass(frozen=True, slots=True)
class Rules:
    """Lengths are in samples; a frame has `frame` of them."""

    frame: int
    threshold: float
    min_speech: float
    min_silence: float
    pad: float

    @property
    def release(self) -> float:
        return max(self.threshold - RELEASE_BELOW, LEAST_RELEASE)


@dataclass(frozen=True, slots=True)
class Segment:
    """From one sample to another, and the mean probability of its frames without the padding."""

    start: int
    end: int
    probability: float


class Segments:
    """Takes probabilities as they come, a frame each, and holds no more than the stretches that there are so far."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._found: list[Segment] = []
        self._frames = 0
        self._start: int | None = None  # of the stretch that lasts, in frames
        self._quiet_since: int | None = None
        self._sum = 0.0  # of probabilities since the start
        self._sum_before_quiet = 0.0

    def __len__(self) -> int:
        return len(self._found)

    def take(self, probabilities: Iterable[float]) -> None:
        for probability in probabilities:
            self._take(probability)
            self._frames += 1

    def _take(self, probability: float) -> None:
        rules, at = self._rules, self._frames
        if self._start is None:
            if probability >= rules.threshold:
                self._start, self._sum = at, probability
            return
        if probability >= rules.threshold:
            self._quiet_since = None
        elif probability < rules.release:
            if self._quiet_since is None:
                self._quiet_since, self._sum_before_quiet = at, self._sum
            if (at - self._quiet_since) * rules.frame >= rules.min_silence:
                self._close(self._start, self._quiet_since * rules.frame, self._sum_before_quiet)
                return
        self._sum += probability

    def _close(self, start: int, end: int, total: float) -> None:
        """`end` is in samples: the last frame of a sound may be cut short."""
        first, frame = start * self._rules.frame, self._rules.frame
        if end - first > self._rules.min_speech:
            self._found.append(Segment(first, end, total / -(-(end - first) // frame)))
        self._start = self._quiet_since = None

    def ended(self, samples: int) -> list[Segment]:
        """All of them, padded, when so many samples have been taken; what still lasts ends with the sound."""
        if self._start is not None:
            self._close(self._start, samples, self._sum)
        return list(_padded(self._found, int(self._rules.pad), samples))


def _padded(segments: list[Segment], pad: int, samples: int) -> Iterator[Segment]:
    before = 0  # what the segment before has left free
    for at, segment in enumerate(segments):
        last = at == len(segments) - 1
        gap = (samples if last else segments[at + 1].start) - segment.end
        after = min(pad, gap if last else gap // 2)
        start = segment.start - (min(pad, segment.start) if at == 0 else before)
        yield replace(segment, start=start, end=segment.end + after)
        before = min(pad, gap // 2)
