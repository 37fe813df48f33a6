"""Bytes that may be asked for in part: Range, If-Range and If-None-Match as RFC 9110 has them."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from flask import Request, Response

from application.browse import Content
from domain.errors import RangeNotSatisfiable
from domain.values import ByteRange

_ONE_RANGE = re.compile(r"bytes=(?!-$)([0-9]{0,30})-([0-9]{0,30})")


def answer(request: Request, content: Content, content_type: str) -> Response:
    """Raises RangeNotSatisfiable when the one range asked for lies behind the end."""
    headers = {
        "ETag": f'"{content.etag}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if request.if_none_match.contains_weak(content.etag):
        return Response(status=304, headers=headers)
    # An address is signed for one method: a HEAD behind it would be refused.
    address = None if request.method == "HEAD" else content.address(content_type)
    if address is not None:
        return Response(status=302, headers={"Location": address.url, "Cache-Control": "no-store"})
    headers["Content-Disposition"] = disposition(content.filename)
    wanted = _wanted(request, content)
    size = content.size_bytes if wanted is None else wanted.length
    if wanted is not None:
        headers["Content-Range"] = f"bytes {wanted.start}-{wanted.end}/{content.size_bytes}"
    headers["Content-Length"] = str(size)
    chunks: Iterator[bytes] = iter(()) if request.method == "HEAD" else content.read(wanted)
    return Response(chunks, 200 if wanted is None else 206, headers, content_type=content_type)


def _wanted(request: Request, content: Content) -> ByteRange | None:
    """The one range that is asked for; None for the whole, which also answers what is not understood or several."""
    header = request.headers.get("Range")
    if header is None or request.method != "GET" or not _range_still_holds(request, content):
        return None
    asked = _ONE_RANGE.fullmatch(header.strip())
    first, last = asked.groups() if asked else ("", "")
    if asked is None or (first and last and int(last) < int(first)):
        return None
    found = _within(content.size_bytes, first, last)
    if found is None:
        raise RangeNotSatisfiable(
            f"The content has {content.size_bytes} bytes. Ask for a range inside of it.", size_bytes=content.size_bytes
        )
    return found


def _within(size: int, first: str, last: str) -> ByteRange | None:
    """`first-last` of so many bytes, `-last` being the last so many; None when there is nothing of it."""
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    return ByteRange(start, end) if start <= end else None


def _range_still_holds(request: Request, content: Content) -> bool:
    """If-Range takes a strong ETag; a date can never match, since nothing here is known by one."""
    header = request.headers.get("If-Range")
    return header is None or header.strip() == f'"{content.etag}"'


def disposition(filename: str) -> str:
    """RFC 6266: a plain name for old clients, the true one in UTF-8 for all others.

    An attachment, as the store's own addresses have it: opened by itself it is saved, and never shown as a page of this
    origin. Players and pictures on a page take it all the same.
    """
    plain = "".join(char if char.isascii() and char.isprintable() and char not in '"\\%;' else "_" for char in filename)
    if plain == filename:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
