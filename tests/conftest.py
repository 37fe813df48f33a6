"""What tests of several rooms need: one moto server for each process of the test run, started when first asked for."""

import os
from collections.abc import Iterator

import pytest

from tests.aws import CREDENTIALS, AwsDouble, moto_server


@pytest.fixture(scope="session")
def aws_url() -> Iterator[str]:
    os.environ.update(CREDENTIALS)  # the SDK signs every request, also those to a double
    with moto_server() as url:
        yield url


@pytest.fixture
def aws_double(aws_url: str) -> AwsDouble:
    return AwsDouble(aws_url)
