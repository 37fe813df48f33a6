"""The same page over the store of AWS: the browser sends the parts to the bucket, and the service sees none of them."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from adapters.aws.bucket import create_bucket
from adapters.aws.queues import create_queues
from adapters.aws.schema import create_table
from tests import sounds
from tests.aws import AwsDouble
from tests.panel.service import Api, PanelService
from tests.panel.watch import Watch

LONG = sounds.encoded("wav", sounds.noise(35, seed=9), 44100)  # 6 MB: two parts


@pytest.fixture(scope="module")
def double(aws_url: str) -> AwsDouble:
    double = AwsDouble(aws_url)
    create_bucket(double.clients.s3, double.name)
    create_table(double.clients.dynamodb, double.name)
    create_queues(double.clients.sqs, double.name)
    return double


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, double: AwsDouble) -> Iterator[PanelService]:
    by_http = {"AUDIO_SIGNING_KEY": "s" * 32, "AUDIO_SECURE_COOKIES": "false"}
    service = PanelService(tmp_path_factory.mktemp("service"), **double.environment, **by_http)
    try:
        service.begin()
        yield service
    finally:
        service.close()


def test_parts_go_straight_to_the_bucket(
    page: Page, api: Api, watched: Watch, double: AwsDouble, tmp_path: Path
) -> None:
    watched.allow_origin(double.url)
    (tmp_path / "tape.wav").write_bytes(LONG)
    (tmp_path / "bell.wav").write_bytes(sounds.tone_wav(0.7, hz=660))
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - playwright writes on what it is given
    page.goto("/upload")
    page.set_input_files("#files", [tmp_path / "tape.wav", tmp_path / "bell.wav"])
    expect(page.locator("#overall")).to_have_text("2 ready")
    parts = [request for request in asked if request.method == "PUT"]
    assert len(parts) == 3
    assert {urlsplit(part.url).netloc for part in parts} == {urlsplit(double.url).netloc}
    headers = [part.all_headers() for part in parts]
    assert sum("x-amz-checksum-sha256" in each for each in headers) == 2, "the long one's are bound to their bytes"
    assert not any("cookie" in each for each in headers)
    assert all("cookie" in request.all_headers() for request in asked if request.method == "POST")
    there = {recording["filename"]: recording["sha256"] for recording in api.get("/recordings")["items"]}
    assert there["tape.wav"] == hashlib.sha256(LONG).hexdigest()
