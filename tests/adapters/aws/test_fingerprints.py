"""The index by term: what is left behind counts for nothing."""

from typing import Any

import pytest

from adapters.aws.fingerprints import DynamoFingerprints
from adapters.aws.table import Range, Table
from domain.errors import Unavailable
from tests.aws import AwsDouble
from tests.builders import LIBRARY, a_sha256, an_identity
from tests.faults import Faulty, raising


def interrupted(double: AwsDouble) -> DynamoFingerprints:
    """One that ends between the index and the identity."""
    fault = raising("put_item", Unavailable("gone", 1))
    client: Any = Faulty(double.clients.dynamodb, before=fault)
    return DynamoFingerprints(Table(client, double.name))


def test_what_a_put_that_was_cut_short_has_left_is_not_found(table: Table, aws_double: AwsDouble) -> None:
    old = an_identity(terms=frozenset({1, 2}), pcm_sha256=a_sha256("old"))
    fingerprints = DynamoFingerprints(table)
    fingerprints.put(old)
    with pytest.raises(Unavailable):
        interrupted(aws_double).put(an_identity(terms=frozenset({2, 3}), pcm_sha256=a_sha256("new")))
    assert fingerprints.sharing(LIBRARY, frozenset({1, 2, 3}), 10) == ((old.recording_id, 2),)
    assert fingerprints.of_samples(LIBRARY, a_sha256("new"), 10) == ()
    assert fingerprints.of_samples(LIBRARY, a_sha256("old"), 10) == (old.recording_id,)


def test_an_identity_that_is_replaced_or_removed_leaves_no_item(table: Table) -> None:
    fingerprints = DynamoFingerprints(table)
    fingerprints.put(an_identity(terms=frozenset({1})))
    fingerprints.put(an_identity(terms=frozenset({2})))
    assert not list(table.items(Range(f"term#{LIBRARY}#00000001")))
    assert len(list(table.items(Range(f"pcm#{LIBRARY}#{a_sha256('samples')}")))) == 1
    fingerprints.remove(LIBRARY, an_identity().recording_id)
    assert not list(table.items(Range(f"term#{LIBRARY}#00000002")))
    assert not list(table.items(Range(f"pcm#{LIBRARY}#{a_sha256('samples')}")))
