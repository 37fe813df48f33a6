"""The cookie that holds a session's token.

Scripts cannot read it. `Lax` sends it along when somebody comes by a link from elsewhere, as to a recording from a
mail; what would be changed so is held up by the CSRF token.
"""

from flask import Response, request

from domain.session import Session
from entrypoints.http.auth import SESSION_COOKIE
from entrypoints.http.context import settings


def set_cookie(response: Response, session: Session, token: str) -> None:
    """Until the session ends. Over https alone where it came so, or where the settings say that browsers do."""
    lasts = session.expires_at - session.created_at
    response.set_cookie(SESSION_COOKIE, token, max_age=lasts, secure=_over_https(), httponly=True, samesite="Lax")


def clear_cookie(response: Response) -> None:
    response.delete_cookie(SESSION_COOKIE, secure=_over_https(), httponly=True, samesite="Lax")


def _over_https() -> bool:
    return settings().secure_cookies or request.is_secure
