"""Files that a pack gives out: told what is wrong with them, with file, line and remedy."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.check import kb_check
from knowledge_base.load import PackError, content_of, load_pack
from knowledge_base.media import MAX_BYTES, media_type
from tests.content.conftest import FILES

Faults = Callable[..., list[str]]
Write = Callable[[dict[str, Any]], Path]
DECLARED = "- slug: form\n  title: {ru: Бланк}\n  path: files/form.docx\n"


def archive(*names: str, first: tuple[str, str] | None = None) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as opened:
        if first:
            opened.writestr(*first)
        for name in names:
            opened.writestr(name, "x")
    return body.getvalue()


ODT = "application/vnd.oasis.opendocument.text"
DOCX = archive("[Content_Types].xml", "word/document.xml")


def offering(**more: Any) -> dict[str, Any]:
    """The small pack with one form, offered by its only answer."""
    template = FILES["templates/hours.yml"].replace("samples:", "files: [form]\nsamples:", 1)
    return {"templates/hours.yml": template, "files.yml": DECLARED, "files/form.docx": DOCX, **more}


def test_a_file_is_loaded_with_what_it_holds(write_pack: Write) -> None:
    root = write_pack(offering())
    form = load_pack(root).files["form"]
    assert (form.size, form.media_type[-8:]) == (len(DOCX), "document")
    assert content_of(root, form) == DOCX
    assert kb_check(root, dt.date(2026, 1, 1))[0] == []


def test_a_changed_file_is_another_pack(write_pack: Write) -> None:
    first = load_pack(write_pack(offering()))
    root = write_pack(offering(**{"files/form.docx": DOCX + b"!"}))
    assert load_pack(root).version != first.version
    with pytest.raises(PackError, match="has changed while the pack was loaded"):
        content_of(root, first.files["form"])


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"files/form.docx": None}, "files.yml:3: there is no file 'files/form.docx' in the pack; put the file there"),
        ({"files/form.docx": b"MZ\x90"}, "files.yml:3: 'files/form.docx' is named .docx but holds application/x-exec"),
        ({"files/form.docx": b"%PDF-1.7"}, "files.yml:3: 'files/form.docx' is named .docx but holds application/pdf"),
        ({"files/form.docx": b""}, "files.yml:3: 'files/form.docx' is named .docx but holds nothing that is known"),
        ({"files/form.docx": b"a" * (MAX_BYTES + 1)}, "files.yml:3: 'files/form.docx' has 21 MB, 20 are allowed"),
        ({"files.yml": DECLARED.replace(".docx", ".exe"), "files/form.exe": b"MZ"}, "is of a kind that not everybody"),
        ({"files.yml": DECLARED.replace("form.docx", "from.docx")}, "files.yml:3: there is no file 'files/from.docx' "),
        ({"files.yml": DECLARED.replace("files/form", "../form")}, "files.yml:3: 'path' has a form that is not"),
        ({"files.yml": DECLARED.replace("files/form", "files/../a")}, "files.yml:3: 'path' has a form that is not"),
        ({"files.yml": DECLARED.replace("Бланк", "Б" * 31)}, "files.yml:2: title has 31 characters, 30 are allowed"),
        (
            {"files.yml": DECLARED.replace("slug: form", "slug: blank")},
            "templates/hours.yml:15: 'form' is not in files",
        ),
        ({"files.yml": DECLARED + DECLARED}, "files.yml:4: 'form' is declared twice"),
    ],
)
def test_a_faulty_file_is_told(faults_of: Faults, changed: dict[str, Any], told: str) -> None:
    faults = faults_of(offering(**changed))
    assert any(told in fault for fault in faults), faults


def test_files_that_nobody_offers_are_warned_of(write_pack: Write) -> None:
    root = write_pack({"files.yml": DECLARED, "files/form.docx": DOCX, "files/other.pdf": b"%PDF-1.7"})
    faults, warnings, _ = kb_check(root, dt.date(2026, 1, 1))
    told = [str(warning) for warning in warnings]
    assert faults == []
    assert "files.yml:1: no answer offers the file 'form'; name it in a template or delete it" in told
    assert "files/other.pdf:1: this file is declared nowhere; declare it in files.yml or delete it" in told


def test_a_link_is_no_file(write_pack: Write, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.docx"
    outside.write_bytes(DOCX)
    root = write_pack(offering(**{"files/form.docx": None}))
    (root / "files").mkdir()
    (root / "files" / "form.docx").symlink_to(outside)
    with pytest.raises(PackError, match=r"there is no file 'files/form\.docx'"):
        load_pack(root)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "application/zip"),
        (
            archive(first=("mimetype", "application/vnd.oasis.opendocument.text")),
            "application/vnd.oasis.opendocument.text",
        ),
        (archive("run.exe"), "application/zip"),
        (b"PK\x03\x04 cut short", "application/zip"),
        (b"{\\rtf1\\ansi}", "application/rtf"),
        (b"%PDF-1.4", "application/pdf"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 40, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"OggS\x00\x02" + b"\0" * 22 + b"OpusHead", "audio/ogg"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 50, "video/mp4"),
        (b"MZ\x90\0", "application/x-executable"),
        (b"\x7fELF\x02", "application/x-executable"),
        (b"#!/bin/sh\nrm -rf /", "application/x-executable"),
        (b'<?xml version="1.0"?>\n<svg onload="x()">', "image/svg+xml"),
        (b"\xef\xbb\xbf  <!-- --><SVG>", "image/svg+xml"),
        (b"<p><script>x()</script>", "text/html"),
        ("Прошу помочь".encode(), "text/plain"),
        (("я" * 4000).encode()[1:4098], None),
        (b"\x00\x01\x02\x03", None),
        (b"", None),
    ],
)
def test_what_a_file_is_tells_its_content(data: bytes, kind: str | None) -> None:
    assert media_type(data) == kind
