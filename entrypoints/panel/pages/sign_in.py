"""/sign-in and /sign-out: the only forms of the panel that are posted to a page, since they make and end the session
that the API asks for."""

import hmac

from flask import Blueprint, Response, redirect, request

from domain.errors import Forbidden, Unauthenticated
from domain.session import Session
from entrypoints.http import auth
from entrypoints.http.auth import SESSION_COOKIE, CsrfTokenMismatch
from entrypoints.http.context import request_id, use_cases
from entrypoints.http.session_cookie import clear_cookie, set_cookie
from entrypoints.http.signing import csrf_token_of
from entrypoints.panel.rendering import page

sign_in = Blueprint("sign_in", __name__)

HOME = "/"
_FORM_BYTES = 16 * 1024


@sign_in.before_request
def take_short_forms() -> None:
    request.max_content_length = _FORM_BYTES


@sign_in.after_request
def let_forms_name_their_origin(response: Response) -> Response:
    """Without a referrer, browsers leave it out of what a form sends, too."""
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@sign_in.get("/sign-in")
def form() -> Response:
    back = _own_address(request.args.get("next", HOME))
    if auth.actor_of_session(request) is not None:
        return _to(back)
    return page("sign_in.html", back=back)


@sign_in.post("/sign-in")
def enter() -> Response:
    _require_own_form()
    back = _own_address(request.form.get("next", HOME))
    try:
        session, token = use_cases().sign_in()(request.form.get("key", "").strip(), request_id())
    except Unauthenticated as refusal:
        return page("sign_in.html", 401, back=back, refusal=refusal.detail)
    return _signed_in(session, token, back)


@sign_in.get("/sign-in/<link>")
def confirm(link: str) -> Response:
    """Spends nothing: whatever looks into mails and chats opens the addresses that it finds there."""
    return page("sign_in_by_link.html", address=request.path)


@sign_in.post("/sign-in/<link>")
def enter_by_link(link: str) -> Response:
    _require_own_form()
    try:
        session, token = use_cases().sign_in_by_link()(link, request_id())
    except Unauthenticated as refusal:
        return page("sign_in.html", 401, back=HOME, refusal=refusal.detail)
    return _signed_in(session, token, HOME)


@sign_in.post("/sign-out")
def leave() -> Response:
    token = request.cookies.get(SESSION_COOKIE)
    if token is not None:
        if not hmac.compare_digest(request.form.get("csrf_token", "").encode(), csrf_token_of(token).encode()):
            raise CsrfTokenMismatch("The page was made for another session. Reload it, then sign out.")
        use_cases().sign_out()(token, request_id())
    response = _to("/sign-in")
    clear_cookie(response)
    return response


def _require_own_form() -> None:
    """A form on somebody else's page could sign a browser in to a library of theirs, and wait for what is put there.

    Browsers say where a form stood by `Sec-Fetch-Site`; where they send it to https and to this machine alone, by
    `Origin`. What says neither is no browser.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    is_own = site in {"same-origin", "none"} if site else origin is None or origin.partition("://")[2] == request.host
    if not is_own:
        raise Forbidden("The form was sent from another site. Open the panel's own page and sign in there.")


def _signed_in(session: Session, token: str, back: str) -> Response:
    response = _to(back)
    set_cookie(response, session, token)
    return response


def _to(address: str) -> Response:
    """By GET, whatever brought here."""
    return redirect(address, 303)  # type: ignore[return-value]  # werkzeug's is Flask's


def _own_address(asked: str) -> str:
    """A path of this service, or its front page. Browsers read a backslash as a slash, and over tabs and line breaks:
    what holds one could be an address elsewhere, as what starts with two slashes is."""
    is_own = asked.startswith("/") and not asked.startswith("//")
    return asked if is_own and "\\" not in asked and all(char > " " for char in asked) else HOME
