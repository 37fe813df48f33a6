"""The admin panel, put onto the application of the API: pages for people, over the same use-cases.

Pages are read here and drawn on the server. Every change goes through the API, by the scripts below `assets/js`, so
that the panel can do what a key can do, and nothing besides.
"""

from pathlib import Path

from flask import Flask, g, redirect, request
from flask.typing import ResponseReturnValue
from jinja2 import FileSystemLoader, StrictUndefined

from entrypoints.http import auth, limits
from entrypoints.panel import assets, policy, problem_pages, rendering
from entrypoints.panel.pages.audit import audit_page
from entrypoints.panel.pages.dashboard import dashboard_page
from entrypoints.panel.pages.help import help_page
from entrypoints.panel.pages.jobs import jobs_page
from entrypoints.panel.pages.keys import keys_page
from entrypoints.panel.pages.library import library
from entrypoints.panel.pages.models import models_page
from entrypoints.panel.pages.quarantine import quarantine_page
from entrypoints.panel.pages.recipes import recipes_page
from entrypoints.panel.pages.recording import recording_page
from entrypoints.panel.pages.recording_facts import recording_facts
from entrypoints.panel.pages.schedules import schedules_page
from entrypoints.panel.pages.sign_in import sign_in
from entrypoints.panel.pages.upload import upload
from entrypoints.panel.pages.webhooks import webhooks_page

PAGES = (
    library,
    recording_page,
    recording_facts,
    upload,
    help_page,
    keys_page,
    webhooks_page,
    audit_page,
    jobs_page,
    schedules_page,
    recipes_page,
    models_page,
    dashboard_page,
    quarantine_page,
)
"""Behind the sign-in, all of them."""

_PAGE_NAMES = frozenset(page.name for page in PAGES)


def install(app: Flask) -> None:
    app.jinja_loader = FileSystemLoader(Path(__file__).parent / "templates")
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    assets.install(app)
    rendering.install(app)
    app.before_request(_admit)
    # The last that is registered is the first that sees an answer: here, before it gets its headers.
    app.after_request(policy.allow_own_files)
    app.after_request(problem_pages.for_people)
    app.register_blueprint(sign_in)
    limits.limit_tries(app, sign_in)
    for page in PAGES:
        app.register_blueprint(page)


def _admit() -> ResponseReturnValue | None:
    """Whoever is not signed in signs in first, and comes back."""
    if request.blueprint not in _PAGE_NAMES:
        return None
    g.actor = auth.actor_of_session(request)
    if g.actor is not None:
        return None
    return redirect(rendering.sign_in_address())
