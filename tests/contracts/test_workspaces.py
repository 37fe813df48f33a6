"""Workspaces: an empty folder each, gone when the work is done."""

from datetime import UTC, datetime

import pytest

from tests.contracts.conftest import Family

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def test_a_workspace_is_an_empty_folder_of_ones_own(family: Family) -> None:
    with family.workspaces.open() as one, family.workspaces.open() as two:
        assert one != two
        assert list(one.iterdir()) == []
        (one / "waveform.dat").write_bytes(b"x")
        assert list(two.iterdir()) == []


def test_a_workspace_is_gone_with_all_that_is_in_it(family: Family) -> None:
    with family.workspaces.open() as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_bytes(b"x")
    assert not folder.exists()


def test_a_workspace_is_gone_when_the_work_failed(family: Family) -> None:
    with pytest.raises(ZeroDivisionError), family.workspaces.open() as folder:
        raise ZeroDivisionError
    assert not folder.exists()


def test_a_worker_may_remove_its_workspace_itself(family: Family) -> None:
    with family.workspaces.open() as folder:
        folder.rmdir()
    assert not folder.exists()


def test_what_is_worked_in_is_not_abandoned(family: Family) -> None:
    assert family.workspaces.remove_abandoned(LONG_AGO) == 0
    with family.workspaces.open() as folder:
        assert family.workspaces.remove_abandoned(LONG_AGO) == 0
        assert folder.is_dir()
