"""What a file really is, told by its content and never by its name."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Final

import puremagic

MAX_BYTES: Final = 20 * 1024 * 1024
"""The largest file that is taken in or sent out."""

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
DOCX: Final = f"{_OFFICE}.wordprocessingml.document"
TYPES: Final[Mapping[str, str]] = {
    ".docx": DOCX,
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".rtf": "application/rtf",
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".png": "image/png",
}
"""What a pack may hold: what opens everywhere, by ending."""

_SAME: Final = {
    "text/rtf": "application/rtf",
    "image/jpg": "image/jpeg",
    "application/ogg": "audio/ogg",
    "audio/x-opus+ogg": "audio/ogg",
}
_INSIDE: Final = {"word/document.xml": DOCX, "xl/workbook.xml": TYPES[".xlsx"]}
_EXECUTABLE: Final = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
_HEAD: Final = 4096
ZIP: Final = "application/zip"
EXECUTABLE: Final = "application/x-executable"
TEXT: Final = "text/plain"


def media_type(data: bytes) -> str | None:
    """The type of a file's content; None for what can't be told.

    An archive is looked into by its table of contents alone: nothing is ever unpacked.
    """
    head = data[:_HEAD]
    if head.startswith(_EXECUTABLE):
        return EXECUTABLE
    if head.startswith(b"PK\x03\x04"):
        return _archive(data)
    marked = _markup(head)
    if marked is not None:
        return marked
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        found = []
    named: str | None = next((one.mime_type for one in found if one.mime_type), None)
    if named is not None:
        return _SAME.get(named, named)
    return TEXT if _is_text(head) else None


def _markup(head: bytes) -> str | None:
    """HTML and SVG, whatever stands before their first tag: a browser would find it as well."""
    low = head.lower()
    for tag, kind in ((b"<svg", "image/svg+xml"), (b"<html", "text/html"), (b"<!doctype html", "text/html")):
        if tag in low:
            return kind
    return "text/html" if b"<script" in low else None


def _archive(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            names = set(opened.namelist())
    except (zipfile.BadZipFile, ValueError, RuntimeError, OSError):
        return ZIP
    for name, kind in _INSIDE.items():
        if name in names and "[Content_Types].xml" in names:
            return ZIP if any(one.endswith("vbaProject.bin") for one in names) else kind
    # OpenDocument keeps its type first and uncompressed, so that it can be read where it stands.
    if data[30:38] == b"mimetype":
        declared = data[38:120].split(b"PK", 1)[0].decode("ascii", "ignore")
        return declared if declared in TYPES.values() else ZIP
    return ZIP


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return bool(text) and all(c.isprintable() or c in "\r\n\t\ufeff" for c in text)
