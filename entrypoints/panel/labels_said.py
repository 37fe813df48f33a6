"""What a model said, by label: a prediction may have thousands of spans."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.prediction import Span


@dataclass(frozen=True)
class LabelSaid:
    """All spans that carry one label: how many, their seconds in all, and the mean confidence."""

    label: str
    count: int
    seconds: float
    confidence: float
    first: tuple[float, float]


def labels_said(spans: Iterable[Span]) -> list[LabelSaid]:
    """That with the most seconds first."""
    by_label: dict[str, list[Span]] = {}
    for span in spans:
        by_label.setdefault(span.label, []).append(span)
    return sorted((_of_label(label, those) for label, those in by_label.items()), key=lambda one: -one.seconds)


def _of_label(label: str, spans: list[Span]) -> LabelSaid:
    seconds = sum(span.end - span.start for span in spans)
    confidence = sum(span.confidence for span in spans) / len(spans)
    return LabelSaid(label, len(spans), seconds, confidence, (spans[0].start, spans[0].end))
