"""Buttons as VK's inline keyboard, with the limits checked once more: the SDK doesn't."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from bot.channels.vk.capabilities import CAPABILITIES, MAX_LINK, MAX_PAYLOAD
from bot.domain.cleaning import whole
from bot.domain.errors import Refused
from bot.domain.messages import RenderedButton

_COLOR: Final = "secondary"


def keyboard(rows: Sequence[Sequence[RenderedButton]]) -> str | None:
    """The keyboard in JSON; None without buttons. Raises Refused for what VK would refuse.

    A press comes back as a message with the label as its text: every client of VK can do that, and the
    community needs no event switched on for it besides new messages.
    """
    if not rows:
        return None
    if len(rows) > CAPABILITIES.max_rows or sum(map(len, rows)) > CAPABILITIES.max_buttons:
        raise Refused("too many buttons for VK")
    return orjson.dumps({"inline": True, "buttons": [_row(row) for row in rows]}).decode()


def _row(row: Sequence[RenderedButton]) -> list[dict[str, Any]]:
    if not 1 <= len(row) <= CAPABILITIES.max_row:
        raise Refused(f"a row of {len(row)} buttons does not fit VK")
    return [_button(button) for button in row]


def _button(button: RenderedButton) -> dict[str, Any]:
    if not whole(button.label, button.action, button.link):
        raise Refused("a button holds half a character")
    if not button.label.strip() or len(button.label) > CAPABILITIES.max_label:
        raise Refused("a button's label is empty or too long for VK")
    if bool(button.action) == bool(button.link):
        raise Refused("a button needs either an action or a link")
    if button.link:
        if not _opens(button.link):
            raise Refused("a button's link is no address that VK opens")
        return {"action": {"type": "open_link", "label": button.label, "link": button.link}}
    payload = orjson.dumps({"a": button.action})
    if len(payload) > MAX_PAYLOAD:
        raise Refused("a button's action is too long for VK")
    return {"action": {"type": "text", "label": button.label, "payload": payload.decode()}, "color": _COLOR}


def _opens(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and len(link) <= MAX_LINK
