"""Parameters of a call, from the query and from a form, multipart or JSON body, as one dictionary.

Form values are strings; JSON values keep their types; an uploaded file becomes an `Upload`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import orjson

from tests.emulators.wire import Request

Params = dict[str, Any]

_BOUNDARY: Final = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_ESCAPES: Final = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
_PART_NAME: Final = re.compile(rb'[; ]name="([^"]*)"', re.IGNORECASE)
_PART_FILE: Final = re.compile(rb'filename="([^"]*)"', re.IGNORECASE)


class BadBody(ValueError):
    """The body cannot be read: broken JSON, a broken form or text that is not UTF-8."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file sent in a multipart body."""

    filename: str
    content: bytes


def read_params(request: Request) -> Params:
    """All parameters of the request; the body wins over the query. Raises BadBody."""
    params: Params = {}
    try:
        if request.query:
            _read_form(request.query.encode("latin-1"), params)
        if request.body:
            _read_body(request, params)
    except (ValueError, KeyError, AttributeError) as error:
        raise BadBody(str(error)) from error
    return params


def _read_body(request: Request, params: Params) -> None:
    kind = request.content_type
    if kind.startswith("application/json"):
        params.update(orjson.loads(request.body))
    elif kind.startswith("multipart/form-data"):
        match = _BOUNDARY.search(kind)
        if match is None:
            raise BadBody("no boundary")
        _read_multipart(request.body, b"--" + match[1].encode("latin-1"), params)
    else:
        _read_form(request.body, params)


def _read_form(body: bytes, params: Params) -> None:
    for pair in body.split(b"&"):
        name, _, value = pair.partition(b"=")
        if name:
            params[_unquoted(name)] = _unquoted(value)


def _unquoted(value: bytes) -> str:
    if b"+" in value:
        value = value.replace(b"+", b" ")
    if b"%" in value:
        value = _ESCAPES.sub(_unescaped, value)
    return value.decode()


def _unescaped(match: re.Match[bytes]) -> bytes:
    # A run of escapes at once: Cyrillic text is one long run, and urllib's way costs three times as much.
    return bytes.fromhex(match[0].replace(b"%", b"").decode("ascii"))


def _read_multipart(body: bytes, boundary: bytes, params: Params) -> None:
    for part in body.split(boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = _PART_NAME.search(head)
        if name is None:
            raise BadBody("a part without a name")
        content = content.removesuffix(b"\r\n")
        file = _PART_FILE.search(head)
        key = name[1].decode()
        params[key] = Upload(file[1].decode(), content) if file else content.decode()
