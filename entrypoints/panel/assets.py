"""The panel's files: styles, scripts and what is vendored, under an address that changes with their content.

All of them lie below `/assets/<digest>/`, so that a module's relative imports stay within one release, and a browser
may keep them for good.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import NotFound

assets = Blueprint("assets", __name__)

_EXTENSION = "audio-backend-assets"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".txt": "text/plain"}
_PACKED = frozenset(_TYPES)  # what is text; the rest is packed already


@dataclass(frozen=True)
class Asset:
    content: bytes
    media_type: str

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.content, 9, mtime=0)


class Assets:
    """All files, read once: together they are smaller than one photo."""

    def __init__(self, folder: Traversable) -> None:
        self.files = {name: Asset(content, _type_of(name)) for name, content in _walk(folder, "")}
        digest = hashlib.sha256()
        for name, asset in sorted(self.files.items()):
            digest.update(f"{name}\0{len(asset.content)}\0".encode() + asset.content)
        self.digest = digest.hexdigest()[:16]

    def address(self, name: str) -> str:
        """Raises KeyError for a file that is not there: a page that names it would be broken."""
        self.files[name]
        return f"/assets/{self.digest}/{name}"


def without_comments(script: str) -> str:
    """Without lines that are comments, which a browser need not load. Those behind code stay: telling them from what
    stands in a text takes a parser, and they are few."""
    kept, within = [], False
    for line in script.splitlines():
        text = line.strip()
        closes = text.find("*/")
        if within or (text.startswith("/*") and closes in (-1, len(text) - 2)):  # a type in front of code is no line
            within = closes < 0
        elif not text.startswith("//"):
            kept.append(line)
    return "\n".join(kept) + "\n"


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        elif prefix == "js/":
            found.append((prefix + entry.name, without_comments(entry.read_text()).encode()))
        elif not entry.name.endswith((".json", ".ts")):
            found.append((prefix + entry.name, entry.read_bytes()))
    return found


def _type_of(name: str) -> str:
    suffix = name[name.rfind(".") :]
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


@cache
def _own() -> Assets:
    """Of this release, whose files stay as they are while it runs."""
    return Assets(files("entrypoints.panel").joinpath("assets"))


def install(app: Flask) -> None:
    app.extensions[_EXTENSION] = _own()
    app.register_blueprint(assets)


def address(name: str) -> str:
    """Where a page finds the file."""
    return _assets().address(name)


def _assets() -> Assets:
    found: Assets = current_app.extensions[_EXTENSION]
    return found


@assets.get("/assets/<digest>/<path:name>")
def asset(digest: str, name: str) -> Response:
    known = _assets()
    found = known.files.get(name)
    if found is None:
        raise NotFound("There is no such file.")
    # Another digest is that of a page which was loaded before the service was replaced: it gets today's, unkept.
    kept = "public, max-age=31536000, immutable" if digest == known.digest else "no-store"
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    if name[name.rfind(".") :] in _PACKED and request.accept_encodings["gzip"]:
        return Response(found.packed, mimetype=found.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(found.content, mimetype=found.media_type, headers=headers)
