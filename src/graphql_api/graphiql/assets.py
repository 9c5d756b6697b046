"""The files a browser loads for the explorer, all of them served by this service.

GraphiQL itself comes from the package `graphene-django-graphiql-static`, which carries its built files. They are found
without importing the package (it would want Django) and are served only if they are, byte for byte, those that were
looked at.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "graphene_django_graphiql_static"

# SHA-256 of the files of graphene-django-graphiql-static 0.8.
GRAPHIQL_FILES: Mapping[str, str] = {
    "react.production.min.js": "229bbf4d0e7488209564152c6723497f1ac3934136ca1684233d2fa88fa4146f",
    "react-dom.production.min.js": "9db33292007ab6c38527b39d5663e976a305564e19b2a5a8713ea2b2c00f505d",
    "graphiql.min.js": "c564de05b95d184e2c5ba5ceaf2635821f6bf92f2d5777b74d91004ff6b591d1",
    "graphiql.min.css": "c6cd4b83f01c5e1ff4975d77bc957184dce6dec0155fbf9cc4d9190eba8a7b9d",
}

_OWN = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}


class AssetsUnusable(Exception):
    """The files of the explorer are missing or are not the ones that were looked at."""


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    content_type: str
    compressed: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """All assets, and a version that changes when any of them does, so that browsers may keep them for ever."""

    version: str
    assets: Mapping[str, Asset]


@cache
def bundle(extra: tuple[tuple[str, bytes], ...] = ()) -> Bundle:
    """GraphiQL's files, our own and `extra` ones (name, content). Refuses with AssetsUnusable."""
    contents = {**_graphiql(), **_own(), **dict(extra)}
    version = hashlib.sha256()
    for name in sorted(contents):
        version.update(name.encode() + b"\0" + hashlib.sha256(contents[name]).digest())
    assets = {
        name: Asset(content, _TYPES[Path(name).suffix], gzip.compress(content, 6, mtime=0))
        for name, content in contents.items()
    }
    return Bundle(version.hexdigest()[:16], assets)


def _graphiql() -> dict[str, bytes]:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise AssetsUnusable(f"{PACKAGE} is not installed")
    folder = Path(spec.origin).parent / "static" / PACKAGE
    contents = {}
    for name, expected in GRAPHIQL_FILES.items():
        try:
            content = (folder / name).read_bytes()
        except OSError:
            raise AssetsUnusable(f"{name} is missing") from None
        if hashlib.sha256(content).hexdigest() != expected:
            raise AssetsUnusable(f"{name} is not the file that was looked at")
        contents[name] = content
    return contents


def _own() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in _OWN.iterdir() if path.suffix in _TYPES}
