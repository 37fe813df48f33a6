"""Digests that a request announces (RFC 9530)."""

import base64
import binascii
import re

from werkzeug.datastructures import EnvironHeaders, Headers

from domain.errors import Invalid

_SHA256 = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]*):\s*(?:;[^,]*)?(?=,|$)")


def content_digest(headers: Headers | EnvironHeaders) -> str | None:
    """The SHA-256 of Content-Digest in hexadecimal. Other algorithms are not looked at, as the RFC permits.

    Raises:
        Invalid: there is a sha-256, and it is none.
    """
    given = headers.get("Content-Digest")
    if given is None or "sha-256" not in given:
        return None
    found = _SHA256.search(given)
    try:
        digest = base64.b64decode(found.group(1), validate=True) if found else b""
    except binascii.Error:
        digest = b""
    if len(digest) != 32:
        raise Invalid("Content-Digest must have the form sha-256=:BASE64:.", field="Content-Digest")
    return digest.hex()
