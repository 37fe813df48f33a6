"""Which addresses webhooks may have: those of the public internet, since all others are doors into our own house."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from domain.errors import Invalid
from domain.webhook import MAX_URL_CHARS

_PORTS = {"https": 443, "http": 80}

_CARRIERS = (
    "::ffff:0:0/96",  # IPv4-mapped, RFC 4291
    "64:ff9b::/96",  # NAT64, RFC 6052
    "64:ff9b:1::/48",  # NAT64 of a network's own, RFC 8215
    "2002::/16",  # 6to4, RFC 3056
    "2001::/32",  # Teredo, RFC 4380
    "fec0::/10",  # site-local, RFC 3879
    "100::/64",  # discarded, RFC 6666
    "100.64.0.0/10",  # shared by a provider's customers, RFC 6598
    "192.0.0.0/24",  # of protocols, RFC 6890
    "192.88.99.0/24",  # relays of 6to4, RFC 7526
    "198.18.0.0/15",  # benchmarks, RFC 2544
)
_NETWORKS = tuple(map(ipaddress.ip_network, _CARRIERS))
"""What carries another address inside, or is not for everybody: named, since `is_global` has not known all of it in
every version of Python."""


@dataclass(frozen=True, slots=True)
class Target:
    tls: bool
    host: str
    port: int
    path: str


def target_of(url: str, *, plain_too: bool = False) -> Target:
    """Raises Invalid for what is no https URL (or http, where that is allowed) of a host and a path."""
    if len(url) > MAX_URL_CHARS or not url.isascii() or not url.isprintable() or " " in url:
        raise _refused(f"has at most {MAX_URL_CHARS} printable ASCII characters and no blanks; encode all others")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused("is not a URL that can be read") from error
    if parts.scheme != "https" and not (plain_too and parts.scheme == "http"):
        raise _refused("starts with https://")
    if parts.username is not None or parts.password is not None:
        raise _refused("carries no user and no password: the signature proves who sends")
    if not parts.hostname or parts.hostname.startswith(".") or parts.fragment or port == 0:
        raise _refused("has a host and no fragment")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", parts.hostname, port or _PORTS[parts.scheme], path)


def is_public(address: str) -> bool:
    """Whether anybody may be asked there. `address` is a number, with or without a zone."""
    ip = ipaddress.ip_address(address)
    if getattr(ip, "scope_id", None) is not None or any(ip in network for network in _NETWORKS):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _refused(why: str) -> Invalid:
    return Invalid(f"The address of a webhook {why}.", field="url")
