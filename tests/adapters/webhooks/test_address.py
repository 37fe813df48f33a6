"""Which addresses a webhook may have."""

import pytest

from adapters.webhooks.address import Target, is_public, target_of
from domain.errors import Invalid

PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "1.1.1.1"]
OURS = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:2800:21f::1%eth0",
    "fec0::1",
    "ff02::1",
    "100::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_asked(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", OURS)
def test_no_door_leads_into_the_house(address: str) -> None:
    assert not is_public(address)


def test_a_url_is_taken_apart() -> None:
    assert target_of("https://example.org") == Target(True, "example.org", 443, "/")
    assert target_of("https://Example.org:8443/a?b=c") == Target(True, "example.org", 8443, "/a?b=c")
    assert target_of("https://[2606:2800::1]/a") == Target(True, "2606:2800::1", 443, "/a")
    assert target_of("http://localhost:5000/x", plain_too=True) == Target(False, "localhost", 5000, "/x")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "http://example.org",
        "ftp://example.org",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://.example.org/",
        "https://user@example.org",
        "https://user:secret@example.org",
        "https://@example.org",
        "https://example.org/#part",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://example.org:x/",
        "https://example.org/a b",
        "https://example.org/\r\nX-Header: 1",
        "https://example.org/\x00",
        "https://ex\u00e4mple.org/",
        "https://[::1/",
        f"https://example.org/{'a' * 2048}",
    ],
)
def test_what_is_no_address_of_a_webhook_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        target_of(url)
