"""A file on its way from a browser: streamed within a limit, checked, stored; then it is a message like any other."""

from __future__ import annotations

import re
from urllib.parse import unquote

from starlette.requests import Request

from bot.channels.page.languages import code
from bot.channels.page.ports import PagePorts
from bot.channels.page.refusal import Refusal, check_sender, read_body
from bot.domain.attachments import MAX_BYTES
from bot.domain.cleaning import clean
from bot.domain.messages import Channel, Received

MAX_NAME = 120
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KIND = "application/octet-stream"


async def take(request: Request, ports: PagePorts, visitor: str, language: str | None) -> None:
    """Store the body of a request as a file, and the message that brings it.

    Raises Refusal (400, 403, 413 over 20 MB, 415, 422 a type that is not taken).
    """
    check_sender(request.headers, _KIND)
    key = request.query_params.get("id", "")
    name = clean(unquote(request.query_params.get("name", "")), MAX_NAME).strip() or "file"
    if not _KEY.fullmatch(key):
        raise Refusal(400, "error_bad")
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > MAX_BYTES:
        raise Refusal(413, "error_file_big")
    data = await read_body(request, MAX_BYTES, "error_file_big")
    reference = await ports.keep(data)
    if reference is None:
        raise Refusal(422, "error_file_type")
    payload = {
        "visitor": visitor,
        "id": key,
        "kind": "files",
        "text": "",
        "action": "",
        "file": {"reference": reference, "name": name, "size": len(data)},
        "language": code(request.query_params.get("language")) or language,
    }
    await ports.store([Received(Channel.PAGE, f"{visitor}:{key}", f"page:{visitor}", payload)])
