"""/library/rules: recipes that run by themselves over what comes in."""

from flask import Response, request

from domain.access import Library
from entrypoints.http import conditional
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import IF_MATCH, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.wire.rules import RulesView

rules = Resource("rules", "Recipes that run by themselves over what comes in.")


@rules.route("GET", "/library/rules", answers={200: Answer(RulesView, ("ETag",))})
def get_rules() -> Response:
    """The library's rules: which recipe runs over which recordings."""
    library: Library = use_cases().get_library()(actor())
    return answered(RulesView.of(library), ETag=conditional.etag(library.version))


@rules.route(
    "PUT",
    "/library/rules",
    answers={200: Answer(RulesView, ("ETag",))},
    problems=(404, 412, 413, 415, 428),
    parameters=(IF_MATCH,),
)
def set_rules(body: RulesView) -> Response:
    """Puts other rules in the place of all there were, for what becomes ready from now on."""

    def stored() -> int:
        library: Library = use_cases().get_library()(actor())
        return library.version

    version = conditional.version_to_change(request, stored)
    library: Library = use_cases().set_recipe_rules()(actor(), body.asked(), version)
    return answered(RulesView.of(library), ETag=conditional.etag(library.version))
