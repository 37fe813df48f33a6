"""/descriptors and /findings: what is measured, and which problems are looked for."""

from flask import Response

from domain.analysis import DescriptorKind
from domain.findings import FindingKind
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.wire.catalogue import DescriptorKinds, DescriptorKindView, FindingKinds, FindingKindView

catalogue = Resource("catalogue", "What is measured, and which problems are looked for.")


@catalogue.route("GET", "/descriptors", answers={200: Answer(DescriptorKinds)})
def list_descriptors() -> Response:
    """Every descriptor that an analysis can hold, with unit, range, method and source."""
    found: tuple[DescriptorKind, ...] = use_cases().list_descriptors()(actor())
    return answered(DescriptorKinds(items=[DescriptorKindView.of(kind) for kind in found]))


@catalogue.route("GET", "/findings", answers={200: Answer(FindingKinds)})
def list_findings() -> Response:
    """Every problem that a finding can tell of, with what it means and what to do. A policy has rules for these."""
    found: tuple[FindingKind, ...] = use_cases().list_findings()(actor())
    return answered(FindingKinds(items=[FindingKindView.of(kind) for kind in found]))
