from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.access import Role, new_token, token_hash
from domain.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from domain.ports.access import AuditQuery
from tests.application.conftest import House


def test_a_key_opens_its_library_in_its_role(house: House) -> None:
    key, token = house.use.create_key()(house.admin, "reporter", Role.VIEWER)
    actor = house.use.authenticate()(token, "request-7")
    assert (actor.library_id, actor.role, actor.request_id) == (house.admin.library_id, Role.VIEWER, "request-7")
    assert token not in repr(key)
    assert token not in repr(house.use.search_audit()(house.admin, AuditQuery()))


def test_revoked_expired_unknown_and_malformed_keys_are_refused_alike(house: House) -> None:
    revoked, revoked_token = house.use.create_key()(house.admin, "old", Role.ADMIN)
    house.use.revoke_key()(house.admin, revoked.id)
    _, expired_token = house.use.create_key()(house.admin, "guest", Role.VIEWER, house.clock.now() + timedelta(days=1))
    house.clock.advance(timedelta(days=1))
    words = set()
    for token in (revoked_token, expired_token, new_token(), "", "nonsense"):
        with pytest.raises(Unauthenticated) as refusal:
            house.use.authenticate()(token)
        words.add(refusal.value.detail)
    assert len(words) == 1


def test_a_key_cannot_end_before_it_begins(house: House) -> None:
    with pytest.raises(Invalid):
        house.use.create_key()(house.admin, "late", Role.VIEWER, house.clock.now())


def test_only_admins_of_the_library_handle_keys_and_read_the_trail(house: House) -> None:
    key, _ = house.use.create_key()(house.admin, "one", Role.VIEWER)
    refused: tuple[Callable[[], object], ...] = (
        lambda: house.use.create_key()(house.editor, "two", Role.ADMIN),
        lambda: house.use.list_keys()(house.editor),
        lambda: house.use.revoke_key()(house.editor, key.id),
        lambda: house.use.search_audit()(house.editor, AuditQuery()),
    )
    for act in refused:
        with pytest.raises(Forbidden):
            act()
    stranger = house.stranger()
    with pytest.raises(NotFound):
        house.use.revoke_key()(stranger, key.id)
    assert key.id not in {entry.subject_id for entry in house.use.search_audit()(stranger, AuditQuery()).items}


def test_preparing_again_makes_no_second_key(house: House) -> None:
    library, token = house.use.prepare_access()(None)
    assert token is None
    assert len(house.ports.keys().of_library(library.id)) == 1


def test_a_configured_admin_key_is_made_valid_beside_others(house: House) -> None:
    token = "ak_" + "x" * 40
    house.use.prepare_access()(token)
    house.use.prepare_access()(token)
    assert house.use.authenticate()(token).role is Role.ADMIN
    assert len(house.ports.keys().of_library(house.admin.library_id)) == 2


def test_a_configured_admin_key_that_is_no_good_any_more_is_said(house: House) -> None:
    token = "ak_" + "y" * 40
    house.use.prepare_access()(token)
    (key,) = [key for key in house.use.list_keys()(house.admin) if key.token_sha256 == token_hash(token)]
    house.use.revoke_key()(house.admin, key.id)
    with pytest.raises(Conflict):
        house.use.prepare_access()(token)


def test_making_a_library_is_in_its_trail(house: House) -> None:
    stranger = house.stranger()
    assert [entry.action for entry in house.use.search_audit()(stranger, AuditQuery()).items] == ["library.create"]
