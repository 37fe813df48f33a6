"""Signing in with a key or a link: a session may do what its key may now, and ends with it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from application.sessions import MAKE_LINK, SIGN_IN, SIGN_OUT, USE_LINK
from domain.access import Key, Role, new_token
from domain.errors import Forbidden, NotFound, Unauthenticated
from domain.ports.access import AuditQuery
from domain.session import LINK_LASTS, SESSION_LASTS, new_link_token, new_session_token
from tests.application.conftest import House


def signed_in(house: House, role: Role = Role.VIEWER) -> tuple[Key, str]:
    key, key_token = house.use.create_key()(house.admin, "panel", role)
    return key, house.use.sign_in()(key_token)[1]


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Unauthenticated) as refusal:
        act()
    return refusal.value.detail


def test_who_signs_in_is_the_keys_holder_for_a_while(house: House) -> None:
    key, token = signed_in(house)
    house.clock.advance(SESSION_LASTS - timedelta(seconds=1))
    assert house.use.authenticate_session()(token, "request-7") == key.actor("request-7")
    house.clock.advance(1)
    refused(lambda: house.use.authenticate_session()(token))


def test_sessions_are_refused_alike_for_every_reason(house: House) -> None:
    revoked, of_revoked = signed_in(house)
    house.use.revoke_key()(house.admin, revoked.id)
    _, over = signed_in(house)
    house.use.sign_out()(over)
    link = house.use.make_sign_in_link()(house.admin)
    tokens = (of_revoked, over, link, new_session_token(), "", "nonsense \u00fc")
    assert len({refused(lambda t=t: house.use.authenticate_session()(t)) for t in tokens}) == 1  # type: ignore[misc]  # bound now, called at once


def test_a_session_ends_with_its_key(house: House) -> None:
    _, key_token = house.use.create_key()(house.admin, "guest", Role.EDITOR, house.clock.now() + timedelta(hours=1))
    _, token = house.use.sign_in()(key_token)
    house.clock.advance(timedelta(hours=1))
    refused(lambda: house.use.authenticate_session()(token))


def test_keys_that_are_no_good_sign_nobody_in(house: House) -> None:
    key, revoked = house.use.create_key()(house.admin, "old", Role.ADMIN)
    house.use.revoke_key()(house.admin, key.id)
    tokens = (revoked, new_token(), "", "nonsense", signed_in(house)[1])
    assert len({refused(lambda t=t: house.use.sign_in()(t)) for t in tokens}) == 1  # type: ignore[misc]  # bound now, called at once


def test_a_link_signs_in_once_and_soon(house: House) -> None:
    key, _ = house.use.create_key()(house.admin, "boss", Role.ADMIN)
    used, late = (house.use.make_sign_in_link()(house.admin) for _ in range(2))
    _, token = house.use.sign_in_by_link()(used)
    assert house.use.authenticate_session()(token) == key.actor()
    words = {refused(lambda: house.use.sign_in_by_link()(used))}
    house.clock.advance(LINK_LASTS)
    words |= {refused(lambda t=t: house.use.sign_in_by_link()(t)) for t in (late, token, new_link_token())}  # type: ignore[misc]  # bound now, called at once
    assert len(words) == 1


def test_a_link_ends_with_its_key(house: House) -> None:
    key, _ = house.use.create_key()(house.admin, "boss", Role.ADMIN)
    link = house.use.make_sign_in_link()(house.admin, key.id)
    house.use.revoke_key()(house.admin, key.id)
    refused(lambda: house.use.sign_in_by_link()(link))


def test_a_link_is_for_the_newest_valid_key_that_is_meant(house: House) -> None:
    def role_and_key(named: str | None = None) -> tuple[Role, str]:
        _, token = house.use.sign_in_by_link()(house.use.make_sign_in_link()(house.admin, named))
        actor = house.use.authenticate_session()(token)
        return actor.role, actor.name

    first, _ = house.use.create_key()(house.admin, "twice", Role.VIEWER)
    house.clock.advance(1)
    second, _ = house.use.create_key()(house.admin, "twice", Role.EDITOR)
    assert role_and_key("twice") == (Role.EDITOR, f"key:{second.id}")
    assert role_and_key(first.id) == (Role.VIEWER, f"key:{first.id}")
    assert role_and_key()[0] is Role.ADMIN
    house.use.revoke_key()(house.admin, second.id)
    assert role_and_key("twice") == (Role.VIEWER, f"key:{first.id}")
    for named in ("nobody", second.id):
        with pytest.raises(NotFound):
            role_and_key(named)
    with pytest.raises(NotFound):
        house.use.make_sign_in_link()(house.stranger())


def test_only_admins_make_links(house: House) -> None:
    with pytest.raises(Forbidden):
        house.use.make_sign_in_link()(house.editor)


def test_signing_out_again_changes_nothing(house: House) -> None:
    _, token = signed_in(house)
    house.use.sign_out()(token)
    house.use.sign_out()(token)
    link = house.use.make_sign_in_link()(house.admin)
    house.use.sign_out()(link)
    assert house.use.sign_in_by_link()(link)


def test_the_trail_tells_who_came_and_went_and_no_secret(house: House) -> None:
    key, key_token = house.use.create_key()(house.admin, "boss", Role.ADMIN)
    session, token = house.use.sign_in()(key_token, "request-7")
    house.use.sign_out()(token)
    link = house.use.make_sign_in_link()(house.admin)
    _, other = house.use.sign_in_by_link()(link)
    entries = house.use.search_audit()(house.admin, AuditQuery(subject_id=key.id)).items
    told = [(entry.action, entry.actor) for entry in reversed(entries)]
    holder = f"key:{key.id}"
    assert told[1:] == [
        (SIGN_IN, holder),
        (SIGN_OUT, holder),
        (MAKE_LINK, house.admin.name),
        (USE_LINK, holder),
        (SIGN_IN, holder),
    ]
    assert entries[-2].request_id == "request-7"
    assert not any(secret in repr(entries) for secret in (token, link, other, session.id))


def test_the_sweep_forgets_what_has_expired(house: House) -> None:
    signed_in(house)
    house.use.make_sign_in_link()(house.admin)
    house.clock.advance(LINK_LASTS)
    assert house.use.sweep()()["sessions_forgotten"] == 1
    house.clock.advance(SESSION_LASTS)
    assert house.use.sweep()()["sessions_forgotten"] == 1
