"""How pages are drawn: the templates, and what each of them may use.

Every template has `actor`, `may(permission)`, `nav`, `csrf_token`, `nonce`, `asset(name)` and the filters of
`entrypoints.panel.words`. Texts are escaped by Jinja; nothing is marked safe.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, g, render_template, request

from domain.access import Actor, Permission
from entrypoints.http.auth import SESSION_COOKIE
from entrypoints.http.signing import csrf_token_of
from entrypoints.panel import assets, policy, words


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation, for those whose role permits it."""

    name: str
    address: str
    permission: Permission = Permission.READ
    key: str = ""  # pressed after `g`


NAVIGATION = (
    Place("Library", "/", key="l"),
    Place("Upload", "/upload", Permission.WRITE, "u"),
    Place("Quarantine", "/quarantine", key="q"),
    Place("Jobs", "/jobs", key="j"),
    Place("Schedules", "/schedules", key="s"),
    Place("Recipes", "/recipes", key="r"),
    Place("Models", "/models", key="m"),
    Place("Dashboard", "/dashboard", key="d"),
    Place("Keys", "/keys", Permission.ADMINISTER, "k"),
    Place("Webhooks", "/webhooks", Permission.ADMINISTER, "w"),
    Place("Audit", "/audit", Permission.ADMINISTER, "a"),
)


def install(app: Flask) -> None:
    app.jinja_env.filters.update(words.FILTERS)
    app.jinja_env.globals.update(asset=assets.address)


def sign_in_address() -> str:
    """Which leads back to the page that was asked for."""
    return f"/sign-in?{urlencode({'next': request.full_path.rstrip('?')})}"


def page(template: str, status: int = 200, **values: Any) -> Response:
    """The template as an answer, under the panel's policy."""
    g.is_page = True
    actor: Actor | None = g.get("actor")
    token = request.cookies.get(SESSION_COOKIE)

    def may(permission: str) -> bool:
        return actor is not None and Permission(permission) in actor.role.permissions

    text = render_template(
        template,
        **{
            "actor": actor,
            "may": may,
            "nav": tuple(place for place in NAVIGATION if may(place.permission)),
            "here": request.path,
            "csrf_token": csrf_token_of(token) if actor and token else "",
            "nonce": policy.nonce(),
            **values,
        },
    )
    return Response(text, status, mimetype="text/html")
