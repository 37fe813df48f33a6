"""What tests of several rooms need: one double of AWS for each process of the run, started when first asked for."""

import os
from collections.abc import Iterator

import pytest

from tests.aws import BACKEND, CREDENTIALS, REAL, AwsDouble, server
from tests.aws_deviations import DEVIATIONS, LEFT_OUT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    deviations, left_out = DEVIATIONS.get(BACKEND, {}), LEFT_OUT.get(BACKEND, {})
    for item in items:
        name = item.nodeid.removeprefix("tests/")
        if name in deviations:
            item.add_marker(pytest.mark.xfail(reason=f"{BACKEND}: {deviations[name]}", strict=True))
        if (file := name.partition("::")[0]) in left_out:
            item.add_marker(pytest.mark.skip(reason=f"{BACKEND}: {left_out[file]}"))


@pytest.fixture(scope="session")
def aws_url() -> Iterator[str]:
    if BACKEND != REAL:
        os.environ.update(CREDENTIALS)  # the SDK signs every request, also those to a double
    with server() as url:
        yield url


@pytest.fixture
def aws_double(aws_url: str) -> AwsDouble:
    return AwsDouble(aws_url)
