"""/recordings/{id}/regions: what people mark in a recording, and what they decide about what was found there."""

from flask import Response, request

from domain.region import Region, RegionId
from domain.values import RecordingId
from entrypoints.http import conditional
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.wire.recordings import RecordingPath
from entrypoints.http.wire.regions import NewRegion, RegionList, RegionPatch, RegionPath, RegionView, region_address

regions = Resource("regions", "Stretches of recordings that people mark, and decide about.")

_SHOWN = {200: Answer(RegionView, ("ETag",))}


@regions.route("GET", "/recordings/<id>/regions", answers={200: Answer(RegionList)}, problems=(404,))
def list_regions(path: RecordingPath) -> Response:
    """All of a recording at once."""
    found: tuple[Region, ...] = use_cases().list_regions()(actor(), RecordingId(path.id))
    return answered(RegionList(items=[RegionView.of(region) for region in found]))


@regions.route(
    "POST",
    "/recordings/<id>/regions",
    answers={201: Answer(RegionView, ("ETag", "Location"))},
    problems=(404, 409, 413, 415),
    parameters=(IDEMPOTENCY_KEY,),
)
def add_region(path: RecordingPath, body: NewRegion) -> Response:
    """Marks a stretch or a point. With `origin` it corrects the range of a finding or the span of a prediction, or just
    decides about it: each of them has one region, and the refusal of another one names it as `region_id`."""
    added: Region = use_cases().add_region()(actor(), RecordingId(path.id), body.mark(), body.corrects())
    return _answered(added, 201, Location=region_address(added))


@regions.route(
    "GET",
    "/recordings/<id>/regions/<region>",
    answers={**_SHOWN, 304: Answer(headers=("ETag",))},
    problems=(404,),
    parameters=(IF_NONE_MATCH,),
)
def get_region(path: RegionPath) -> Response:
    """One region."""
    found = _stored(path)
    if conditional.is_known(request, found.version):
        return Response(status=304, headers={"ETag": conditional.etag(found.version)})
    return _answered(found)


@regions.route(
    "PATCH",
    "/recordings/<id>/regions/<region>",
    answers=_SHOWN,
    problems=(404, 409, 412, 413, 415, 428),
    parameters=(IF_MATCH, IDEMPOTENCY_KEY),
    body_type="application/merge-patch+json",
)
def change_region(path: RegionPath, body: RegionPatch) -> Response:
    """Another stretch, label, channel, note or verdict, as a JSON merge patch (RFC 7396). The origin stays."""
    version = _version_to_change(path)
    mark = body.over(_stored(path).mark)
    changed: Region = use_cases().change_region()(actor(), RecordingId(path.id), RegionId(path.region), version, mark)
    return _answered(changed)


@regions.route(
    "DELETE",
    "/recordings/<id>/regions/<region>",
    answers={204: Answer()},
    problems=(404, 409, 412, 428),
    parameters=(IF_MATCH, IDEMPOTENCY_KEY),
)
def remove_region(path: RegionPath) -> Response:
    """Takes it out. What it corrected is again as it was found, and undecided."""
    version = _version_to_change(path)
    use_cases().remove_region()(actor(), RecordingId(path.id), RegionId(path.region), version)
    return Response(status=204)


def _answered(region: Region, status: int = 200, **headers: str) -> Response:
    return answered(RegionView.of(region), status, ETag=conditional.etag(region.version), **headers)


def _stored(path: RegionPath) -> Region:
    region: Region = use_cases().get_region()(actor(), RecordingId(path.id), RegionId(path.region))
    return region


def _version_to_change(path: RegionPath) -> int:
    return conditional.version_to_change(request, lambda: _stored(path).version)
