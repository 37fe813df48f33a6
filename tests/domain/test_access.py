"""Access: roles that include each other, keys that end, tokens that are long."""

from datetime import timedelta

import pytest

from domain.access import Actor, Key, Library, Permission, Role, new_token, system_actor, token_hash
from domain.errors import Forbidden, Invalid
from domain.policy import Policy, Rule, Verdict
from domain.values import KeyId
from tests.builders import LIBRARY, NOON, a_key, a_library

HOUR = timedelta(hours=1)


def test_each_role_may_do_all_that_the_one_before_it_may() -> None:
    viewer, editor, admin = (role.permissions for role in Role)
    assert viewer < editor < admin == frozenset(Permission)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_an_actor_does_what_the_role_grants(role: Role, permission: Permission) -> None:
    actor = Actor(LIBRARY, "key:1", role)
    if permission in role.permissions:
        actor.require(permission)
        return
    with pytest.raises(Forbidden) as refused:
        actor.require(permission)
    assert refused.value.data == {"role": str(role), "permission": str(permission)}


def test_a_key_ends_when_it_expires_or_is_revoked() -> None:
    key = a_key(expires_at=NOON + HOUR)
    assert key.is_valid(NOON)
    assert not key.is_valid(NOON + HOUR)
    revoked = key.revoke(NOON)
    assert not revoked.is_valid(NOON)
    assert revoked.revoke(NOON + HOUR) is revoked
    assert a_key().is_valid(NOON + timedelta(days=10_000))


def test_a_key_that_has_expired_already_is_not_issued() -> None:
    with pytest.raises(Invalid):
        Key.issue(KeyId("1"), LIBRARY, name="x", role=Role.VIEWER, token=new_token(), now=NOON, expires_at=NOON)


def test_tokens_are_long_unlike_and_not_kept() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    for token in tokens:
        assert token not in token_hash(token)


@pytest.mark.parametrize("token", ["", "ak_", "ak_" + "x" * 28, "x" * 64, "AK_" + "x" * 64])
def test_a_short_or_strange_token_is_refused(token: str) -> None:
    with pytest.raises(Invalid):
        token_hash(token)


def test_a_token_of_the_least_length_is_taken() -> None:
    assert token_hash("ak_" + "x" * 29) == token_hash("ak_" + "x" * 29)


def test_the_system_may_do_everything_and_says_which_part_it_is() -> None:
    actor = system_actor(LIBRARY, "sweep")
    actor.require(Permission.ADMINISTER)
    assert actor.name == "system:sweep"


def test_a_key_acts_under_its_own_name() -> None:
    key = a_key(role=Role.VIEWER)
    actor = key.actor("request-1")
    assert (actor.name, actor.role, actor.library_id) == (f"key:{key.id}", Role.VIEWER, LIBRARY)


def test_a_librarys_name_is_plain_text() -> None:
    assert Library.create(LIBRARY, " archive ", NOON).name == "archive"
    with pytest.raises(Invalid):
        Library.create(LIBRARY, "a\nb", NOON)


def test_another_policy_is_another_version_and_the_same_one_is_none() -> None:
    library = a_library()
    policy = Policy((Rule("hum", Verdict.QUARANTINE),))
    governed = library.governed(policy)
    assert (governed.policy, governed.version) == (policy, library.version + 1)
    assert governed.governed(Policy((Rule("hum", Verdict.QUARANTINE),))) is governed
